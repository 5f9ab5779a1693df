"""The app on a driver that keeps what is written: an emulator reads it, and another what Textual itself would write."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import pytest
from textual.app import App
from textual.drivers.headless_driver import HeadlessDriver
from textual.events import Resize
from textual.geometry import Size
from textual.widgets import Input

from rtdash.app import RtdashApp
from rtdash.terminal.seam import Diffing
from rtdash.widgets.lines import Lines
from tests.emulator import Emulator, difference
from tests.pilot.conftest import Stage, set_up


class Kept(HeadlessDriver):
    """Hands what is written to the app's terminal."""

    is_headless = False
    can_suspend = True

    def write(self, data: str) -> None:
        self._app.terminal.write(data)

    def flush(self) -> None:
        pass


class Watched:
    """A terminal that shows what was written, and one that shows what Textual writes; compared after each frame."""

    def __init__(self, width: int, height: int) -> None:
        self.frames = 0
        self.written: list[str] = []
        self.resize(width, height)

    def resize(self, width: int, height: int) -> None:
        self._is_known = False
        self.shown, self.stock = Emulator(width, height), Emulator(width, height)
        for screen in (self.shown, self.stock):
            screen.feed("\x1b[?7l" + "stale" * width)

    def write(self, data: str) -> None:
        self.written.append(data)
        self.shown.feed(data)

    def display(self, app: RtdashApp, screen: Any, update: Any, display: Any) -> None:
        """Have a frame written, and read it."""
        if update is None or app._batch_count or not app._running or app._closed:
            display(app, screen, update)
            return
        canvas = app._canvas
        is_new = app.diffs and (canvas is None or (canvas.width, canvas.height) != screen._compositor.size)
        display(app, screen, update)
        if is_new:
            for y, strip in enumerate(screen._compositor.render_strips()):
                self.stock.feed(f"\x1b[{y + 1};1H{strip.render(app.console)}")
        else:
            self.stock.feed(update.render_segments(app.console).replace("\n", ""))
        self.frames += 1
        # Between its resize and the news of that, a terminal shows what it likes.
        self._is_known |= not app.diffs or is_new
        if not self._is_known or (self.shown.columns, self.shown.lines) != screen._compositor.size:
            return
        # While it lays a widget out anew Textual may write a part of it alone: then its own screen is no measure.
        if found := difference(self.shown, self.stock):
            assert difference(self.stock, drawn_again(app, screen)), found


def drawn_again(app: RtdashApp, screen: Any) -> Emulator:
    """What an empty terminal shows once all is drawn."""
    drawn = Emulator(*screen._compositor.size)
    update = screen._compositor.render_update(full=True, screen_stack=app._background_screens)
    drawn.feed(update.render_segments(app.console).replace("\n", ""))
    return drawn


@contextmanager
def on_terminals_of_ours() -> Iterator[None]:
    """Apps run on a terminal that they are given: `app.terminal`."""
    display = Diffing._display
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(App, "get_driver_class", lambda _: Kept)
        patch.setattr(
            RtdashApp,
            "_display",
            lambda app, screen, update: app.terminal.display(app, screen, update, display),
            raising=False,
        )
        yield


@asynccontextmanager
async def watched(width: int, height: int, **view: Any) -> AsyncIterator[Stage]:
    """The app of a stage in a terminal of its own: `stage.app.terminal`."""
    with on_terminals_of_ours():
        stage = set_up(**view)
        stage.app.terminal = Watched(width, height)
        async with stage.app.run_test(size=(width, height), headless=False) as stage.pilot:
            yield stage


def give_size(app: RtdashApp, width: int, height: int) -> None:
    """The terminal has another size, and the app hears of it."""
    app.terminal.resize(width, height)
    app._driver._size = Size(width, height)
    app.post_message(Resize(Size(width, height), Size(width, height)))


async def resize(stage: Stage, width: int, height: int) -> None:
    give_size(stage.app, width, height)
    await stage.pilot.pause()
    await stage.until(lambda: stage.app.screen._compositor.size == (width, height))
    await stage.painted()


async def settled(stage: Stage) -> None:
    """Wait until what is shown is what would be if all were drawn again: a cursor blinks, a machine may be late."""
    await stage.until(lambda: not difference(stage.app.terminal.shown, drawn_again(stage.app, stage.app.screen)))


async def nothing_is_stale(stage: Stage) -> None:
    """What widgets remember of what they have drawn is what they would draw now."""
    app = stage.app
    for field in app.screen.query(Input):
        field.cursor_blink = False
    # Which else comes when 5 s have passed, perhaps in the midst of this.
    app._measure_shares()
    app._paint()
    await stage.painted()
    await settled(stage)
    before = drawn_again(app, app.screen)
    for screen in app.screen_stack:
        for lines in screen.query(Lines):
            lines.notify_style_update()
    await stage.painted()
    await settled(stage)
    assert not (found := difference(before, drawn_again(app, app.screen))), found
