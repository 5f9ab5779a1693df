"""Rates go in steps, and a brake follows what waits."""

from __future__ import annotations

import re

import pytest

from rtdash.campaigns import brake
from rtdash.model.campaign import RATE_STEPS, CampaignPlan, next_preset, next_rate, previous_rate


def test_rates_step_up_and_down_and_stay_within_bounds():
    assert [next_rate(step) for step in RATE_STEPS] == [*RATE_STEPS[1:], RATE_STEPS[-1]]
    assert [previous_rate(step) for step in RATE_STEPS] == [RATE_STEPS[0], *RATE_STEPS[:-1]]
    assert (next_rate(7), previous_rate(7)) == (10, 5)
    assert (next_rate(1_000_000), previous_rate(1)) == (1_000_000, 5)


def test_presets_follow_each_other():
    assert [next_preset(rate) for rate in (5, 200, 10_000, 50_000, 7)] == [200, 10_000, 50_000, 5, 200]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"name": "a" * 81}, "a name has at most 80 characters"),
        ({"name": "spring\x1b[2J"}, "none that is not printed"),
        ({"rate_per_s": 0}, "0/s: allowed: 1 … 50,000"),
        ({"rate_per_s": 50_001}, "50,001/s: allowed: 1 … 50,000"),
        ({"cities": ("Pau", "Paris")}, "'Paris' is not one of the cities; allowed: Amiens, "),
        ({"organizations": ("NoOne",)}, "'NoOne' is not one of the organisations; allowed: PureJoy, "),
        ({"count": 0}, "0 donations: allowed: 1 … 4,294,967,295"),
        ({"count": 1 << 32}, "4,294,967,296 donations: allowed: 1 … 4,294,967,295"),
        ({"duration_s": 0.0}, "0.0 s: allowed: a duration above 0"),
        ({"duration_s": float("nan")}, "nan s: allowed: a duration above 0"),
        ({"duration_s": 31_536_000.5}, "31536000.5 s: allowed: a duration above 0, at most a year"),
        ({"delay_s": -1.0}, "-1.0 s: allowed: a delay of 0 or more"),
        ({"delay_s": 1e12}, "1000000000000.0 s: allowed: a delay of 0 or more, at most a year"),
    ],
)
def test_a_plan_that_cannot_be_run_says_what_is_allowed(wrong, said):
    with pytest.raises(ValueError, match=re.escape(said)):
        CampaignPlan(**wrong)


def test_the_brake_is_off_up_to_half_its_bound_and_then_follows_what_waits():
    assert [brake.share(waiting, 10e6) for waiting in (-5, 0, 5e6, 7.5e6, 10e6, 1e12)] == [1, 1, 1, 0.5, 0, 0]


def test_without_a_bound_there_is_no_brake():
    assert brake.share(1e12, 0) == 1


def test_the_topic_that_fills_first_decides():
    assert brake.waiting_bytes(1000, 0) == brake.waiting_bytes(1000, 0.1) == 260_000
    assert brake.waiting_bytes(1000, 10) == 1_800_000
