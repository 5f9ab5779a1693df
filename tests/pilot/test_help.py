"""The help is one screen as long as the app runs, and is right whenever it is opened."""

from __future__ import annotations

import pytest

from rtdash.screens.leave import LeaveScreen
from tests.pilot.diffing import drawn_again, nothing_is_stale, resize, settled, watched


async def opened(stage):
    await stage.pilot.press("question_mark")
    await stage.painted()
    return stage.app.screen


async def test_it_is_kept(stage):
    async with stage(120, 36) as on:
        first = await opened(on)
        await on.pilot.press("escape")
        assert on.app.screen is on.app.dashboard
        assert await opened(on) is first


@pytest.mark.parametrize("size", [(200, 50), (80, 24)])
async def test_it_has_the_theme_and_the_size_of_now(size):
    async with watched(*size) as stage:
        await stage.inject()
        await opened(stage)
        dark = drawn_again(stage.app, stage.app.screen).buffer[0][0].bg
        await stage.pilot.press("escape")
        stage.app.theme = "textual-light"
        await resize(stage, 120, 30)
        await opened(stage)
        await settled(stage)
        assert "Start a campaign" in stage.text()
        assert drawn_again(stage.app, stage.app.screen).buffer[0][0].bg != dark
        await nothing_is_stale(stage)


async def test_it_begins_at_its_top_again(stage):
    async with stage(80, 24) as on:
        await opened(on)
        top = on.text()
        await on.pilot.press("pagedown")
        await on.until(lambda: on.text() != top)
        await on.pilot.press("escape")
        await opened(on)
        assert on.text() == top


async def test_behind_a_question_it_keeps_its_place(stage):
    async with stage(80, 24, asks_before_leaving=True) as on:
        on.control.own = 1
        await opened(on)
        top = on.text()
        await on.pilot.press("pagedown")
        await on.until(lambda: on.text() != top)
        scrolled = on.text()
        await on.pilot.press("ctrl+c")
        await on.until(lambda: isinstance(on.app.screen, LeaveScreen))
        await on.pilot.press("escape")
        await on.until(lambda: on.text() == scrolled)
