"""Samples fold into states: an error keeps the last good value, a dead server marks all its panels."""

from __future__ import annotations

from dataclasses import replace

from rtdash.model.data import Absent, Bar, Bars, Data, Stat
from rtdash.model.latency import NO_LATENCY, Reach
from rtdash.model.sample import Sample
from rtdash.model.shards import Shards
from rtdash.model.state import EMPTY_STATE
from rtdash.model.store import Store

SOURCES = {"count": "donations", "amount": "donations", "events": "citus"}
BARS = Bars((Bar("a", 1),))


def store() -> Store:
    return Store(SOURCES, 200.0)


def sample(panel_id: str = "count", data: Data = BARS, at: float = 1.0, latency_ms: float = 3.0) -> Sample:
    return Sample(panel_id, at, at + 0.01, data=data, execute_ms=latency_ms - 1, fetch_ms=1)


def error(panel_id: str = "count", said: str = "broken", *, is_server_down: bool = False) -> Sample:
    return Sample(panel_id, 5.0, 5.1, error=said, is_server_down=is_server_down)


def test_every_panel_can_be_drawn_before_its_first_sample():
    assert store().states() == dict.fromkeys(SOURCES, EMPTY_STATE)


def test_a_sample_is_a_state():
    made = store()
    made.apply(sample(at=7.0, latency_ms=250.0))
    state = made["count"]
    assert state.data is BARS
    assert state.answered_at == 7.0, "the data are as old as the start of their query"
    assert (state.error, state.latency.asked, state.latency.last, state.latency.over) == (None, 1, 250.0, 1)
    assert made["amount"] is EMPTY_STATE


def test_states_are_a_copy():
    made = store()
    before = made.states()
    made.apply(sample())
    assert before["count"] is EMPTY_STATE


def test_an_error_keeps_the_last_good_value_and_its_age():
    made = store()
    made.apply(sample(at=1.0))
    good = made["count"]
    made.apply(error())
    assert made["count"] == replace(good, error="broken")
    assert made["count"].age_s(9.0) == 8.0
    assert made["amount"].error is None, "the error of one query is its own"


def test_the_next_good_sample_ends_an_error():
    made = store()
    made.apply(error())
    made.apply(sample())
    assert made["count"].error is None


def test_a_dead_server_marks_all_its_panels_and_no_other():
    made = store()
    made.apply(error(is_server_down=True, said="nobody answers"))
    assert {panel_id: made[panel_id].error for panel_id in SOURCES} == {
        "count": "nobody answers",
        "amount": "nobody answers",
        "events": None,
    }


def test_the_first_sample_of_a_connection_is_shown_but_not_measured():
    made = store()
    made.apply(replace(sample(latency_ms=900.0), is_first=True))
    assert made["count"].data is BARS
    assert made["count"].latency.asked == 0
    assert not made["count"].is_slow(1.0, 200.0)


def test_what_was_missed_in_an_outage_counts_though_its_first_answer_does_not():
    made = store()
    made.apply(replace(sample(latency_ms=900.0), is_first=True, missed_ms=(10_000.0, 9_750.0)))
    figures = made["count"].latency.figures(Reach.MINUTE, with_missed=True)
    assert (figures.count, figures.max, figures.over) == (2, 10_000.0, 2)
    assert made["count"].latency.figures(Reach.MINUTE).count == 0
    made.apply(replace(error(), missed_ms=(300.0,)))
    assert made["count"].latency.figures(Reach.MINUTE, with_missed=True).count == 3, "and with an error"
    made.observe({}, {}, 100.0)
    assert made["count"].latency.figures(Reach.MINUTE, with_missed=True).count == 0


def test_a_first_answer_ends_the_flag_of_a_query_that_took_too_long():
    made = store()
    made.apply(sample(latency_ms=5_000.0))
    made.apply(replace(sample(at=2.0, latency_ms=3.0), is_first=True))
    assert not made["count"].is_slow(2.0, 200.0)
    made.apply(sample(at=3.0, latency_ms=5_000.0))
    made.apply(replace(error(), is_first=True))
    made.apply(sample(data=Absent("not a Citus cluster"), latency_ms=1.0))
    assert made["count"].latency.last == 5_000.0, "that was no answer"


def test_of_an_answer_to_another_question_only_what_it_took_counts():
    made = store()
    made.apply(sample())
    before = made["count"]
    made.count(replace(sample(at=2.0, data=Stat(5), latency_ms=300.0), missed_ms=(250.0,)))
    assert made["count"] == replace(before, latency=made["count"].latency)
    assert (made["count"].latency.last, made["count"].latency.asked) == (300.0, 2)
    assert made["count"].latency.figures(Reach.MINUTE, with_missed=True).count == 3


def test_what_is_absent_was_not_asked_so_nothing_is_measured():
    made = store()
    made.apply(sample(data=Absent("not a Citus cluster"), latency_ms=1.0))
    assert made["count"].is_absent
    assert made["count"].latency.asked == 0
    made.apply(sample())
    assert not made["count"].is_absent


