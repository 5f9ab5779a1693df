"""The one place where rtdash reaches into Textual: what its compositor hands out becomes a difference of cells."""

from __future__ import annotations

import logging
from typing import Any

from rich.console import COLOR_SYSTEMS, RenderableType
from textual.app import App
from textual.driver import Driver
from textual.events import Resize
from textual.screen import Screen
from textual.strip import Strip

from rtdash.terminal.canvas import RESET, Canvas
from rtdash.terminal.fit import misfit
from rtdash.terminal.pen import Pens

_SYNCHRONISED = "\x1b[?2026h{}\x1b[?2026l"
log = logging.getLogger(__name__)


class Diffing(App[int]):
    """The part of the app that writes only the cells that changed; without `diffs` Textual writes as it does."""

    def __init__(self) -> None:
        super().__init__()
        self.diffs = True
        self.written_bytes = 0
        """What the terminal was sent in all, with and without `diffs`."""
        self._canvas: Canvas | None = None
        self._pens = Pens(COLOR_SYSTEMS.get(self.console.color_system or ""))
        if reason := misfit(self):
            self.diffs = False
            log.warning("the screen is written without the difference of cells: %s", reason)

    def get_driver_class(self) -> type[Driver]:
        """The terminal's driver, which has no cell taken for known after it was started anew."""
        return type("DiffedDriver", (_Diffed, super().get_driver_class()), {})

    def forget(self) -> None:
        """What the terminal shows is not known any more. Signal handlers call this as well."""
        self._canvas = None

    def on_resize(self, event: Resize) -> None:
        """A terminal of another size shows what it likes."""
        self.forget()
        if self.screen_stack and event.size == self.screen._compositor.size:
            # It had another for less than a frame, or has been started anew: Textual itself would do nothing.
            self.refresh()

    def action_repaint(self) -> None:
        """Draw the whole screen again, on a terminal that another program has written over."""
        self.forget()
        self.refresh(layout=True)

    def lines_below(self, screen: Screen[Any]) -> list[Strip] | None:
        """What the screen shows that lies below this one; None where Textual has to draw it."""
        if not self.diffs:
            return None
        below = self.screen_stack[self.screen_stack.index(screen) - 1]
        return below._compositor.render_strips()

    def _display(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
        driver = self._driver
        if not self._diffs_now or driver is None or renderable is None:
            super()._display(screen, renderable)
            return
        size = screen._compositor.size
        canvas = self._canvas
        if canvas is None or (canvas.width, canvas.height) != size:
            self._canvas = canvas = Canvas(*size, self._pens)
            if not _is_whole(renderable):
                renderable = screen._compositor.render_update(full=True, screen_stack=self._background_screens)
        if not _put(canvas, renderable):
            self.forget()
            super()._display(screen, renderable)
            return
        # Nobody looks at the cursor, which is hidden, but input methods, and those where a field put it.
        wanted = screen.outer_size.clamp_offset(self.cursor_position)
        if frame := canvas.frame(wanted if self.cursor_position else None):
            driver.write(_SYNCHRONISED.format(frame) if self._sync_available else frame)
            driver.flush()
        self.post_display_hook()

    @property
    def _diffs_now(self) -> bool:
        is_writing = self._running and not self._closed and not self._batch_count
        return self.diffs and is_writing and not self.is_headless and not self.is_inline


def _is_whole(update: object) -> bool:
    """Whether it has all lines of the screen."""
    from textual import _compositor

    return isinstance(update, _compositor.LayoutUpdate)


def _put(canvas: Canvas, update: object) -> bool:
    """Have the canvas show an update of the compositor; whether it is of a kind that is known."""
    # Not before it is known to be there.
    from textual import _compositor

    if isinstance(update, _compositor.LayoutUpdate):
        for y, strips in enumerate(update.strips):
            x = 0
            for strip in strips:
                canvas.put(x, y, strip)
                x += strip.cell_length
    elif isinstance(update, _compositor.ChopsUpdate):
        for y, start, stop in update.spans:
            for (x, chop), end in zip(update.chops[y].items(), update.chop_ends[y], strict=True):
                if chop is not None and x < stop and end > start:
                    canvas.put(x, y, chop)
    else:
        return False
    return True


class _Diffed(Driver):
    """What a driver does when the terminal becomes ours, or is given back."""

    _app: Diffing

    def write(self, data: str) -> None:
        self._app.written_bytes += len(data.encode())
        super().write(data)  # type: ignore[safe-super] # one of Textual's drivers is the other base

    def start_application_mode(self) -> None:
        self._app.forget()
        super().start_application_mode()  # type: ignore[safe-super] # one of Textual's drivers is the other base

    def stop_application_mode(self) -> None:
        # Cells are written with the pen that the last ones left.
        self.write(RESET)
        super().stop_application_mode()  # type: ignore[safe-super]
