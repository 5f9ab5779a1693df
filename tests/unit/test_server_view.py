"""Whose the time is that a query took: ours and the server's account held against each other."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from rtdash.model.server_view import Occurrence, ServerView, verdict

AT = datetime(2026, 11, 25, 22, 0, tzinfo=UTC)
COUNTED = ServerView(
    "pg_stat_statements", calls=40, mean_ms=12.0, max_ms=95.0, rows=40, since=AT - timedelta(hours=1), planning_ms=4.0
)
KEPT = ServerView("slow log", floor_ms=200.0, slow=(Occurrence(AT + timedelta(seconds=0.3), 290.0),))
NOTHING_KEPT = replace(KEPT, slow=())
THRESHOLD_MS = 200.0


def said(view: ServerView, took_ms: float, **more: object) -> str:
    return verdict(view, THRESHOLD_MS, took_ms, at=AT, **more)


@pytest.mark.parametrize("took_ms", [0.1, 199.9, 200.0])
@pytest.mark.parametrize("view", [COUNTED, KEPT, NOTHING_KEPT])
def test_what_is_not_over_the_threshold_has_no_verdict(view, took_ms):
    assert said(view, took_ms) == ""


def test_slow_for_us_and_not_for_the_server():
    text = said(COUNTED, 300.0)
    assert text.startswith(
        "Slow for us, not for the server: 300 ms here, no more than 99 ms there (pg_stat_statements)."
    )
    assert "network, client, or waiting" in text


@pytest.mark.parametrize(
    ("most_ms", "took_ms", "is_elsewhere"),
    [
        (180.0, 205.0, True),  # both sides of the threshold, and a gap that one can name
        (190.0, 205.0, False),
        (500.0, 1001.0, True),  # slow for the server as well, but most of the time is not its own
        (500.0, 1000.0, True),
        (500.0, 999.0, False),
    ],
)
def test_from_which_gap_on_the_time_is_not_the_servers(most_ms, took_ms, is_elsewhere):
    view = replace(COUNTED, max_ms=most_ms, planning_ms=0.0)
    assert said(view, took_ms).startswith("Slow for us, not for the server") is is_elsewhere


def test_planning_is_the_servers_time_too():
    view = replace(COUNTED, max_ms=20.0, planning_ms=230.0)
    assert said(view, 255.0).startswith("Slow for us and for the server")


def test_slow_for_both_always_or_at_times():
    view = replace(COUNTED, max_ms=280.0)
    assert said(view, 300.0) == (
        "Slow for us and for the server, at times: 300 ms here, up to 284 ms there, 12 ms on average"
        " (pg_stat_statements)."
    )
    view = replace(COUNTED, max_ms=280.0, mean_ms=250.0)
    assert said(view, 300.0) == "Slow for us and for the server: 300 ms here, up to 284 ms there (pg_stat_statements)."


def test_what_a_log_has_kept_of_that_time_counts():
    assert said(KEPT, 300.0).startswith("Slow for us and for the server: 300 ms here, up to 290 ms there")
    earlier = replace(KEPT, slow=(Occurrence(AT - timedelta(minutes=1), 290.0),))
    assert said(earlier, 300.0).startswith("Slow for us, not for the server: 300 ms here, no more than 200 ms there")
    assert said(NOTHING_KEPT, 300.0).startswith("Slow for us, not for the server")
    assert said(NOTHING_KEPT, 210.0).startswith("Slow for us and for the server"), "10 ms are no gap"


def test_a_log_that_has_not_been_kept_since_then_tells_nothing_unless_it_has_the_execution():
    later = AT + timedelta(seconds=1)
    assert said(replace(NOTHING_KEPT, kept_since=later), 300.0).startswith("Whose the time is remains open")
    assert said(replace(KEPT, kept_since=later), 300.0).startswith("Slow for us and for the server")
    # Digests know it all the same.
    both = replace(COUNTED, floor_ms=50.0, kept_since=later)
    assert said(both, 300.0).startswith("Slow for us, not for the server: 300 ms here, no more than 99 ms there")
    forgotten = replace(COUNTED, floor_ms=200.0, since=later)
    assert said(forgotten, 900.0).startswith("Slow for us, not for the server: 900 ms here, no more than 200 ms there")


def test_nothing_is_said_of_a_time_before_the_account_began():
    text = said(replace(COUNTED, since=AT + timedelta(seconds=1)), 300.0)
    assert text == "Whose the time is remains open: pg_stat_statements has no account of that time."
    assert said(replace(COUNTED, calls=0, max_ms=None), 300.0).startswith("Whose the time is remains open")


def test_what_has_not_ended_is_not_counted():
    assert said(COUNTED, 5000.0, is_ended=False) == (
        "It was given up after 5000 ms, and pg_stat_statements does not count what has not ended."
    )


def test_waiting_for_a_lane_comes_before_any_server():
    absent = ServerView("pg_stat_statements", absence="no extension")
    for view in (COUNTED, absent):
        assert said(view, 30.0, waited_ms=600.0) == (
            "Slow before it was asked: it waited 600 ms for a lane of ours, and took 30 ms."
        )
    assert said(absent, 300.0, waited_ms=250.0) == ""
