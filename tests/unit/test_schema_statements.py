"""MySQL scripts are split at a `;` that ends a line."""

from __future__ import annotations

import pytest

from rtdash.schema.mysql import statements


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("", []),
        ("-- only a comment;\n\n", []),
        ("SELECT 1;\nSELECT 2;\n", ["SELECT 1", "SELECT 2"]),
        ("SELECT 1", ["SELECT 1"]),
        ("-- why;\nCREATE TABLE t (\n  a INT  -- one; two\n);\n", ["CREATE TABLE t (\n  a INT  -- one; two\n)"]),
        ("SELECT ';' AS a,\n-- here;\n  'b';  \n-- end\n", ["SELECT ';' AS a,\n-- here;\n  'b'"]),
    ],
)
def test_statements(script, expected):
    assert list(statements(script)) == expected
