"""When the next frame is due."""

from __future__ import annotations

import math

import pytest

from rtdash.model.stretch import LONGEST_S
from rtdash.screens.frames import ANSWER_S, BURST_S, Frames, Thrift

INTERVAL_S = 0.25


def frames(**bounds: int) -> Frames:
    return Frames(**({"line_budget": None, "frame_rate": None, "has_meter": False} | bounds))


def test_without_bounds_a_frame_is_due_when_its_burst_is_over():
    unbound = frames()
    unbound.begin(10.0, 0, INTERVAL_S)
    assert unbound.wait_s(10.0, INTERVAL_S) == BURST_S


def test_at_most_so_many_frames_a_second():
    bound = frames(frame_rate=2)
    assert bound.wait_s(10.0, INTERVAL_S) == BURST_S, "the first one"
    bound.begin(10.0, 0, INTERVAL_S)
    assert bound.wait_s(10.1, INTERVAL_S) == pytest.approx(0.4)
    assert bound.wait_s(12.0, INTERVAL_S) == BURST_S


def test_a_budget_has_one_frame_an_interval_at_most():
    bound = frames(line_budget=8000)
    bound.begin(10.0, 0, INTERVAL_S)
    assert bound.wait_s(10.05, INTERVAL_S) == pytest.approx(0.2)
    assert bound.wait_s(10.05, 2.0) == pytest.approx(1.95)


def test_what_a_key_asks_for_is_painted_as_it_comes():
    bound = frames(frame_rate=1)
    bound.begin(10.0, 0, INTERVAL_S)
    bound.hurry(10.1)
    assert bound.wait_s(10.1 + 0.9 * ANSWER_S, INTERVAL_S) == BURST_S
    assert bound.wait_s(10.1 + ANSWER_S, INTERVAL_S) > BURST_S


def test_the_meter_is_read_only_when_it_is_asked_for():
    for has_meter, shown in ((True, 2000), (False, None)):
        metered = frames(has_meter=has_meter)
        for tick in range(9):
            thrift = metered.begin(tick * 0.25, tick * 500, INTERVAL_S)
        assert thrift.bytes_per_s == shown


def test_a_line_that_is_kept_light_says_how():
    bound = frames(line_budget=8000)
    now = 0.0
    for number in range(100):
        thrift = bound.begin(now, 4000 * number, INTERVAL_S)
        now += bound.wait_s(now, INTERVAL_S)
    assert thrift.stretch is not None
    assert 8000 * 0.8 <= 4000 / thrift.frame_s <= 8000
    assert thrift.chart_s > thrift.frame_s


def test_the_frame_rate_is_what_the_budget_stretches():
    bound = frames(line_budget=8000, frame_rate=1)
    now = 0.0
    for number in range(100):
        thrift = bound.begin(now, 4000 * number, INTERVAL_S)
        now += bound.wait_s(now, INTERVAL_S)
    assert thrift.stretch is None, "4 kB/s are within it"


def typed_at(key_s: float, budget: int) -> tuple[float, Thrift]:
    """Bytes a second, of a minute with a key every `key_s`, and what is said in the end."""
    bound = frames(line_budget=budget)
    now = painted = written = settled = 0.0
    due, key = 0.0, key_s
    while now < 120:
        now = min(due, key)
        if now == key:
            bound.hurry(now)
            key += key_s
        else:
            thrift = bound.begin(now, round(written), INTERVAL_S)
            # What changes comes with the answers: between two of them there is that much less.
            intervals = (now - painted) / INTERVAL_S
            written += 3000 * (intervals if intervals < 1 else min(intervals**0.4, 3))
            painted = now
        due = now + bound.wait_s(now, INTERVAL_S)
        settled = settled if now > 60 else written
    return (written - settled) / 60, thrift


@pytest.mark.parametrize("key_s", [3, 10, math.inf])
def test_a_budget_does_not_give_way_to_keys(key_s):
    bytes_per_s, thrift = typed_at(key_s, 8000)
    assert 0.8 * 8000 < bytes_per_s <= 8000
    assert thrift.stretch.is_enough


def test_a_budget_that_keys_go_over_is_not_called_kept():
    bytes_per_s, thrift = typed_at(1, 8000)
    assert bytes_per_s > 8000
    assert thrift.frame_s == LONGEST_S
    assert not thrift.stretch.is_enough
