"""Names to choose from: any number of them, or just one. One stop for Tab, however many they are."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.events import Click

from rtdash.widgets.drawing import options
from rtdash.widgets.lines import Lines


class Options(Lines, can_focus=True):
    """Arrows move, Space and a click choose; its names stand in as many rows as it is high."""

    # At once, before what is typed next moves the focus: over a slow line keys come in bursts.
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", "Up", show=False, priority=True),
        Binding("down", "move(1)", "Down", show=False, priority=True),
        Binding("left", "across(-1)", "Left", show=False, priority=True),
        Binding("right", "across(1)", "Right", show=False, priority=True),
        Binding("space", "choose", "Choose", show=False, priority=True),
    ]

    def __init__(
        self,
        names: Sequence[str],
        chosen: Iterable[str] = (),
        *,
        one: bool = False,
        changed: Callable[[], object] = lambda: None,
        id: str,  # noqa: A002 (Textual's name)
    ) -> None:
        """`changed` is called when somebody has chosen otherwise: a message would come after keys that wait already."""
        super().__init__(id=id)
        self._changed = changed
        self._names = tuple(names)
        self._one = one
        self._chosen = set(chosen)
        self._at = 0

    @property
    def chosen(self) -> tuple[str, ...]:
        """What is chosen, in the order of the names."""
        return tuple(name for name in self._names if name in self._chosen)

    @property
    def cells(self) -> int:
        """How wide its names are in one row."""
        return max((start + cells for _, start, cells in options.places(self._names, 1)), default=0)

    def choose(self, *names: str) -> None:
        """Choose these names and no others."""
        self._chosen = set(names)
        self.redraw()

    def redraw(self) -> None:
        """Draw the names."""
        if self.size.area:
            at = self._at if self.has_focus else None
            signs = ("●", "○") if self._one else ("✓", "·")
            width, rows = self.outer_size
            self.show(options.draw(self._names, self._chosen, at, signs, rows, width))

    def on_focus(self) -> None:
        """Show the cursor."""
        self.redraw()

    def on_blur(self) -> None:
        """Hide the cursor."""
        self.redraw()

    def action_move(self, names: int) -> None:
        """Go so many names on, or back when negative."""
        self._at = max(0, min(self._at + names, len(self._names) - 1))
        self.redraw()

    def action_across(self, columns: int) -> None:
        """Go to the next column, or back when negative."""
        if 0 <= self._at + columns * self.outer_size.height < len(self._names):
            self.action_move(columns * self.outer_size.height)

    def action_choose(self) -> None:
        """Choose the name at the cursor, or no longer; of those that exclude each other, instead of the other."""
        name = self._names[self._at]
        if self._one:
            self._chosen = {name}
        else:
            self._chosen ^= {name}
        self.redraw()
        self._changed()

    def on_click(self, event: Click) -> None:
        """Choose the name under the pointer."""
        for index, (row, start, cells) in enumerate(options.places(self._names, self.outer_size.height)):
            if row == event.y and start <= event.x < start + cells:
                self._at = index
                self.action_choose()
