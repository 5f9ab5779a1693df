"""The sentences of the lab claim what the intervals support, and no more."""

from __future__ import annotations

from dataclasses import replace

from rtdash.model.engine import Engine
from rtdash.model.lab import Cell, LabReport, Ratio, Subject, from_json, to_json
from rtdash.model.verdict import verdict

SURE = 0.984


def report(*subjects: Subject, p95_ms: float = 3.0) -> LabReport:
    baseline = Subject("baseline", "First", "workshop", "why", ingest_rows_per_s=10_000.0, start_ms=8_000.0)
    return LabReport(
        store="donations",
        server="a server",
        rows=1_000_000,
        runs=1,
        run=1,
        threshold_ms=200.0,
        baseline="baseline",
        subjects=(baseline, *subjects),
        queries=(("q", "Query"),),
        cells=tuple(Cell("q", subject.name, count=7, p50_ms=p95_ms, p95_ms=p95_ms) for subject in subjects),
    )


def subject(name: str, ratio: Ratio, ingest: float = 9_900.0, **values: object) -> Subject:
    return replace(
        Subject(name, name, "workshop", "why", ingest_rows_per_s=ingest, start_ms=7_000.0, ratio=ratio), **values
    )


def test_an_interval_that_holds_one_shows_no_difference():
    assert verdict(report(subject("sharded", Ratio(1.3, 0.9, 1.6, SURE, 7)))) == (
        "sharded: no difference shown (0.90 … 1.60 times as fast), ingest at 0.99 of baseline",
    )


def test_a_gain_is_told_with_its_interval_and_its_price():
    assert verdict(report(subject("indexed", Ratio(1.31, 1.1, 1.5, SURE, 7), ingest=4_000.0))) == (
        "indexed: 1.31 times as fast (1.10 … 1.50), ingest at 0.4 of baseline",
    )


def test_what_costs_ingest_and_is_not_shown_to_be_faster_costs_more_than_it_gives():
    for ratio in (Ratio(0.8, 0.7, 0.9, SURE, 7), Ratio(1.1, 0.9, 1.3, SURE, 7)):
        (sentence,) = verdict(report(subject("indexed", ratio, ingest=4_000.0)))
        assert sentence.endswith("ingest at 0.4 of baseline, it costs more than it gives")


def test_of_few_rounds_nothing_is_claimed():
    for confidence, pairs in ((0.0, 1), (0.5, 2), (0.875, 4)):
        slow = report(subject("sharded", Ratio(0.7, 0.6, 0.8, confidence, pairs), ingest=1_000.0))
        assert verdict(slow) == (
            "sharded: 0.70 times as fast as seen so far, too few rounds to tell, ingest at 0.1 of baseline",
        )
        assert "relevant? Not known yet" in verdict(slow, Engine.SINGLESTORE)[0]


def test_of_ours_the_aim_is_told_met_or_not():
    ours = subject("rollup", Ratio(961.0, 500.0, 1810.0, SURE, 7), ingest=5_000.0, text="ours", start_ms=9.0)
    speed, aim = verdict(report(ours))
    assert speed == (
        "rollup: 961 times as fast (500 … 1,810), ingest at 0.5 of baseline, a campaign starts in 9 ms instead of 8,000"
    )
    assert aim == "rollup: every p95 is below 5 ms, the largest is 3.0 ms"
    assert verdict(report(ours, p95_ms=5.0))[-1] == "rollup: not every p95 is below 5 ms, the largest is 5.0 ms"


def test_who_has_given_up_a_query_is_not_compared():
    found = report(replace(subject("indexed", Ratio(5.0, 4.0, 6.0, SURE, 7)), ratio=None))
    given_up = replace(found, cells=(replace(found.cells[0], error="no answer within 60 s"),))
    assert verdict(given_up) == ("indexed: 1 of 1 queries were given up: not compared, ingest at 0.99 of baseline",)


def test_where_the_baseline_has_given_up_a_query_nothing_is_compared_and_the_rest_is_told():
    ours = subject("rollup", Ratio(961.0, 500.0, 1810.0, SURE, 7), text="ours", start_ms=9.0)
    sharded = subject("sharded", Ratio(1.3, 1.1, 1.6, SURE, 7))
    found = report(replace(ours, ratio=None), replace(sharded, ratio=None))
    lost = replace(found, cells=(*found.cells, Cell("q", "baseline", error="no answer within 60 s")))
    assert verdict(lost, Engine.SINGLESTORE) == (
        "Are the workshop's SHARD KEY and SORT KEY relevant? Not known: queries were given up.",
        "baseline: 1 of 1 queries were given up: nothing is compared with it",
        "rollup: ingest at 0.99 of baseline, a campaign starts in 9 ms instead of 8,000",
        "rollup: every p95 is below 5 ms, the largest is 3.0 ms",
        "sharded: ingest at 0.99 of baseline",
    )


def test_the_aim_is_not_met_by_what_was_given_up():
    ours = replace(subject("rollup", Ratio(9.0, 8.0, 10.0, SURE, 7), text="ours"), ratio=None)
    found = report(ours)
    lost = replace(found, cells=(replace(found.cells[0], error="no answer within 60 s"),))
    assert not any("p95" in sentence for sentence in verdict(lost))


def test_the_question_of_the_workshop_is_answered_on_its_own_server_alone():
    found = report(subject("sharded", Ratio(1.3, 0.9, 1.6, SURE, 7)))
    assert not any("KEY" in sentence for sentence in verdict(found, Engine.MARIADB))
    question, _ = verdict(found, Engine.SINGLESTORE)
    assert question == (
        "Are the workshop's SHARD KEY and SORT KEY relevant? Not for these queries:"
        " no difference shown (0.90 … 1.60 times as fast)."
    )
    better = report(subject("sharded", Ratio(1.3, 1.1, 1.6, SURE, 7)))
    assert "relevant? Yes: the same queries are 1.30 times as fast" in verdict(better, Engine.SINGLESTORE)[0]
    worse = report(subject("sharded", Ratio(0.5, 0.4, 0.9, SURE, 7)))
    assert "relevant? Yes, but not for the better" in verdict(worse, Engine.SINGLESTORE)[0]


def test_before_anything_is_compared_nothing_is_said():
    assert verdict(report()) == ()
    assert verdict(report(replace(subject("indexed", Ratio(1, 1, 1, SURE, 7)), ratio=None))) == ()


def test_a_report_is_one_line_of_json_and_comes_back_the_same():
    found = report(subject("sharded", Ratio(1.3, 0.9, 1.6, SURE, 7)))
    line = to_json(replace(found, verdict=verdict(found), problems=("a\nproblem",)))
    assert "\n" not in line
    assert from_json(line).problems == ("a\nproblem",)
    assert from_json(line).subjects == found.subjects
