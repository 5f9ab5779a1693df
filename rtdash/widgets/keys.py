"""The keys, always on screen; a click on one is the same as pressing it."""

from __future__ import annotations

from collections.abc import Sequence

from textual.binding import Binding
from textual.events import Click

from rtdash.widgets.drawing.spans import Span, width
from rtdash.widgets.lines import Lines


class KeysLine(Lines):
    """One line of keys and what they do.

    Where there is no room those of `lesser` go first, then the last ones, and those of `keep` never.
    """

    def __init__(self, bindings: Sequence[Binding], keep: frozenset[str], lesser: frozenset[str] = frozenset()) -> None:
        super().__init__(id="keys")
        self._listed = [binding for binding in bindings if binding.show]
        self._spare = [binding for binding in reversed(self._listed) if binding.id not in keep]
        self._spare.sort(key=lambda binding: binding.id not in lesser)
        self._places: list[tuple[int, int, str]] = []

    def _fitting(self) -> dict[Binding, list[Span]]:
        shown = {
            binding: [(f" {binding.key_display or binding.key}", "key"), (f" {binding.description} ", "muted")]
            for binding in self._listed
        }
        for spare in self._spare:
            if sum(map(width, shown.values())) <= self.outer_size.width:
                break
            del shown[spare]
        return shown

    def redraw(self) -> None:
        """Draw as many keys as fit."""
        if not self.size.area:
            return
        line: list[Span] = []
        self._places = []
        for binding, spans in self._fitting().items():
            start = width(line)
            line += spans
            self._places.append((start, width(line), binding.action))
        self.show([tuple(line)])

    async def on_click(self, event: Click) -> None:
        """Do what the key under the pointer does."""
        for start, end, action in self._places:
            if start <= event.x < end:
                await self.app.run_action(action)
