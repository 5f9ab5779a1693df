"""A whole run on real servers: after each frame the terminal shows what it would if all were drawn again."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from itertools import cycle
from typing import Any

import pytest
from textual.message import Message
from textual.messages import Layout, Update, UpdateScroll
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widget import Widget

from rtdash.app import RtdashApp
from rtdash.cli.dashboard import Choices, compose
from rtdash.model.campaign import CampaignPlan
from tests.emulator import Emulator
from tests.pilot.diffing import Watched, drawn_again, give_size, on_terminals_of_ours

RUN_S = 60.0
KEYS_A_SIZE = 6
SIZES = [(200, 50), (120, 36), (80, 24)]
SCRIBBLE = "\x1b[31;1;4m\x1b[3;5Hanother program\x1b[2;1H日本\x1b[7;40H"
KEYS = [
    "tab", "m", "m", "enter", "escape", "l", "down", "enter", "escape", "escape", "4", "5", "6", "1", "2", "3", "n",
    "question_mark", "pagedown", "escape", "S", "é", "tab", "escape", "colon", "p", "a", "escape", "L", "down",
    "escape", "e", "down", "escape", "t", "t", "plus", "minus", "g", "c", "space", "space", "right_square_bracket",
    "left_square_bracket", "b", "down", "x", "K", "s",
]  # fmt: skip


class Redrawn(Watched):
    """Compared after each frame with a whole repaint as well, but for the widgets that wait to be drawn."""

    def __init__(self, width: int, height: int) -> None:
        super().__init__(width, height)
        self.compared = self.whole = 0
        """Frames that were, and those of them in which nothing waited."""

    def display(self, app: RtdashApp, screen: Any, update: Any, display: Any) -> None:
        """Have a frame written, and read it."""
        frames = self.frames
        super().display(app, screen, update, display)
        size = screen._compositor.size
        if self.frames == frames or not self._is_known or (self.shown.columns, self.shown.lines) != size:
            return
        if any(_is_moving(each) for each in app.screen_stack):
            return
        waiting = {node.region for each in app.screen_stack for node in _waiting(each, is_top=each is screen)}
        self.compared += 1
        self.whole += not waiting
        found = _differing(self.shown, drawn_again(app, screen))
        assert not [at for at in found if not any(region.contains(*at) for region in waiting)]


def _queued(screen: Screen[Any]) -> list[Message | None]:
    return [screen._pending_message, *screen._message_queue.values]


def _is_moving(screen: Screen[Any]) -> bool:
    """Whether something is about to stand elsewhere."""
    return (
        screen._scroll_required
        or any(isinstance(message, Layout | UpdateScroll) for message in _queued(screen))
        or any(node._layout_required for node in screen.walk_children(with_self=True))
    )


def _waiting(screen: Screen[Any], *, is_top: bool) -> list[Widget]:
    """Those that are to be drawn again, and were not in this frame."""
    said = [node for node in screen.walk_children(with_self=True) if node._repaint_required]
    heard = [message.widget for message in _queued(screen) if isinstance(message, Update)]
    return [*said, *heard, *([] if is_top else screen._dirty_widgets)]


def _differing(one: Emulator, other: Emulator) -> list[tuple[int, int]]:
    """Columns and rows of the cells in which two screens of one size differ."""
    return [
        (x, y)
        for y, rows in enumerate(zip(one.cells(), other.cells(), strict=True))
        for x, (cell, other_cell) in enumerate(zip(*rows, strict=True))
        if cell != other_cell
    ]


async def when(condition: Callable[[], Any]) -> None:
    """Let the app go on until `condition` holds."""
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline, condition
        await asyncio.sleep(0.01)


async def use(app: RtdashApp, pilot: Pilot[Any]) -> None:
    """Press all keys, again and again until the run is over, with another size every few keys."""
    terminal, end_s, sizes = app.terminal, time.monotonic() + RUN_S, cycle(SIZES)
    for number, key in enumerate(cycle(KEYS)):
        if number >= len(KEYS) and time.monotonic() > end_s:
            return
        seen = app.picture
        if number % KEYS_A_SIZE == 0:
            give_size(app, *next(sizes))
        elif number % KEYS_A_SIZE == KEYS_A_SIZE // 2:
            terminal.shown.feed(SCRIBBLE)
            app.action_repaint()
        await pilot.press(key)
        await when(lambda seen=seen: app.is_paused or app.picture is not seen)


@pytest.mark.long
async def test_every_frame_of_a_run_on_real_servers(world, tmp_path):
    settings = world.settings.model_copy(update={"slow_log": tmp_path / "slow.sqlite"})
    choices = Choices(starts_campaign=True, plan=CampaignPlan(rate_per_s=500), demo=tmp_path)
    with world.ingest(), on_terminals_of_ours(), compose(settings, choices) as app:
        app.terminal = Redrawn(120, 36)
        async with app.run_test(size=(120, 36), headless=False) as pilot:
            await when(lambda: app.store["01_donations"].data)
            await use(app, pilot)
        terminal = app.terminal
    assert world.balance()[0] > 1000
    counted = f"{terminal.frames} frames, {terminal.compared} compared, in {terminal.whole} nothing waited"
    assert terminal.whole > terminal.frames / 5, counted
    assert terminal.compared > terminal.frames / 3, counted
