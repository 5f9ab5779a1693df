"""When the next frame is due."""

from __future__ import annotations

import pytest

from rtdash.screens.frames import ANSWER_S, BURST_S, Frames

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
