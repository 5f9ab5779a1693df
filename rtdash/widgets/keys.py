"""The keys, always on screen; a click on one is the same as pressing it."""

from __future__ import annotations

from collections.abc import Sequence

from textual.binding import Binding
from textual.events import Click

from rtdash.widgets.drawing.spans import Span, width
from rtdash.widgets.lines import Lines


class KeysLine(Lines):
    """One line of keys and what they do; where there is no room the last go first, but for those of `keep`."""

    def __init__(self, bindings: Sequence[Binding], keep: frozenset[str]) -> None:
        super().__init__(id="keys")
        self._listed = [binding for binding in bindings if binding.show]
        self._keep = keep
        self._places: list[tuple[int, int, str]] = []

    def _fitting(self) -> list[tuple[Binding, list[Span]]]:
        shown = [
            (binding, [(f" {binding.key_display or binding.key}", "key"), (f" {binding.description} ", "muted")])
            for binding in self._listed
        ]
        while sum(width(spans) for _, spans in shown) > self.size.width:
            spare = next((item for item in reversed(shown) if item[0].id not in self._keep), None)
            if spare is None:
                break
            shown.remove(spare)
        return shown

    def redraw(self) -> None:
        """Draw as many keys as fit."""
        if not self.size.area:
            return
        line: list[Span] = []
        self._places = []
        for binding, spans in self._fitting():
            start = width(line)
            line += spans
            self._places.append((start, width(line), binding.action))
        self.show([tuple(line)])

    async def on_click(self, event: Click) -> None:
        """Do what the key under the pointer does."""
        for start, end, action in self._places:
            if start <= event.x < end:
                await self.app.run_action(action)
