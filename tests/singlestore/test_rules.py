"""Every statement that SingleStore may be sent keeps the rules, and each rule finds what breaks it.

No SingleStore runs here: what holds is that the text is as the documentation says, not that a server has taken it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeAlias

import pytest

from rtdash.lab.layout import NAMES
from rtdash.panels.texts import workshop_panels
from tests.singlestore import (
    layout_mistakes,
    mistakes,
    pipeline_mistakes,
    pipeline_rules,
    query_mistakes,
    rules,
    sql,
)
from tests.singlestore.finding import Finding, tables

Rule: TypeAlias = Callable[[Sequence[sql.Statement]], Iterator[Finding]]
RULES = (*rules.RULES, *pipeline_rules.RULES)
MISTAKES = [*mistakes.MISTAKES, *query_mistakes.MISTAKES, *pipeline_mistakes.MISTAKES, *layout_mistakes.MISTAKES]
IDS = [f"{index}-{name}" for index, (name, *_) in enumerate(MISTAKES)]


@pytest.fixture(scope="module")
def files() -> dict[str, str]:
    return sql.files()


def found(rule: Rule, files: Mapping[str, str]) -> list[Finding]:
    return [finding for database in sql.databases(files) for finding in rule(sql.read(database))]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_what_is_sent_keeps_the_rule(rule, files):
    assert [str(finding) for finding in found(rule, files)] == []


@pytest.mark.parametrize(("name", "file", "stands", "planted"), MISTAKES, ids=IDS)
def test_a_mistake_is_found_by_its_rule(name, file, stands, planted, files):
    assert stands in files[file], "the text has changed: plant it anew"
    (rule,) = (rule for rule in RULES if rule.__name__ == name)
    findings = found(rule, {**files, file: files[file].replace(stands, planted)})
    assert findings
    assert {finding.file for finding in findings} == {file}


def test_every_rule_has_a_mistake_that_it_finds():
    assert {name for name, *_ in MISTAKES} == {rule.__name__ for rule in RULES}


def test_tables_and_statements_are_there_to_be_read(files):
    ours = next(sql.databases(files))
    statements = sql.read(ours)
    names = [table.name for table in tables(statements)]
    assert names == [
        "campaigns", "donation_transactions", "donation_totals", "donation_seconds", "donation_arrivals",
        "ingest_offsets", "dead_letters",
    ]  # fmt: skip
    for file in ours:
        if file.endswith(".sql"):
            assert any(statement.file == file for statement in statements), file
    python = [statement for statement in statements if statement.file.endswith(".py")]
    assert len(python) > 30
    assert any("INSERT IGNORE INTO campaigns" in statement.text for statement in python)


def test_layouts_are_databases_of_their_own_and_asked_the_workshops_texts(files):
    ours, *layouts = sql.databases(files)
    assert len(layouts) == len(NAMES)
    made = [list(tables(sql.read(layout))) for layout in layouts]
    assert sorted(map(len, made)) == [0, 1, 1, 1, 1], "rollup is made of our own files"
    (shipped,) = (table for table in tables(sql.read(ours)) if table.name == "donation_transactions")
    for table in (table for layout in made for table in layout):
        assert (table.name, table.columns) == (shipped.name, shipped.columns)
    for layout in layouts:
        assert sum(file.startswith(sql.WORKSHOP) for file in layout) == len(workshop_panels())
    assert sum(file.startswith(sql.LIVE) for file in ours) == len(workshop_panels())
