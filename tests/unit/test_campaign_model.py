"""Rates go in steps, and a brake follows the lag."""

from __future__ import annotations

from rtdash.campaigns import brake
from rtdash.model.campaign import RATE_STEPS, CampaignState, next_rate, previous_rate


def test_rates_step_up_and_down_and_stay_within_bounds():
    assert [next_rate(step) for step in RATE_STEPS] == [*RATE_STEPS[1:], RATE_STEPS[-1]]
    assert [previous_rate(step) for step in RATE_STEPS] == [RATE_STEPS[0], *RATE_STEPS[:-1]]
    assert (next_rate(7), previous_rate(7)) == (10, 5)
    assert (next_rate(1_000_000), previous_rate(1)) == (50_000, 5)


def test_only_running_and_stopping_are_active():
    assert [state for state in CampaignState if state.active] == [CampaignState.RUNNING, CampaignState.STOPPING]


def test_the_brake_is_off_up_to_its_bound_and_then_follows_the_lag():
    assert [brake.share(lag) for lag in (0, brake.FREE_LAG, brake.MOST_LAG, 10**9)] == [1, 1, 0, 0]
    assert brake.share((brake.FREE_LAG + brake.MOST_LAG) // 2) == 0.5
