"""Layouts are folders of DDL: the shipped ones are whole, and what a folder lacks is said in one line."""

from __future__ import annotations

from pathlib import Path

import pytest

from rtdash.errors import SchemaError
from rtdash.lab.layout import NAMES, Layout, Text, layout, layouts
from rtdash.model.engine import Engine
from rtdash.resources import sql_folder

HEAD = "-- title: Mine\n-- text: workshop\n-- why: It is mine.\n"
TABLE = "CREATE TABLE t (\n    a INT\n);\n"


@pytest.fixture(params=list(Engine))
def engine(request: pytest.FixtureRequest) -> Engine:
    return request.param


def made(tmp_path: Path, **files: str) -> Layout:
    folder = tmp_path / "mine"
    folder.mkdir(exist_ok=True)
    for name, content in files.items():
        (folder / f"{name}.sql").write_text(content)
    return layout(folder, tmp_path)


# ── the shipped ones ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_every_folder_is_a_layout(engine):
    folders = {path.name for path in sql_folder(engine.lower(), "layouts").iterdir()}
    assert folders == set(NAMES)
    assert tuple(each.name for each in layouts(engine)) == NAMES


def test_the_workshops_are_asked_its_text_and_ours_ours(engine):
    assert {each.name: each.text for each in layouts(engine)} == {
        name: Text.OURS if name == "rollup" else Text.WORKSHOP for name in NAMES
    }


def test_each_says_why_in_one_sentence(engine):
    for each in layouts(engine):
        assert each.why.endswith("."), each.name
        assert each.why.count(". ") == 0, each.name


def test_mariadb_says_where_it_has_but_the_nearest_form():
    assert all(each.differs for each in layouts(Engine.MARIADB))
    assert not any(each.differs for each in layouts(Engine.SINGLESTORE))


def test_mariadb_is_never_said_to_have_singlestores_keys():
    for each in layouts(Engine.MARIADB):
        said = " ".join([each.title, each.why, each.differs, *each.statements]).upper()
        assert "SHARD KEY" not in said, each.name
        assert "SORT KEY" not in said, each.name


def test_a_layout_has_the_table_that_the_texts_ask(engine):
    for each in layouts(engine):
        tables = [one for one in each.statements if "TABLE" in one.splitlines()[0]]
        assert any("donation_transactions" in one.splitlines()[0] for one in tables), each.name
        assert len(tables) == 1 or each.name == "rollup"


def test_ours_is_the_schema_that_is_shipped(engine):
    ours = layouts(engine)[NAMES.index("rollup")]
    donations = sql_folder(engine.lower(), "schema", "020_donations.sql").read_text()
    assert sum(one in donations for one in ours.statements) == 4


# ── what a folder says ────────────────────────────────────────────────────────────────────────────────────────────────


def test_what_it_says_and_its_statements_in_the_order_of_its_files(tmp_path):
    (tmp_path / "010_first.sql").write_text("CREATE VIEW v AS\nSELECT 1;\n")
    index = "CREATE INDEX i ON t (a);\n"
    mine = made(tmp_path, b=index, a=f"{HEAD}-- differs: A little.\n-- schema: 010_first\n{TABLE}")
    assert mine == Layout(
        "mine", "Mine", Text.WORKSHOP, "It is mine.", "A little.",
        ("CREATE VIEW v AS\nSELECT 1", "CREATE TABLE t (\n    a INT\n)", "CREATE INDEX i ON t (a)"),
    )  # fmt: skip


@pytest.mark.parametrize("word", ["title", "text", "why"])
def test_what_its_head_lacks(tmp_path, word):
    head = "".join(line for line in HEAD.splitlines(keepends=True) if f"-- {word}:" not in line)
    with pytest.raises(SchemaError, match=rf"mine/a\.sql: `-- {word}: …` is missing"):
        made(tmp_path, a=head + TABLE)


def test_nobodys_text(tmp_path):
    with pytest.raises(SchemaError, match=r"mine/a\.sql: text: allowed: workshop, ours"):
        made(tmp_path, a=HEAD.replace("workshop", "theirs") + TABLE)


def test_a_schema_that_is_not_shipped(tmp_path):
    with pytest.raises(SchemaError, match=r"010_none\.sql: cannot be read: "):
        made(tmp_path, a=f"{HEAD}-- schema: 010_none\n{TABLE}")


def test_an_empty_folder(tmp_path):
    with pytest.raises(SchemaError, match=r"no layout in .*mine"):
        made(tmp_path)
