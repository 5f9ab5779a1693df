"""What a key opens is painted in one frame, and nothing is sent of what a box leaves as it is."""

from __future__ import annotations

from typing import Any

import pytest

from rtdash.app import RtdashApp
from tests.emulator import difference
from tests.pilot.diffing import Watched, drawn_again, resize, settled, watched

SIZES = [(200, 50), (80, 24)]
FEW = 1 / 3
"""Of the lines: as many may change in a frame before or after, what tells of the keys, of the focus, of new rows."""
OPENED = [
    ("question_mark", "escape"), ("S", "escape"), ("q", "escape"), ("L", "escape"), ("e", "escape"), ("l", "escape"),
    ("m", "m"), ("n", "escape"), ("5", "escape"), ("6", "n"), ("colon", "escape"),
]  # fmt: skip


class Seen(Watched):
    """Counts the lines that each frame changes; that they are right is tested elsewhere."""

    def __init__(self, width: int, height: int) -> None:
        super().__init__(width, height)
        self.changed: list[int] = []

    def display(self, app: RtdashApp, screen: Any, update: Any, display: Any) -> None:
        display(app, screen, update)

    def write(self, data: str) -> None:
        before = [*self.shown.display]
        super().write(data)
        self.changed.append(sum(old != new for old, new in zip(before, self.shown.display, strict=True)))


@pytest.mark.parametrize("size", SIZES)
async def test_what_a_key_opens_and_closes_is_painted_once(monkeypatch, size):
    monkeypatch.setattr("tests.pilot.diffing.Watched", Seen)
    async with watched(*size) as stage:
        stage.control.own = 1
        await stage.inject()
        await stage.inject()
        terminal = stage.app.terminal
        for keys in OPENED:
            for key in keys:
                terminal.changed.clear()
                await stage.pilot.press(key)
                await stage.painted()
                await stage.pilot.pause(0.05)
                assert terminal.changed or key != keys[0]
                whole = [lines for lines in terminal.changed if lines > FEW * size[1]]
                assert len(whole) <= 1, (keys, key, terminal.changed)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(("key", "box"), [("S", "#form"), ("q", "#leave")])
async def test_around_a_box_the_board_stays_and_goes_on(size, key, box):
    async with watched(*size) as stage:
        stage.control.own = 1
        await stage.inject()
        await stage.inject()
        terminal = stage.app.terminal
        before = [*terminal.shown.display]
        written = len("".join(terminal.written))
        await stage.pilot.press(key)
        await stage.painted()
        region = stage.app.screen.query_one(box).region
        around = [
            line if not region.y <= row < region.bottom else line[: region.x] + line[region.right :]
            for lines in (before, terminal.shown.display)
            for row, line in enumerate(lines)
        ]
        assert around[: size[1]] == around[size[1] :]
        assert len("".join(terminal.written)) - written < 1.5 * region.area + 1500
        await stage.inject(**{"03_best": {"latency_ms": 500}})
        assert ("▲ 500" in "\n".join(terminal.shown.display)) is (region.width < size[0]), "where it is in view"
        assert not difference(terminal.shown, drawn_again(stage.app, stage.app.screen))
        await stage.pilot.press("escape")
        await stage.painted()
        await settled(stage)


@pytest.mark.parametrize("size", SIZES)
async def test_the_board_is_not_dimmed_around_the_themes(size):
    async with watched(*size) as stage:
        await stage.inject()
        await settled(stage)
        above = stage.app.terminal.shown.cells()[:3]
        (command,) = (each for each in stage.app.get_system_commands(stage.app.screen) if each.title == "Theme")
        command.callback()
        await stage.until(lambda: "dracula" in "\n".join(stage.app.terminal.shown.display))
        assert stage.app.terminal.shown.cells()[:3] == above
        await stage.pilot.press(*"nord")
        await stage.until(lambda: "dracula" not in "\n".join(stage.app.terminal.shown.display))
        await stage.pilot.press("enter")
        await stage.until(lambda: stage.app.theme == "nord")
        assert stage.app.screen is stage.app.dashboard
        await settled(stage)


@pytest.mark.parametrize("key", ["S", "q"])
async def test_a_box_looks_the_same_when_textual_draws_around_it(key):
    shown = []
    for diffs in (True, False):
        async with watched(80, 24, diffs=diffs) as stage:
            stage.control.own = 1
            await stage.inject()
            await stage.pilot.press(key)
            await stage.painted()
            await stage.pilot.pause(0.05)
            cells = drawn_again(stage.app, stage.app.screen).cells()
            # Of a blank nobody sees the colour of the letter.
            shown.append([[(cell.data, cell.bg, cell.data != " " and cell.fg) for cell in row] for row in cells])
    assert shown[0] == shown[1]


@pytest.mark.parametrize("key", ["S", "q", "colon"])
async def test_a_terminal_that_grows_under_a_box_is_filled(key):
    async with watched(80, 24) as stage:
        stage.control.own = 1
        await stage.inject()
        await stage.pilot.press(key)
        await stage.painted()
        for size in ((120, 36), (60, 20), (200, 50)):
            await resize(stage, *size)
            await settled(stage)
        await stage.pilot.press("escape")
        await stage.painted()
        await settled(stage)
