"""Figures from timings: percentiles are medians over runs, counts and pairs are of all runs, ratios are paired."""

from __future__ import annotations

import pytest

from rtdash.lab.timings import Timings, cell, overall


def run(base: dict[int, list[float]], ours: dict[int, list[float]]) -> Timings:
    timings = Timings()
    for subject, rounds in (("baseline", base), ("rollup", ours)):
        for number, took_ms in rounds.items():
            timings.add(number, "q", subject, took_ms)
    return timings


def test_percentiles_are_nearest_ranks_over_all_executions_of_a_run():
    timings = run({0: [float(value) for value in range(1, 11)], 1: [float(value) for value in range(11, 21)]}, {})
    found = cell([timings], "q", "baseline", "baseline", threshold_ms=18.0)
    assert (found.count, found.p50_ms, found.p95_ms, found.over) == (20, 10.0, 19.0, 2)
    assert found.ratio is None


def test_of_several_runs_percentiles_are_medians_and_counts_are_sums():
    runs = [run({0: [10.0, 30.0]}, {0: [value]}) for value in (1.0, 2.0, 9.0)]
    found = cell(runs, "q", "rollup", "baseline", threshold_ms=5.0)
    assert (found.count, found.p50_ms, found.p95_ms, found.over) == (3, 2.0, 2.0, 1)
    assert found.ratio is not None
    assert (found.ratio.value, found.ratio.pairs) == (10.0, 3)


def test_a_ratio_is_of_two_turns_of_one_round():
    timings = run({0: [10.0, 20.0, 30.0], 1: [100.0]}, {0: [10.0], 1: [10.0], 2: [1.0]})
    found = cell([timings], "q", "rollup", "baseline", threshold_ms=200.0)
    assert found.ratio is not None
    assert (found.ratio.low, found.ratio.high, found.ratio.pairs) == (2.0, 10.0, 2)


def test_what_failed_says_why_and_is_compared_no_further():
    timings = run({0: [10.0]}, {})
    timings.fail("q", "rollup", "no answer within 60 s")
    found = cell([timings], "q", "rollup", "baseline", threshold_ms=200.0)
    assert (found.error, found.count, found.p50_ms, found.ratio) == ("no answer within 60 s", 0, None, None)
    assert overall([timings], ["q"], "rollup", "baseline") is None


@pytest.mark.parametrize("subject", ["baseline", "rollup"])
def test_a_query_that_either_has_given_up_has_no_ratio(subject: str):
    timings = run({0: [10.0]}, {0: [2.0]})
    timings.fail("q", subject, "no answer within 60 s")
    assert cell([timings], "q", "rollup", "baseline", threshold_ms=200.0).ratio is None


def test_over_all_queries_a_round_counts_when_all_were_asked_in_it():
    timings = run({0: [10.0], 1: [10.0]}, {0: [5.0], 1: [5.0]})
    timings.add(0, "r", "baseline", [80.0])
    timings.add(0, "r", "rollup", [10.0])
    # The round under way.
    timings.add(1, "r", "baseline", [80.0])
    found = overall([timings], ["q", "r"], "rollup", "baseline")
    assert found is not None
    assert (found.value, found.pairs) == (pytest.approx(4.0), 1)
    assert overall([timings], ["q", "r"], "baseline", "baseline") is None


@pytest.mark.parametrize("subject", ["baseline", "rollup"])
def test_over_all_queries_nothing_is_compared_when_either_has_given_one_up(subject: str):
    """What it was asked before counts as little: in whatever run it was."""
    timings = run({0: [10.0]}, {0: [2.0]})
    timings.add(0, "r", "baseline", [80.0])
    timings.add(0, "r", "rollup", [10.0])
    other = Timings()
    other.fail("r", subject, "no answer within 60 s")
    assert overall([timings], ["q", "r"], "rollup", "baseline") is not None
    assert overall([timings, other], ["q", "r"], "rollup", "baseline") is None


def test_rows_are_those_that_were_counted_last():
    first, second = run({0: [1.0]}, {}), run({0: [1.0]}, {})
    first.examined("q", "baseline", 7)
    assert cell([first, second], "q", "baseline", "baseline", threshold_ms=1.0).rows_examined == 7
