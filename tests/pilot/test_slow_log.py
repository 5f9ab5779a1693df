"""The slow log on the screen: it follows the log, is filtered and ordered, and asks why."""

from __future__ import annotations

import threading
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from rtdash.errors import SourceError
from rtdash.model.slow import Recorded
from rtdash.screens import slow as slow_screen
from rtdash.screens.slow import SlowScreen
from rtdash.widgets.slow import SlowPane
from tests.pilot.conftest import Stage, set_up
from tests.pilot.slow import LOG, SLOW, before


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(slow_screen, "READ_S", 0.02)


async def opened(on: Stage, log: list = LOG) -> SlowPane:
    on.slow.extend(reversed(log))
    await on.inject()
    await on.pilot.press("L")
    await on.until(lambda: isinstance(on.app.screen, SlowScreen))
    pane = on.app.screen.query_one(SlowPane)
    if log:
        await on.until(lambda: pane._shown)
    await on.pilot.pause()
    return pane


def lines(on: Stage) -> list[str]:
    """The rows of the table, as they stand."""
    return [line for line in on.text().splitlines() if line.startswith(("│ ▲  1", "│ ✗  1", "│❯▲  1", "│❯✗  1"))]


def marked(on: Stage) -> list[str]:
    return [line for line in lines(on) if "❯" in line]


# ── what it shows ─────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_the_newest_stands_first_with_its_parts_and_what_else_went_on(stage):
    async with stage(200, 50) as on:
        pane = await opened(on)
        first = lines(on)[0]
        for said in ("14:03:22", "Best city and organisation", "238", "31.0", "8.3", "lag 212", "beside Total amount"):
            assert said in first
        assert "░" in first
        assert "█" in first
        assert pane.chosen == LOG[0]
        assert "no answer within 5 s" in lines(on)[4]
        assert "✗" in lines(on)[4]


async def test_below_the_table_stands_all_of_the_chosen_row(stage):
    async with stage(80, 24) as on:
        await opened(on)
        await on.pilot.press("down")
        for said in ("PostgreSQL", "customer_id = 2", "waited 420", "execute 251", "fetch 90.0", "spring 2,004/s"):
            assert said in on.text()


@pytest.mark.parametrize("size", [(200, 50), (80, 24)])
async def test_an_empty_log_says_so(stage, size):
    async with stage(*size) as on:
        await opened(on, [])
        await on.until(lambda: "nothing over 200 ms in the last hour" in on.text())
        await on.pilot.press("down", "enter", "end", "w")
        await on.until(lambda: "nothing over 200 ms in the last 24 hours" in on.text())


async def test_a_log_that_cannot_be_read_is_one_line_and_what_was_read_stays(stage):
    async with stage(120, 36) as on:
        broken = SourceError("slow log /x: file is not a database \x1b[2J")

        def read(_: float) -> Recorded:
            raise broken

        on.app.read_slow = read
        await opened(on, [])
        await on.until(lambda: "✗ slow log /x: file is not a database" in on.text())
        assert "\x1b" not in on.text()
        broken = SourceError("slow log /x: disk I/O error")
        await on.until(lambda: "disk I/O error" in on.text())
        on.app.screen._read = lambda _: Recorded(tuple(LOG))
        await on.until(lambda: len(lines(on)) > 5)
        assert "✗ slow log" not in on.text()
        on.app.screen._read = read
        await on.until(lambda: "disk I/O error" in on.text())
        assert len(lines(on)) > 5


async def test_it_is_read_in_a_thread_and_one_reading_at_a_time(stage):
    async with stage(120, 36) as on:
        may_answer, reading, most = threading.Event(), [], []

        def read(_: float) -> Recorded:
            reading.append(threading.current_thread())
            most.append(len(reading))
            assert may_answer.wait(10)
            reading.pop()
            return Recorded(tuple(LOG))

        on.app.read_slow = read
        await opened(on, [])
        await on.until(lambda: most)
        for _ in range(3):
            on.app.screen._begin()
        await on.pilot.pause()
        assert most == [1]
        assert reading[0] is not threading.main_thread()
        may_answer.set()
        await on.until(lambda: len(lines(on)) > 5)
        await on.until(lambda: len(most) > 2)
        assert set(most) == {1}


# ── following ─────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_new_rows_come_in_by_themselves_until_somebody_looks_at_one(stage):
    async with stage(120, 36) as on:
        await opened(on, LOG[1:])
        assert "following" in on.text()
        on.slow.append(LOG[0])
        await on.until(lambda: "14:03:22" in lines(on)[0])
        await on.pilot.press("down", "down")
        chosen, rows = marked(on), lines(on)
        on.slow.extend([before(-1, execute_ms=800.0), before(-2, execute_ms=900.0)])
        await on.until(lambda: "held, 2 new: f" in on.text())
        assert (marked(on), lines(on)) == (chosen, rows)
        await on.pilot.press("f")
        await on.until(lambda: "following" in on.text())
        assert "908" in lines(on)[0]
        assert marked(on) == lines(on)[:1]
        await on.pilot.press("f")
        assert "held: f" in on.text()


async def test_the_wheel_holds_the_rows_and_they_can_be_scrolled_to_their_end(stage):
    async with stage(120, 36) as on:
        pane = await opened(on)
        pane.on_mouse_scroll_down()
        await on.pilot.pause()
        assert "held" in on.text()
        assert "14:03:22" not in lines(on)[0]
        await on.pilot.press("end")
        assert pane.chosen == LOG[-1]
        assert marked(on) == lines(on)[-1:]
        await on.pilot.press("home")
        assert pane.chosen == LOG[0]


