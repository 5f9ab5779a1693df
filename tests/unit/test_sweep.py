"""A write head that sweeps over a picture that stands still."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtdash.model.data import Series, Sparklines
from rtdash.widgets.drawing import body
from rtdash.widgets.drawing.sweep import HEAD, Sweep
from tests.unit.lines import roles, text

NOON = datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC)
"""A whole number of sweeps, of whatever length, after the epoch's beginning."""


def at(second: int) -> datetime:
    return NOON + timedelta(seconds=second)


def drawn(values: tuple[float, ...], second: int, width: int, height: int = 1) -> list[str]:
    data = Sparklines((Series("Brest", values),), at(second))
    return text(body.draw(data, None, "", UTC, width, height, sweeps=True))


def test_the_newest_second_is_before_the_head_and_the_oldest_behind_it():
    assert drawn((1, 2, 3, 4, 5, 6, 7, 8, 8, 8, 8), 4, 23) == [" Brest ▇████│▁▂▃▄▅▆ 60 "]


@given(seconds=st.integers(1, 130), cells=st.integers(4, 120), since=st.integers(0, 10_000))
def test_every_second_keeps_its_place_until_the_head_comes_round(seconds, cells, since):
    sweep, later = (Sweep(seconds, at(since + passed), cells) for passed in (0, 1))
    values = [float(second + 1) for second in range(since - seconds + 1, since + 1)]
    values = [value + 100_000 for value in values]
    before, after = sweep.placed(values), later.placed([*values[1:], values[-1] + 1])
    newest = [cell for cell in range(cells) if after[cell] == values[-1] + 1]
    assert newest, "it is shown"
    assert (newest[-1] + 1) % cells == later.head
    for cell in range(cells):
        assert after[cell] in (before[cell], 0.0) or cell in newest
    assert after[later.head] == 0.0, "the head stands in a gap"


@pytest.mark.parametrize("seconds", [35, 28, 60])
def test_all_of_the_window_is_shown_where_there_is_room(seconds):
    values = [float(second + 1) for second in range(seconds)]
    for second in range(120):
        assert set(Sweep(seconds, at(second), 80).placed(values)) == {0.0, *values}


def test_where_there_is_none_the_newest_are_kept():
    values = [float(second + 1) for second in range(35)]
    assert set(Sweep(35, at(7), 20).placed(values)) == {0.0, *values[-19:]}


def test_the_head_goes_through_all_bands():
    data = Sparklines((Series("Brest", (1.0,) * 35), Series("Pau", (2.0,) * 35)), at(3))
    lines = body.draw(data, None, "", UTC, 60, 8, sweeps=True)
    places = {line.index(HEAD) for line in text(lines)}
    assert len(places) == 1
    assert roles(lines[0])[HEAD] == "accent"


def test_a_window_that_stands_still_stands_still():
    assert drawn((3.0,) * 35, 8, 60) == drawn((3.0,) * 35, 8, 60)


def test_between_two_seconds_only_the_newest_changes():
    (before,), (after,) = drawn((*(8.0,) * 34, 1.0), 8, 60), drawn((*(8.0,) * 34, 7.0), 8, 60)
    different = [cell for cell, (one, other) in enumerate(zip(before[:50], after[:50], strict=True)) if one != other]
    assert different == [before.index(HEAD) - 1]
