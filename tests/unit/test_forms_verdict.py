"""What is said of the clickstream's forms: as much as the figures support."""

from __future__ import annotations

from dataclasses import replace

from rtdash.model.forms_verdict import verdict
from rtdash.model.lab import Cell, LabReport, Ratio, Subject

FASTER = Ratio(40.0, 30.0, 50.0, 0.984, 7)
SLOWER = Ratio(0.5, 0.4, 0.6, 0.984, 7)
ALIKE = Ratio(1.1, 0.8, 1.3, 0.984, 7)
QUERIES = (("08", "Last 15 minutes"), ("12", "Top devices, 30 min"))


def subject(name, ratio=None):
    return Subject(name, name, "workshop", "", ratio=ratio)


def report(rollups=FASTER, top_on_rollups=FASTER):
    cells = (
        Cell("08", "raw", 9, 80.0, 90.0, rows_examined=1000),
        Cell("08", "rollups", 9, 2.0, 3.0, rows_examined=40, ratio=FASTER),
        Cell("12", "raw", 9, 250.0, 300.0, rows_examined=2000),
        Cell("12", "rollups", 9, 9.0, 11.0, rows_examined=60, ratio=top_on_rollups),
    )
    subjects = (subject("raw"), subject("rollups", rollups))
    return LabReport("clickstream", "PostgreSQL", 3000, 1, 1, 200.0, "raw", subjects, QUERIES, cells)


def test_a_form_that_is_faster_everywhere_is_said_to_be():
    said = verdict(report(), 0.0, 0.0)
    assert said[0].startswith("rollups: 40 times as fast (30 … 50)")
    assert "slower" not in said[0]
    assert "no difference" not in said[0]


def test_questions_that_are_slower_or_not_known_to_differ_are_named():
    assert verdict(report(top_on_rollups=SLOWER), 0.0, 0.0)[0].endswith("; slower: Top devices, 30 min")
    assert verdict(report(top_on_rollups=ALIKE), 0.0, 0.0)[0].endswith("; no difference shown: Top devices, 30 min")


def test_where_no_difference_is_shown_none_is_claimed():
    assert "no difference shown" in verdict(report(rollups=ALIKE), 0.0, 0.0)[0]
    assert "40" not in verdict(report(rollups=ALIKE), 0.0, 0.0)[0]


def test_questions_over_the_threshold_are_counted_by_form():
    assert "of 2 questions over 200 ms (p95): raw 1, rollups none" in verdict(report(), 0.0, 0.0)
    within = replace(report(), threshold_ms=500.0)
    assert "every question is answered within 500 ms by each form (p95)" in verdict(within, 0.0, 0.0)
    # Whatever it took before it was given up.
    for p95_ms in (None, 9.0):
        failed = replace(within.cells[0], p95_ms=p95_ms, error="overdue")
        assert "of 2 questions over 500 ms (p95): raw 1, rollups none" in verdict(
            replace(within, cells=(failed, *within.cells[1:])), 0.0, 0.0
        )


def test_a_form_that_has_given_up_a_question_is_not_compared():
    found = report(rollups=None)
    lost = replace(found, cells=(*found.cells[:3], replace(found.cells[3], error="overdue", ratio=None)))
    assert verdict(lost, 0.0, 0.0)[0] == "rollups: 1 of 2 queries were given up: not compared"
    lost = replace(found, cells=(replace(found.cells[0], error="overdue"), *found.cells[1:]))
    assert verdict(lost, 0.0, 0.0)[0] == "raw: 1 of 2 queries were given up: nothing is compared with it"


def test_rows_are_added_up_where_all_are_known():
    assert "rows read to answer each question once: raw 3,000, rollups 100" in verdict(report(), 0.0, 0.0)
    unknown = replace(report(), cells=(replace(report().cells[0], rows_examined=None), *report().cells[1:]))
    assert not [sentence for sentence in verdict(unknown, 0.0, 0.0) if "rows read" in sentence]


def test_estimates_are_told_where_one_was_off():
    assert not [sentence for sentence in verdict(report(), 0.0, 0.0) if "estimates" in sentence]
    assert "distinct counts of rollups and live are estimates (±2.3%): here 3.1% off at most" in verdict(
        report(), 0.031, 0.0
    )


def test_what_came_in_is_told():
    assert verdict(report(), 0.0, 0.0)[-1] == "nothing came in while it was measured"
    assert verdict(report(), 0.0, 1234.4)[-1] == "while it was measured, 1,234 events a second came in"
