"""SQL and style files are found beside the package in a checkout, and inside it in an installed wheel."""

from __future__ import annotations

from rtdash import resources


def test_in_a_checkout():
    assert (resources.sql_folder("donations", "panels") / "01_donations.sql").is_file()
    assert resources.style_file("rtdash.tcss").is_file()


def test_in_a_wheel(tmp_path, monkeypatch):
    package = tmp_path / "rtdash"
    for name in ("_sql", "_styles"):
        (package / name).mkdir(parents=True)
    (tmp_path / "sql").mkdir()
    monkeypatch.setattr(resources, "_PACKAGE", package)
    assert resources.sql_folder("citus", "schema") == package / "_sql" / "citus" / "schema"
    assert resources.style_file("rtdash.tcss") == package / "_styles" / "rtdash.tcss"
