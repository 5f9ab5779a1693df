"""The workshop's questions about the clickstream in three forms: the same columns, and each reads what it says."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from rtdash.errors import PanelError
from rtdash.panels.forms import Form, workshop_questions
from rtdash.resources import sql_folder
from rtdash.sources.plans.statement import POSTGRESQL, only_select

QUESTIONS = workshop_questions()
READS = re.compile(r"\b(?:FROM|JOIN) (\w+)")
OF_THEIR_OWN = {"total", "kept", "counted", "generate_series", "LATERAL"}


def tables(text):
    return set(READS.findall(POSTGRESQL.sub(" ", text))) - OF_THEIR_OWN


def test_they_are_the_five_panels_of_the_workshop():
    assert [question.id for question in QUESTIONS] == [
        "08_last_15_minutes",
        "09_last_7_days",
        "10_by_hour",
        "11_customer_last_15_minutes",
        "12_top_devices",
    ]
    assert sorted(path.stem for path in sql_folder("citus", "raw").glob("*.sql")) == [each.id for each in QUESTIONS]
    titles = [question.title for question in QUESTIONS]
    assert len(set(titles)) == len(titles), "who reads a table must know which is which"


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.id)
def test_each_form_reads_its_own_tables_and_no_raw_tail(question):
    assert tables(question.texts[Form.RAW]) == {"events"}
    (rollup,) = tables(question.texts[Form.ROLLUPS])
    assert rollup == question.rollup(Form.ROLLUPS)
    (live,) = tables(question.texts[Form.LIVE])
    assert live in {"live_totals", "live_customers"}
    assert question.rollup(Form.LIVE) == "live"


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.id)
@pytest.mark.parametrize("form", Form)
def test_each_form_only_reads_and_names_no_schema(question, form):
    text = question.texts[form]
    only_select(text, POSTGRESQL)
    code = POSTGRESQL.sub(" ", text)
    assert not re.search(r"\b(TEMP|TEMPORARY|public)\b", code, re.IGNORECASE)
    assert not re.search(r"\b(?:FROM|JOIN)\s+\w+\.", code, re.IGNORECASE)


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.id)
def test_live_is_the_panel_itself(question):
    assert question.texts[Form.LIVE] == question.panel.sql


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.id)
def test_what_a_rollup_can_know_is_asked_of_raw_events_by_its_sketches(question):
    raw, exactly, known = question.texts[Form.RAW], question.rolled_up_exactly(), question.rolled_up()
    assert exactly.count("event_id <= %(rolled_up_id)s") == 1
    assert exactly.count("DISTINCT") == raw.count("DISTINCT")
    assert known.count("hll_add_agg") == raw.count("DISTINCT")
    assert "DISTINCT" not in known


@pytest.mark.parametrize(
    ("text", "allowed"),
    [
        ("SELECT 1", "`FROM events`, once"),
        ("SELECT count(*) FROM events, (SELECT 1 FROM events) AS others", "`FROM events`, once"),
        ("SELECT DISTINCT device_id FROM events", r"`count\(DISTINCT column\)`"),
    ],
)
def test_a_query_that_cannot_be_compared_is_said_to_be_so(text, allowed):
    question = replace(QUESTIONS[0], texts={Form.RAW: text})
    with pytest.raises(PanelError, match=rf"08_last_15_minutes\.sql:1: allowed: {allowed}"):
        question.rolled_up()


def test_a_form_of_nothing_that_is_rolled_up_is_refused():
    question = replace(QUESTIONS[0], texts={Form.ROLLUPS: "SELECT 1 FROM events"})
    with pytest.raises(PanelError, match="rollups: allowed: FROM or JOIN of a rollup or a live table"):
        question.rollup(Form.ROLLUPS)