def test_a_connection_that_does_not_know_the_shards_yet_takes_nothing_back():
    made = store()
    assert made["count"].shards is None
    made.apply(replace(sample(), shards=Shards(1)))
    made.apply(sample())
    assert made["count"].shards == Shards(1)
    made.apply(replace(sample(), shards=Shards(32, is_all=True)))
    assert made["count"].shards == Shards(32, is_all=True)
    made.apply(error())
    assert made["count"].shards == Shards(32, is_all=True)


# ── rate ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


def grow(made: Store, *values: float | None, start: float = 0.0) -> None:
    for second, value in enumerate(values):
        made.apply(sample(data=Stat(value), at=start + second))


def test_a_number_that_grows_has_a_rate():
    made = store()
    grow(made, 0, 100, 200)
    assert made["count"].rate_per_s == 100.0


def test_anything_else_has_no_rate():
    made = store()
    made.apply(sample())
    assert made["count"].rate_per_s is None
    grow(made, 0, 100, None)
    assert made["count"].rate_per_s is None
    grow(made, 500, start=3.0)
    assert made["count"].rate_per_s is None, "what was before nothing is another count"


# ── what the scheduler alone knows ────────────────────────────────────────────────────────────────────────────────────


def test_what_runs_and_what_was_missed():
    made = store()
    made.apply(sample())
    made.observe({"count": 4.0}, {"count": 3}, 5.0)
    assert (made["count"].in_flight_since, made["count"].missed) == (4.0, 3)
    assert made["count"].is_slow(4.25, 200.0)
    assert made["amount"] is EMPTY_STATE
    made.observe({}, {"count": 3}, 5.0)
    assert (made["count"].in_flight_since, made["count"].missed) == (None, 3)


def test_a_state_that_did_not_change_is_the_same_object():
    made = store()
    made.observe({"count": 4.0}, {"count": 3}, 5.0)
    before = made["count"]
    made.observe({"count": 4.0}, {"count": 3}, 5.0)
    assert made["count"] is before


# ── another question ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_old_answer_is_not_shown_under_a_new_question():
    made = store()
    grow(made, 0, 100, 200)
    made.forget(["count"])
    state = made["count"]
    assert (state.data, state.answered_at, state.rate_per_s) == (None, None, None)
    assert state.latency.asked == 3, "how fast the query is does not depend on whom it asks for"


def test_the_rate_does_not_run_on_from_one_question_to_the_next():
    made = store()
    grow(made, 0, 100, 200)
    made.forget(["count"])
    grow(made, 10_200, start=3.0)
    assert made["count"].rate_per_s is None


def test_a_query_that_took_too_long_is_the_slowest_of_all():
    store = Store({"a": "citus", "b": "citus"}, threshold_ms=200.0)
    store.apply(Sample("a", 1.0, 1.1, data=Stat(1), execute_ms=1.0))
    store.apply(Sample("a", 2.0, 7.0, error="no answer within 5 s", execute_ms=5000.0))
    assert (store["a"].latency.last, store["a"].latency.over, store["a"].data) == (5000.0, 1, Stat(1))
    store.apply(Sample("a", 8.0, 8.1, error="relation does not exist"))
    assert (store["a"].latency.asked, store["b"].latency.asked) == (2, 0)


# ── another query for the same ────────────────────────────────────────────────────────────────────────────────────────


def test_what_comes_in_the_place_of_another_shows_its_data_as_old_as_they_are():
    made = Store(SOURCES | {"count.workshop": "donations"}, 200.0)
    made.apply(sample(at=7.0))
    made.hand_over("count", "count.workshop")
    state = made["count.workshop"]
    assert (state.data, state.answered_at, state.answered_by) == (BARS, 7.0, "count")
    made.apply(sample("count.workshop", at=8.0))
    assert made["count.workshop"].answered_by == "count.workshop"
    assert made["count"].answered_by == "count"


def test_latencies_stay_with_the_query_that_had_them():
    made = Store(SOURCES | {"count.workshop": "donations"}, 200.0)
    made.apply(sample(latency_ms=3.0))
    made.hand_over("count", "count.workshop")
    assert made["count.workshop"].latency is NO_LATENCY
    made.apply(sample("count.workshop", at=2.0, latency_ms=3000.0))
    made.hand_over("count.workshop", "count")
    assert (made["count"].latency.last, made["count"].latency.figures(Reach.HOUR).max) == (3.0, 3.0)
    assert made["count.workshop"].latency.figures(Reach.HOUR).p50 == 3000.0


def test_an_old_error_is_not_handed_over_and_does_not_come_back():
    made = Store(SOURCES | {"count.workshop": "donations"}, 200.0)
    made.apply(error("count.workshop", "no answer within 30 s"))
    made.hand_over("count", "count.workshop")
    assert made["count.workshop"].error is None
    made.apply(error("count.workshop", "no answer within 30 s"))
    made.hand_over("count.workshop", "count")
    assert made["count"].error is None


def test_a_number_goes_on_growing_when_it_is_asked_for_otherwise():
    made = Store(SOURCES | {"count.workshop": "donations"}, 200.0)
    made.apply(sample(data=Stat(100), at=1.0))
    made.apply(sample(data=Stat(300), at=2.0))
    made.hand_over("count", "count.workshop")
    assert made["count.workshop"].rate_per_s == 200.0
    made.apply(sample("count.workshop", data=Stat(500), at=3.0))
    assert made["count.workshop"].rate_per_s == 200.0
