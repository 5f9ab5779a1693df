"""What nobody sees is not drawn, and nobody is woken for what the next frame takes in."""

from __future__ import annotations

import pytest

from rtdash.messages import SamplesArrived
from rtdash.model.data import Stat, Table
from tests.pilot.samples import NOW, sample

FIRST = "01_donations"


async def opened(on, key):
    """The board with a screen above it, and an error in the first panel since."""
    await on.inject()
    await on.pilot.press(key)
    await on.until(lambda: on.app.screen is not on.app.dashboard)
    await on.inject(**{FIRST: {"error": "no room"}})


def shows_error(on):
    panel = on.app.dashboard.panels[FIRST]
    return any("no room" in panel.render_line(row).text for row in range(panel.outer_size.height))


@pytest.mark.parametrize("key", ["question_mark", "L", "e"])
async def test_the_board_is_not_drawn_behind_what_covers_it_and_is_up_to_date_when_that_goes(stage, key):
    async with stage(120, 36) as on:
        await opened(on, key)
        assert on.app.dashboard.draw_ms == {}
        assert not shows_error(on)
        on.app._clock.pause()
        await on.painted()
        before = on.app.picture
        await on.pilot.press("escape")
        assert shows_error(on)
        assert on.app.picture is before, "no frame was waited for"


async def test_what_has_come_behind_a_cover_was_not_late(stage):
    columns = ("arrival_id", "produced_at", "donations", "server_now")
    async with stage(120, 36) as on:
        await on.inject()
        arrived = on.app.visibility.after_arrival
        await on.pilot.press("question_mark")
        on.clock.now += 30.0
        on.poller.deliver(sample("arrivals", on.clock.now, data=Table(columns, ((arrived + 1, NOW, 5, NOW),))))
        await on.painted()
        await on.pilot.press("escape")
        on.clock.now += 30.0
        on.poller.deliver(sample(FIRST, on.clock.now))
        await on.painted()
        await on.pilot.pause()
        assert on.app.visibility.p95_ms(on.clock.now) is None


async def test_the_board_is_drawn_around_a_box(stage):
    async with stage(120, 36) as on:
        await opened(on, "S")
        assert shows_error(on)


async def test_the_frame_that_is_due_takes_in_what_has_come(stage, monkeypatch):
    async with stage(120, 36, frame_rate=1) as on:
        await on.inject()
        woken = []
        monkeypatch.setattr(on.app, "post_message", lambda message: woken.append(type(message)))
        on.app._paint_no_more()
        on.poller.deliver(sample(FIRST, on.clock.now, data=Stat(987_654)))
        assert woken == [SamplesArrived]
        on.app._paint_soon()
        on.poller.deliver(sample("02_amount", on.clock.now + 1.0))
        assert woken == [SamplesArrived], "a frame is due"
        on.app._paint()
        assert on.app.store[FIRST].data == Stat(987_654)
        assert on.app.store["02_amount"].answered_at == on.clock.now + 1.0


async def test_what_has_come_does_not_wait_for_a_frame_that_is_far_off(stage):
    async with stage(120, 36, frame_rate=1) as on:
        await on.inject()
        on.app._paint_no_more()
        on.app._paint()
        on.app._paint_soon()
        on.poller.deliver(sample(FIRST, on.clock.now, data=Stat(987_654)))
        before = on.app.picture
        on.app._tick()
        assert on.app.store[FIRST].data == Stat(987_654), "what is asked next may depend on it"
        assert on.app.picture is before


async def test_a_page_is_asked_for_once_it_is_shown(stage):
    async with stage(80, 24) as on:
        await on.inject()
        tick = on.poller.tick
        on.app._clock.stop()
        seen = []

        def ask(now):
            seen.append(on.text())
            tick(now)

        on.poller.tick = ask
        await on.pilot.press("4")
        await on.until(lambda: seen)
        assert "countr" in seen[0].lower()
        assert "13_countries" in on.poller.watched
