"""Rates go in steps, and a brake follows what waits."""

from __future__ import annotations

from rtdash.campaigns import brake
from rtdash.model.campaign import RATE_STEPS, next_rate, previous_rate


def test_rates_step_up_and_down_and_stay_within_bounds():
    assert [next_rate(step) for step in RATE_STEPS] == [*RATE_STEPS[1:], RATE_STEPS[-1]]
    assert [previous_rate(step) for step in RATE_STEPS] == [RATE_STEPS[0], *RATE_STEPS[:-1]]
    assert (next_rate(7), previous_rate(7)) == (10, 5)
    assert (next_rate(1_000_000), previous_rate(1)) == (1_000_000, 5)


def test_the_brake_is_off_up_to_its_bound_and_then_follows_what_waits():
    assert [brake.share(waiting) for waiting in (-5, 0, brake.FREE_BYTES, brake.MOST_BYTES, 1e12)] == [1, 1, 1, 0, 0]
    assert brake.share((brake.FREE_BYTES + brake.MOST_BYTES) / 2) == 0.5


def test_the_topic_that_fills_first_decides():
    assert brake.waiting_bytes(1000, 0) == brake.waiting_bytes(1000, 0.1) == 260_000
    assert brake.waiting_bytes(1000, 10) == 1_800_000
