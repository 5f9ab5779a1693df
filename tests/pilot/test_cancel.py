"""K cancels the query of the panel that the keys act on, and says what came of it."""

from __future__ import annotations

import pytest

from rtdash.errors import Unreachable
from rtdash.screens.dashboard import CHOOSE_FIRST


async def test_of_the_focused_panel(stage):
    async with stage(200, 50) as on:
        await on.inject()
        on.app.dashboard.panels["03_best"].focus()
        await on.pilot.press("K")
        await on.until(lambda: "Best city and organisation: cancelled on MariaDB" in on.text())
        assert on.poller.cancelled == ["03_best"]


async def test_of_the_row_under_the_cursor_also_where_the_control_pane_is_not_shown(stage):
    async with stage(200, 50) as on:
        await on.inject(**{"10_by_hour": {"latency_ms": 900.0}})
        await on.pilot.press("l", "K")
        await on.until(lambda: on.app._notifications)
        assert on.poller.cancelled == ["10_by_hour"]
        (note,) = on.app._notifications
        assert note.message.endswith(": cancelled on PostgreSQL")


async def test_nothing_in_flight_and_no_panel_at_all(stage):
    async with stage(200, 50) as on:
        await on.inject()
        await on.pilot.press("K")
        await on.until(lambda: "choose a panel first" in on.text())
        assert on.poller.cancelled == []
        on.poller.cancels = False
        on.app.dashboard.panels["03_best"].focus()
        await on.pilot.press("K")
        await on.until(lambda: "Best city and organisation: nothing runs on MariaDB now" in on.text())


@pytest.mark.parametrize(("width", "height", "page"), [(200, 50, "4"), (80, 24, "2")])
async def test_of_no_panel_that_is_not_on_the_screen(stage, width, height, page):
    async with stage(width, height) as on:
        await on.inject()
        on.app.dashboard.panels["03_best"].focus()
        await on.pilot.press(page)
        await on.painted()
        assert on.app.focused is None
        await on.pilot.press("K", "enter")
        await on.until(lambda: len(on.app._notifications) == 2)
        assert {note.message for note in on.app._notifications} == {CHOOSE_FIRST}
        assert (on.poller.cancelled, on.explainer.asked) == ([], [])


async def test_of_no_panel_behind_the_one_that_fills_the_screen(stage):
    async with stage(200, 50) as on:
        await on.inject()
        on.app.dashboard.panels["03_best"].focus()
        await on.pilot.press("m", "tab", "K")
        await on.until(lambda: on.app._notifications)
        assert set(on.poller.cancelled) <= {"03_best"}


async def test_a_server_that_cannot_be_asked(stage):
    async with stage(200, 50) as on:
        await on.inject()
        on.poller.cancels = Unreachable("nobody answers \x1b[2J")
        on.app.dashboard.panels["03_best"].focus()
        await on.pilot.press("K")
        await on.until(lambda: "could not be cancelled: nobody answers" in on.text())
        assert "\x1b" not in on.text()
