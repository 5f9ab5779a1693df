"""Scripts of the MySQL protocol are split as the mysql client does, and their comments are heard."""

from __future__ import annotations

import pytest

from rtdash.schema.script import Statement, in_head, statements

PROCEDURE = """\
DELIMITER //
-- Why; not how.
CREATE OR REPLACE PROCEDURE p(batch QUERY(a INT)) AS
BEGIN
    INSERT INTO t SELECT a / 2 FROM batch;
    -- done //
END
//
DELIMITER ;
SELECT 1;
"""


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("", []),
        ("-- only a comment;\n\n", []),
        ("SELECT 1;\nSELECT 2;\n", ["SELECT 1", "SELECT 2"]),
        ("SELECT 1", ["SELECT 1"]),
        ("-- why;\nCREATE TABLE t (\n  a INT  -- one; two\n);\n", ["CREATE TABLE t (\n  a INT  -- one; two\n)"]),
        ("SELECT ';' AS a,\n-- here;\n  'b';  \n-- end\n", ["SELECT ';' AS a,\n-- here;\n  'b'"]),
        ("delimiter $$\nSELECT 1;\n$$\nSELECT 2 $$\ndelimiter ;\nSELECT 3;", ["SELECT 1;", "SELECT 2", "SELECT 3"]),
        (PROCEDURE, [PROCEDURE[PROCEDURE.index("CREATE") : PROCEDURE.index("\n//")], "SELECT 1"]),
    ],
)
def test_statements(script, expected):
    assert list(statements(script)) == [Statement(text) for text in expected]


@pytest.mark.parametrize(
    ("comment", "may_fail"),
    [
        ("-- may fail\n", True),
        ("-- may fail: there is none at first\n", True),
        ("-- may fail\n-- and that is why\n", True),
        ("-- may fail\n\n", False),
        ("-- may failure be far\n", False),
        ("-- this may fail\n", False),
    ],
)
def test_the_comment_before_a_statement_lets_it_fail(comment, may_fail):
    script = f"{comment}DROP EVENT TRACE t;\nSELECT 1;\nDELIMITER //\n{comment}SELECT 2\n//\n"
    assert [statement.may_fail for statement in statements(script)] == [may_fail, False, may_fail]


def test_the_head_of_a_script():
    script = "-- needs: kafka\n-- A trace.\n-- optional:  slow queries: no trace \nSELECT 1;\n-- late: too late\n"
    assert in_head(script, "optional") == "slow queries: no trace"
    assert in_head(script, "needs") == "kafka"
    assert in_head(script, "late") is None
    assert in_head("\n-- optional: all\n", "optional") is None