# ── which rows, in which order ────────────────────────────────────────────────────────────────────────────────────────


async def test_what_is_typed_filters_by_every_word(stage):
    async with stage(120, 36) as on:
        pane = await opened(on)
        await on.pilot.press("slash", *"postgres", "space", *"SPRING")
        assert {slow.panel_id for slow in pane._shown} == {"11_customer_last_15_minutes"}
        assert "19 of 60" in on.text()
        await on.pilot.press("enter")
        assert pane.has_focus
        assert "with: postgres SPRING" in on.text()
        await on.pilot.press("o")
        assert "panel ▼" in on.text(), "the keys are the table's again"
        await on.pilot.press("slash", *"x")
        assert "nothing with “x” in the last hour" in on.text(), "it takes the place of what was typed before"
        await on.pilot.press("escape")
        assert len(pane._shown) == 60
        assert isinstance(on.app.screen, SlowScreen)


async def test_rows_are_ordered_by_a_key_or_a_click_on_a_name(stage):
    async with stage(120, 36) as on:
        pane = await opened(on)
        await on.pilot.press("o", "o")
        assert "ms ▼" in on.text()
        assert "5008" in lines(on)[0]
        header = next(line for line in on.text().splitlines() if "waited" in line)
        await on.pilot.click(pane, offset=(header.index("waited") + 1, 1))
        assert "waited ▼" in on.text()
        assert pane._shown[0].waited_ms == 420.0
        await on.pilot.click(pane, offset=(header.index("waited") + 1, 1))
        assert "time ▼" in on.text()
        assert pane._shown == LOG


async def test_an_hour_a_day_or_a_week(stage):
    async with stage(120, 36) as on:
        asked = []
        on.app.read_slow = lambda since_s: asked.append(since_s) or Recorded(tuple(LOG))
        await opened(on, [])
        for since_s, said in ((86_400.0, "24 hours"), (604_800.0, "7 days"), (3600.0, "hour")):
            await on.pilot.press("w")
            await on.until(lambda since_s=since_s: asked[-1] == since_s)
            assert f"last {said}" in on.text()
            assert ("Sun 14:03:22" in on.text()) is (since_s != 3600.0)


async def test_what_is_not_read_or_not_readable_is_told(stage):
    async with stage(120, 36) as on:
        on.app.read_slow = lambda _: Recorded(tuple(LOG), older=12_285, unreadable=2)
        await opened(on, [])
        await on.until(lambda: "latest 60 of 12,347 2 of another version following" in on.text())
        await on.pilot.press("slash", *"postgres")
        assert "19 of the latest 60 of 12,347" in on.text()


# ── and why ───────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_enter_asks_why_with_the_row_and_so_does_a_second_click(stage):
    async with stage(120, 36) as on:
        pane = await opened(on)
        await on.pilot.press("down", "enter")
        await on.until(lambda: on.explainer.asked)
        assert on.explainer.asked == [("11_customer_last_15_minutes", {"customer_id": 2})]
        assert "420" in on.text()
        await on.pilot.press("escape")
        assert isinstance(on.app.screen, SlowScreen)
        await on.pilot.click(pane, offset=(30, 4), times=2)
        await on.until(lambda: len(on.explainer.asked) == 2)
        assert on.explainer.asked[1] == ("03_best", {})
        await on.pilot.press("escape", "escape")
        assert on.app.screen is on.app.dashboard


async def test_a_click_on_a_key_is_the_key(stage):
    async with stage(120, 36) as on:
        pane = await opened(on)
        at = on.text().splitlines()[-1].index("Order")
        await on.pilot.click(offset=(at, 35))
        assert pane.view.sort == "panel"


async def test_keys_of_the_dashboard_are_not_heard_meanwhile(stage):
    async with stage(120, 36) as on:
        await opened(on)
        await on.pilot.press("s", "x", "space", "q")
        assert on.control.told == []
        assert on.app.screen is on.app.dashboard


async def test_texts_of_servers_are_plain(stage):
    hostile = before(1, title="\x1b[2J[bold]x", server="\x07", error="\x1b]0;no\x07", campaigns=("[red]\u202eabc",))
    async with stage(120, 36) as on:
        await opened(on, [SLOW, hostile])
        await on.pilot.press("down")
        assert not {"\x1b", "\x07", "\u202e"} & set(on.text())
        assert "[bold]x" in on.text()


# ── how it looks ──────────────────────────────────────────────────────────────────────────────────────────────────────


async def busy(stage: Stage) -> None:
    await opened(stage)
    await stage.pilot.press("down")


async def filtered(stage: Stage) -> None:
    await opened(stage)
    await stage.pilot.press("slash", *"best")


async def nothing(stage: Stage) -> None:
    await opened(stage, [])


@pytest.mark.parametrize(
    ("size", "scene"),
    [((200, 50), busy), ((120, 36), busy), ((80, 24), busy), ((80, 24), filtered), ((120, 36), nothing)],
    ids=lambda value: f"{value[0]}x{value[1]}" if isinstance(value, tuple) else value.__name__,
)
def test_picture(snap_compare: Any, size: tuple[int, int], scene: Callable[[Stage], Awaitable[None]]) -> None:
    stage = set_up()

    async def play(pilot: Any) -> None:
        stage.pilot = pilot
        await scene(stage)

    assert snap_compare(stage.app, terminal_size=size, run_before=play)
