"""A line that is kept light: what the screen says of it, and what is painted more seldom."""

from __future__ import annotations

import asyncio
import itertools
from dataclasses import replace
from decimal import Decimal

import pytest
import textual._time

from rtdash.model.data import Place, Places, Series, Sparklines, Stat
from rtdash.model.stretch import Stretch
from rtdash.screens.frames import BURST_S, Thrift
from rtdash.widgets.drawing.sweep import HEAD
from tests.pilot.conftest import Stage
from tests.pilot.samples import NOW

CITIES = "06_cities_live"
MAP = "04_map"


async def stand_still(on: Stage) -> None:
    """From now on nothing is painted but what the test paints."""
    await on.inject()
    on.app._clock.stop()
    await on.painted()


@pytest.mark.parametrize(("width", "height"), [(200, 50), (120, 36), (80, 24)])
async def test_the_meter_is_on_the_status_line_when_it_is_asked_for(stage, width, height):
    async with stage(width, height) as on:
        await on.inject()
        assert "kB/s" not in on.text()
    async with stage(width, height, has_meter=True) as on:
        for _ in range(7):
            on.app.written_bytes += 7900
            await on.inject()
        assert "line  7.9 kB/s" in on.text().splitlines()[0]


@pytest.mark.parametrize(("width", "height"), [(200, 50), (120, 36), (80, 24)])
@pytest.mark.parametrize(("is_enough", "said"), [(True, "budget 8 kB/s"), (False, "over budget 8 kB/s")])
async def test_frames_that_are_more_seldom_are_said(stage, width, height, is_enough, said):
    async with stage(width, height) as on:
        await stand_still(on)
        stretch = Stretch(2.0, 8000.0, is_enough=is_enough)
        on.app.dashboard.paint(replace(on.app.picture, thrift=Thrift(None, stretch, 0.5, 1.0)))
        await on.pilot.pause()
        assert f"screen every 500 ms: {said}" in on.text().splitlines()[0]
        assert ("charts every 1.0 s" in on.text().splitlines()[0]) is (width == 200)


@pytest.mark.parametrize(("is_enough", "said"), [(True, "line  7.4 of 8 kB/s"), (False, "line  7.4 over 8 kB/s")])
async def test_the_meter_and_the_budget_share_their_words(stage, is_enough, said):
    async with stage(80, 24) as on:
        await stand_still(on)
        thrift = Thrift(7400.0, Stretch(2.0, 8000.0, is_enough=is_enough), 0.5, 1.0)
        on.app.dashboard.paint(replace(on.app.picture, thrift=thrift))
        await on.pilot.pause()
        status = on.text().splitlines()[0]
        assert f"{said} ▏screen every 500 ms" in status
        assert "spring" in status


async def test_a_line_over_its_budget_is_painted_more_seldom_until_it_keeps_it(stage):
    async with stage(120, 36, line_budget=8000) as on:
        await stand_still(on)
        for _ in range(12):
            on.app.written_bytes += 16_000
            on.clock.now += max(1.0, on.app.picture.thrift.frame_s)
            on.app._paint()
        assert on.app.picture.thrift.frame_s == pytest.approx(0.25 * 8.4, rel=0.02), "16 kB a frame"
        assert "budget 8 kB/s" in on.text().splitlines()[0]
        for _ in range(20):
            on.clock.now += 1.0
            on.app._paint()
        assert on.app.picture.thrift.stretch is None
        await on.pilot.pause()
        assert "budget" not in on.text().splitlines()[0]


async def test_what_arrives_waits_for_the_next_frame_and_a_key_for_nothing(stage):
    async with stage(120, 36, frame_rate=1) as on:
        await on.inject()
        on.clock.now += 10.0
        on.app._paint()
        on.app._paint_soon()
        waiting = on.app._paint_due
        assert waiting is not None
        on.app._paint_soon()
        assert on.app._paint_due is waiting, "one frame for all"
        await on.pilot.press("c")
        await on.until(lambda: on.app._paint_due is None)
        assert "WarmHearts" in on.text()


async def test_a_frame_that_is_due_comes_also_when_the_processor_was_given_to_others_just_then(stage, monkeypatch):
    async with stage(120, 36) as on:
        await stand_still(on)
        before = on.app.picture
        # Between two looks at the clock, when a timer begins, a second passes: more than the frame was to wait.
        looks, as_ever = itertools.count(), textual._time.get_time
        monkeypatch.setattr("textual._time.get_time", lambda: as_ever() + min(next(looks), 3))
        on.app._paint_soon()
        await asyncio.sleep(0)
        await on.until(lambda: on.app.picture is not before)


async def test_a_key_that_is_held_down_does_not_put_its_frame_off(stage):
    async with stage(120, 36, frame_rate=1) as on:
        await stand_still(on)
        before = on.app.picture

        def is_painted_while_it_is_held() -> bool:
            on.app._hurry()
            return on.app.picture is not before

        await on.until(is_painted_while_it_is_held)


@pytest.mark.parametrize("key", ["space", "right_square_bracket", "m"])
async def test_what_a_key_brings_after_its_frame_does_not_wait_either(stage, key):
    async with stage(120, 36, frame_rate=1) as on:
        await stand_still(on)
        on.app.dashboard.panels[CITIES].focus()
        on.clock.now += 10.0
        on.app._paint()
        assert on.app._frames.wait_s(on.clock.now, 0.25) == 1.0
        painted = on.app.picture
        await on.pilot.press(key)
        assert on.app.picture is not painted
        assert on.app._frames.wait_s(on.clock.now, 0.25) == BURST_S


def _cities(values: float) -> Sparklines:
    return Sparklines((Series("Brest", (values,) * 35),), NOW)


async def test_charts_are_drawn_anew_more_seldom_than_numbers(stage):
    async with stage(120, 36) as on:
        await stand_still(on)

        async def shown(passed_s: float, count: int, chart_s: float) -> str:
            on.clock.now += passed_s
            states = dict(on.app.picture.states)
            states["01_donations"] = replace(states["01_donations"], data=Stat(count))
            states[CITIES] = replace(states[CITIES], data=_cities(count))
            states[MAP] = replace(states[MAP], data=Places((Place("Brest", 48.4, -4.5, Decimal(count)),)))
            thrift = Thrift(None, Stretch(2.0, 8000.0), 0.5, chart_s)
            on.app.dashboard.paint(replace(on.app.picture, at=on.clock.now, states=states, thrift=thrift))
            await on.pilot.pause()
            return on.text()

        assert "€35" in await shown(5.0, 1, 1.0)
        text = await shown(0.5, 2, 1.0)
        assert "€35" in text
        assert "€70" not in text, "not yet a second"
        text = await shown(0.5, 3, 1.0)
        assert "€105" in text
        assert "Brest €1 " in text, "the map half as often"
        assert "Brest €4 " in await shown(1.0, 4, 1.0)
        assert "€175" in await shown(0.1, 5, 0.0), "without a budget at once"


@pytest.mark.parametrize("sweeps", [True, False])
async def test_a_sweep_says_where_the_newest_second_is(stage, sweeps):
    for size in ((200, 50), (80, 24)):
        async with stage(*size, sweeps=sweeps) as on:
            await on.inject()
            assert (f"{HEAD} newest" in on.text()) is sweeps
