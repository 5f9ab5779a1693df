"""Every statement that SingleStore may be sent keeps the rules, and each rule finds what breaks it.

No SingleStore runs here: what holds is that the text is as the documentation says, not that a server has taken it.
"""

from __future__ import annotations

import pytest

from tests.singlestore import mistakes, pipeline_mistakes, pipeline_rules, query_mistakes, rules, sql
from tests.singlestore.finding import tables

RULES = (*rules.RULES, *pipeline_rules.RULES)
MISTAKES = [*mistakes.MISTAKES, *query_mistakes.MISTAKES, *pipeline_mistakes.MISTAKES]
IDS = [f"{index}-{name}" for index, (name, *_) in enumerate(MISTAKES)]


@pytest.fixture(scope="module")
def files() -> dict[str, str]:
    return sql.files()


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_what_is_sent_keeps_the_rule(rule, files):
    assert [str(finding) for finding in rule(sql.read(files))] == []


@pytest.mark.parametrize(("name", "file", "stands", "planted"), MISTAKES, ids=IDS)
def test_a_mistake_is_found_by_its_rule(name, file, stands, planted, files):
    assert stands in files[file], "the text has changed: plant it anew"
    (rule,) = (rule for rule in RULES if rule.__name__ == name)
    found = list(rule(sql.read({**files, file: files[file].replace(stands, planted)})))
    assert found
    assert {finding.file for finding in found} == {file}


def test_every_rule_has_a_mistake_that_it_finds():
    assert {name for name, *_ in MISTAKES} == {rule.__name__ for rule in RULES}


def test_tables_and_statements_are_there_to_be_read(files):
    statements = sql.read(files)
    names = [table.name for table in tables(statements)]
    assert names == [
        "campaigns", "donation_transactions", "donation_totals", "donation_seconds", "donation_arrivals",
        "ingest_offsets", "dead_letters",
    ]  # fmt: skip
    for file in files:
        if file.endswith(".sql"):
            assert any(statement.file == file for statement in statements), file
    python = [statement for statement in statements if statement.file.endswith(".py")]
    assert len(python) > 30
    assert any("INSERT IGNORE INTO campaigns" in statement.text for statement in python)
