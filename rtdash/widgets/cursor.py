"""Which row of a table the keys act on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from textual.binding import Binding

Item = TypeVar("Item")
Key = TypeVar("Key")

_ALL = 1_000_000
_WHERE = "In the latency table and the slow log: "
ROW_BINDINGS = (
    Binding("up", "move(-1)", "Above", key_display="↑", show=False, tooltip=f"{_WHERE}the row above"),
    Binding("down", "move(1)", "Below", key_display="↓", show=False, tooltip=f"{_WHERE}the row below; a click, too"),
    Binding("pageup", "move(-10)", "Far above", key_display="PgUp", show=False, tooltip=f"{_WHERE}ten rows up"),
    Binding("pagedown", "move(10)", "Far below", key_display="PgDn", show=False, tooltip=f"{_WHERE}ten rows down"),
    Binding("home", f"move(-{_ALL})", "Top", key_display="Home", show=False, tooltip=f"{_WHERE}the first row"),
    Binding("end", f"move({_ALL})", "End", key_display="End", show=False, tooltip=f"{_WHERE}the last row"),
)
"""Of a widget with a cursor, which has `action_move`."""


class Cursor(Generic[Item, Key]):
    """Stays with a row once somebody has chosen it, wherever it goes; before that it is on the `first` of those shown.

    `key` tells a row from the others.
    """

    def __init__(self, key: Callable[[Item], Key], first: Callable[[Sequence[Item]], Item | None]) -> None:
        self._key = key
        self._first = first
        self._followed: Key | None = None

    def follow(self, key: Key | None) -> None:
        """Stay with this row, or with none."""
        self._followed = key

    def exchange(self, old: Key, new: Key) -> None:
        """Stay with the row that comes in the place of this one, if it was chosen."""
        if self._followed == old:
            self._followed = new

    def on(self, items: Sequence[Item]) -> Key | None:
        """The one that is chosen among these; None when there is none. One that is gone is no longer followed."""
        if self._followed in [self._key(item) for item in items]:
            return self._followed
        self._followed = None
        first = self._first(items)
        return None if first is None else self._key(first)

    def move(self, items: Sequence[Item], rows: int) -> None:
        """Choose the one so many rows below, or above when negative, as far as there are some."""
        keys = [self._key(item) for item in items]
        if keys:
            chosen = self.on(items)
            row = next((row for row, key in enumerate(keys) if key == chosen), 0)
            self._followed = keys[max(0, min(row + rows, len(keys) - 1))]


def topmost(items: Sequence[Item]) -> Item | None:
    """The first row; None when there is none."""
    return items[0] if items else None
