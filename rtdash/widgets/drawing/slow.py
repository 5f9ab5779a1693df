"""The slow log as a table: when, what, how long, where the time went, and what else went on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import tzinfo

from rich.cells import cell_len

from rtdash.model.slow import Recorded, SlowQuery
from rtdash.model.text import plain
from rtdash.widgets.drawing import parts
from rtdash.widgets.drawing.numbers import milliseconds
from rtdash.widgets.drawing.spans import Line, Span, fit
from rtdash.widgets.drawing.table import Column, marked, ordered, rows

REACHES: Mapping[float, str] = {3600.0: "hour", 24 * 3600.0: "24 hours", 7 * 24 * 3600.0: "7 days"}
"""How far back the table reaches, s."""
NEWEST = "time"
ORDERS: Mapping[str, Callable[[SlowQuery], float | str]] = {
    NEWEST: lambda slow: -slow.at.timestamp(),
    "panel": lambda slow: slow.title.casefold(),
    "ms": lambda slow: -slow.latency_ms,
    "waited": lambda slow: -slow.waited_ms,
    "execute": lambda slow: -slow.execute_ms,
    "fetch": lambda slow: -slow.fetch_ms,
    "decode": lambda slow: -slow.decode_ms,
    "draw": lambda slow: -slow.draw_ms,
}
"""Columns by which rows can be ordered: the newest and the greatest first, names by the alphabet."""
_FIGURES = tuple(ORDERS)[3:]
_BAR_CELLS = 16
_LONGEST_TITLE = 28
_SEEN_MS = 0.05


@dataclass(frozen=True, slots=True)
class View:
    """Which rows the table shows, and in which order."""

    since_s: float = next(iter(REACHES))
    sort: str = NEWEST
    text: str = ""
    """Every word of it stands in each row, wherever that is."""

    def farther(self) -> View:
        """The next reach."""
        reaches = tuple(REACHES)
        return replace(self, since_s=reaches[(reaches.index(self.since_s) + 1) % len(reaches)])

    def sorted_by(self, sort: str) -> View:
        """In this order, or the newest first when it is so already."""
        return replace(self, sort=NEWEST if sort == self.sort else sort)

    def resorted(self) -> View:
        """In the order of the next column."""
        orders = tuple(ORDERS)
        return replace(self, sort=orders[(orders.index(self.sort) + 1) % len(orders)])

    def choose(self, items: Sequence[SlowQuery]) -> list[SlowQuery]:
        """Those that are shown, of `items` with the newest first, in their order."""
        words = self.text.casefold().split()
        found = [slow for slow in items if not words or all(word in _said(slow) for word in words)]
        return found if self.sort == NEWEST else sorted(found, key=ORDERS[self.sort])


def _said(slow: SlowQuery) -> str:
    """All that can be looked for."""
    parameters = (f"{name} = {value}" for name, value in slow.parameters.items())
    return " ".join((slow.panel_id, slow.title, slow.server, slow.error, *slow.around, *parameters)).casefold()


def _columns(view: View, items: Sequence[SlowQuery]) -> list[Column]:
    """The same whichever rows are in view, so that nothing moves while they are scrolled."""
    time, panel, latency, *figures = (ordered(name, view.sort) for name in ORDERS)
    longest = max((cell_len(_title(slow)) for slow in items), default=0)
    return [
        Column(""),
        Column(time, least=len(_moment_format(view)[1])),
        Column(panel, least=longest),
        Column(latency, is_numeric=True, least=6),
        Column("where", least=_BAR_CELLS, rank=1),
        *(Column(name, is_numeric=True, least=len(name), rank=2) for name in figures),
        Column("what else went on", rank=3),
    ]


def _moment_format(view: View) -> tuple[str, str]:
    """How a time is written, and an example."""
    return ("%H:%M:%S", "14:05:12") if view.since_s <= next(iter(REACHES)) else ("%a %H:%M:%S", "Sun 14:05:12")


def _title(slow: SlowQuery) -> str:
    title = plain(slow.title)
    return title if cell_len(title) <= _LONGEST_TITLE else fit(((title, ""),), _LONGEST_TITLE)[0][0]


def _cells(slow: SlowQuery, view: View, zone: tzinfo, *, is_chosen: bool) -> list[Span]:
    bar = "".join(text for text, _role in parts.bar(slow.parts, _BAR_CELLS))

    def figure(name: str) -> Span:
        took_ms = slow.parts[name]
        return ("–", "muted") if took_ms < _SEEN_MS else (milliseconds(took_ms), "text")

    return [
        ("✗", "error") if slow.error else ("▲", "warn"),
        (slow.at.astimezone(zone).strftime(_moment_format(view)[0]), "muted"),
        (_title(slow), "accent" if is_chosen else "strong"),
        (milliseconds(slow.latency_ms), "warn"),
        (bar, "bar"),
        *map(figure, _FIGURES),
        (plain(" · ".join((*([slow.error] if slow.error else []), *slow.around))), "muted"),
    ]


def draw(
    items: Sequence[SlowQuery], view: View, zone: tzinfo, cells: int, seen: range, chosen: SlowQuery | None
) -> list[Line]:
    """The header, then a line a row; but only those `seen` are drawn, the others are empty. The `chosen` is marked."""
    shown = items[seen.start : seen.stop]
    body = [_cells(slow, view, zone, is_chosen=slow == chosen) for slow in shown]
    header, *drawn = rows(_columns(view, items), body, cells, cuts_text=True)
    lines: list[Line] = [()] * len(items)
    lines[seen.start : seen.stop] = [
        marked(line) if slow == chosen else line for slow, line in zip(shown, drawn, strict=True)
    ]
    return [header, *lines]


def count(read: Recorded, shown: int) -> str:
    """How many rows are shown, of how many there are."""
    rows = f"{len(read.latest):,}"
    if shown != len(read.latest):
        rows = f"{shown:,} of {'the latest ' * bool(read.older)}{rows}"
    elif read.older:
        rows = f"latest {rows}"
    return f"{rows} of {read.count:,}" if read.older else rows


def detail(slow: SlowQuery, zone: tzinfo, cells: int, height: int) -> list[Line]:
    """All of one row, in so many lines."""
    parameters = "".join(f"  {name} = {value}" for name, value in slow.parameters.items())
    head: list[Span] = [
        (f" {plain(slow.title)} ", "title"),
        (plain(f" {slow.server}  {slow.panel_id}{parameters}"), "muted"),
    ]
    if slow.error:
        head.append((f"  ✗ {plain(slow.error)}", "error"))
    lines = [((("─" * cells), "border"),), fit(head, cells), *parts.draw(slow, zone, cells)]
    return [*lines, *[fit((), cells)] * (height - len(lines))][:height]
