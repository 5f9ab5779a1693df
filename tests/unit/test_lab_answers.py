"""Whether two answers may be taken for the same: what must be equal, and what need not be."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest

from rtdash.lab.answers import compare
from rtdash.panels.forms import TOP_N, Form, workshop_questions

SINCE = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
QUESTIONS = {question.id[:2]: question for question in workshop_questions()}
COUNTS = ["label", "value", "error", "since"]
BARS = ["label", "value", "since"]


class Scripted:
    """A session that answers from a script: ids as they are seen, and what each form gives."""

    def __init__(self, columns, shown, raw, exact=None, ids=(), kept_since=None):
        self.columns = columns
        self.answers = {"shown": shown, "raw": raw, "exact": raw if exact is None else exact}
        self.ids = list(ids)
        self.kept_since = kept_since
        self.asked_raw = []

    @contextmanager
    def moment(self):
        yield

    def rows(self, question, parameters=None):
        if "event_partitions" in question:
            return [(self.kept_since,)]
        assert parameters["rollup"]
        return [(self.ids.pop(0) if self.ids else 7,)]

    def ask(self, question, parameters):
        kind = "raw" if "hll_add_agg" in question or "LIMIT 1000" in question else "exact"
        if "rolled_up_id" in question:
            self.asked_raw.append(parameters["rolled_up_id"])
        else:
            kind = "shown"
        return self.columns, self.answers[kind]


def counts(events, devices, since=SINCE):
    return [("events", events, None, since), ("devices", devices, 1, since)]


def bars(*values, since=SINCE):
    return [(label, value, since) for label, value in values]


def compared(number, session):
    return compare(session, QUESTIONS[number], Form.ROLLUPS, {"customer_id": 1})


def test_the_same_answers_are_the_same_up_to_the_event_that_the_rollup_has_seen():
    session = Scripted(COUNTS, counts(5, 3), counts(5, 3))
    assert compared("08", session).problem == ""
    assert set(session.asked_raw) == {7}


@pytest.mark.parametrize(("shown", "raw"), [((5, 3), (6, 3)), ((5, 3), (5, 4))])
def test_another_number_is_found(shown, raw):
    problem = compared("08", Scripted(COUNTS, counts(*shown), counts(*raw))).problem
    assert problem.startswith("Last 15 minutes: rollups and raw cannot be taken for the same: ")
    assert "rollups " in problem.partition(": rollups and raw")[2]


def test_another_window_is_found():
    session = Scripted(COUNTS, counts(5, 3), counts(5, 3, SINCE - timedelta(minutes=5)))
    assert "begins at" in compared("08", session).problem


def test_several_differences_are_counted():
    assert compared("08", Scripted(COUNTS, counts(5, 3), counts(6, 4))).problem.endswith(
        "events: rollups 5, raw 6, and 1 more"
    )


def test_a_rollup_that_runs_meanwhile_is_awaited():
    session = Scripted(COUNTS, counts(5, 3), counts(5, 3), ids=[1, 2, 2, 3, 3, 3])
    assert compared("08", session).problem == ""
    assert set(session.asked_raw) == {3}


def test_where_rollups_run_all_the_time_nothing_is_claimed():
    session = Scripted(COUNTS, counts(5, 3), counts(5, 3), ids=range(100))
    assert "events came in all the time" in compared("08", session).problem
    assert session.asked_raw == []


def test_raw_events_that_are_gone_are_no_difference():
    session = Scripted(COUNTS, counts(5, 3), counts(1, 1), kept_since=SINCE + timedelta(days=1))
    assert "raw events are kept since 25 Nov only" in compared("08", session).problem


def test_an_hour_that_differs_is_named():
    columns = ["at", "events", "devices", "sessions"]
    hours = [(SINCE + timedelta(hours=hour), 5, 4, 3) for hour in range(3)]
    other = [*hours[:2], (hours[2][0], 6, 4, 3)]
    assert compared("10", Scripted(columns, hours, hours)).problem == ""
    assert "Tue 11:30 events: rollups 5, raw 6" in compared("10", Scripted(columns, hours, other)).problem


def test_distinct_counts_are_off_what_counting_gives():
    session = Scripted(COUNTS, counts(9000, 2060), counts(9000, 2060), exact=counts(9000, 2000))
    assert compared("08", session).error_share == pytest.approx(0.03)
    few = Scripted(COUNTS, counts(9000, 11), counts(9000, 11), exact=counts(9000, 10))
    assert compared("08", few).error_share == 0.0, "one of ten is no share to tell"


def test_which_of_equal_devices_comes_last_does_not_matter():
    ten = [(str(number), 20 - number) for number in range(9)]
    raw = bars(*ten, ("x", 3), ("y", 3), ("z", 2))
    assert compared("12", Scripted(BARS, bars(*ten, ("y", 3)), raw)).problem == ""
    assert "z: rollups 2, raw 2" in compared("12", Scripted(BARS, bars(*ten, ("z", 2)), raw)).problem
    assert "rollups has 9 bars, raw 10" in compared("12", Scripted(BARS, bars(*ten), raw)).problem
    assert "w: rollups 3, raw nothing" in compared("12", Scripted(BARS, bars(*ten, ("w", 3)), raw)).problem


def test_of_more_devices_than_a_counter_keeps_one_may_be_too_low_and_none_too_high():
    many = bars(*((str(number), 2000 - number) for number in range(TOP_N)))
    assert compared("12", Scripted(BARS, bars(("1", 1999), ("5", 1900)), many)).problem == ""
    assert "1: rollups 2,001, raw 1,999" in compared("12", Scripted(BARS, bars(("1", 2001)), many)).problem


def test_nothing_at_all_is_the_same_as_nothing():
    assert compared("12", Scripted(BARS, [], [])).problem == ""
