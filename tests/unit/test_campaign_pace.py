"""Pacing by an injected clock: steady, in small slices, and without bursts."""

from __future__ import annotations

import pytest

from rtdash.campaigns.pace import CATCH_UP_S, SLICE_S, Pacer


def made(rate_per_s: float, looks_s: list[float], most: int = 10_000) -> list[int]:
    pacer = Pacer(rate_per_s, 0.0)
    return [pacer.due(now_s, most) for now_s in looks_s]


@pytest.mark.parametrize("rate_per_s", [5, 200, 2000, 50_000])
def test_the_rate_is_met_whatever_the_slices(rate_per_s):
    steady = made(rate_per_s, [slice_ * SLICE_S for slice_ in range(501)])
    ragged = made(rate_per_s, sorted({(slice_**1.3 % 1) + slice_ // 7 * 0.1 for slice_ in range(700)}))
    assert sum(steady) == pytest.approx(rate_per_s * 10, abs=2)
    assert max(steady) <= rate_per_s * SLICE_S + 1
    assert sum(ragged) == pytest.approx(rate_per_s * 10, rel=0.1, abs=2)


def test_no_burst_follows_a_pause():
    pacer = Pacer(1000, 0.0)
    assert pacer.due(60.0, 100_000) == 1000 * CATCH_UP_S
    assert pacer.due(60.02, 100_000) == 20


def test_a_short_delay_is_made_up_for():
    assert made(1000, [0.0, 0.2]) == [0, 200]


def test_what_does_not_fit_is_owed_and_due_at_once():
    pacer = Pacer(1000, 0.0)
    assert pacer.due(0.1, 60) == 60
    assert pacer.wait_s() == 0.0
    assert pacer.due(0.1, 60) == 40
    assert pacer.wait_s() == SLICE_S


def test_a_slow_rate_waits_longer_than_a_slice_but_hears_changes():
    pacer = Pacer(5, 0.0)
    assert pacer.due(0.0, 10) == 0
    assert SLICE_S < pacer.wait_s() <= 0.1
    assert made(5, [0.1, 0.2, 0.3, 0.4]) == [0, 1, 0, 1]


def test_another_rate_counts_from_when_it_is_set():
    pacer = Pacer(0, 0.0)
    assert pacer.due(10.0, 100) == 0
    assert pacer.wait_s() == 0.1
    pacer.set_rate(100)
    assert pacer.due(10.125, 100) == 12
