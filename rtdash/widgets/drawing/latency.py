"""The latency table: the worst panel first unless another order is chosen, flagged by colour and by sign."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from rtdash.model.latency import Figures, Reach
from rtdash.model.state import PanelState
from rtdash.model.text import plain
from rtdash.widgets.drawing.numbers import age, how_old, milliseconds
from rtdash.widgets.drawing.spans import Line, Span, left
from rtdash.widgets.drawing.sparklines import columns
from rtdash.widgets.drawing.table import Column, marked, ordered, rows

RECENT_CELLS = 20
NARROW = 140
"""On fewer cells names are cut, and the sparkline is half as long."""
NARROW_NAME, NARROW_RECENT = 26, 10
_WORTH = ("", "panel", "last", "p95", "over", "running", "missed", "age", "share", "recent", "max", "p99", "p50")
"""Columns in the order in which they are given up, from the last."""
WORST = "worst"
REACHES = {Reach.MINUTE: "1 min", Reach.FIVE_MINUTES: "5 min", Reach.HOUR: "60 min"}


@dataclass(frozen=True, slots=True)
class View:
    """Which figures the table shows, and in which order."""

    reach: Reach = Reach.FIVE_MINUTES
    with_missed: bool = False
    """Whether each poll that was missed counts with what it would have waited."""
    sort: str = WORST
    """`worst`, or the name of a column."""

    @property
    def title(self) -> str:
        """What the figures are of."""
        of = "with missed polls" if self.with_missed else "as measured"
        return f"last {REACHES[self.reach]}, {of}; missed since the start"

    def farther(self) -> View:
        """The next reach."""
        reaches = tuple(Reach)
        return replace(self, reach=reaches[(reaches.index(self.reach) + 1) % len(reaches)])

    def other(self) -> View:
        """The other view of the same."""
        return replace(self, with_missed=not self.with_missed)

    def sorted_by(self, sort: str) -> View:
        """In this order, or the worst first when it is so already."""
        return replace(self, sort=WORST if sort == self.sort else sort)

    def resorted(self) -> View:
        """In the order of the next column."""
        orders = (WORST, *SORTS)
        return replace(self, sort=orders[(orders.index(self.sort) + 1) % len(orders)])


DEFAULT = View()


@dataclass(frozen=True, slots=True)
class Row:
    """A panel and what is known of it."""

    panel_id: str
    title: str
    state: PanelState
    fresh_s: float = 2.0
    """An answer older than this is late."""


SORTS: dict[str, Callable[[Row, float, View], float | str]] = {
    "panel": lambda row, _now, _view: row.title.casefold(),
    "last": lambda row, _now, _view: -row.state.latency.last,
    "p50": lambda row, _now, view: -_figures(row, view).p50,
    "p95": lambda row, _now, view: -_figures(row, view).p95,
    "p99": lambda row, _now, view: -_figures(row, view).p99,
    "max": lambda row, _now, view: -_figures(row, view).max,
    "over": lambda row, _now, view: -_figures(row, view).over,
    "share": lambda row, _now, view: -_figures(row, view).over_share,
    "missed": lambda row, _now, _view: -row.state.missed,
    "running": lambda row, now, _view: -row.state.in_flight_ms(now),
    "age": lambda row, now, _view: -(row.state.age_s(now) or 0.0),
}
"""Columns by which rows can be ordered, the greatest first, names by the alphabet."""


def _figures(row: Row, view: View) -> Figures:
    return row.state.latency.figures(view.reach, with_missed=view.with_missed)


def _badness(row: Row, now: float, view: View) -> tuple[bool, float]:
    # In steps of 20 ms: a row moves when it matters.
    worst = max(row.state.in_flight_ms(now), _figures(row, view).p95, row.state.latency.last)
    return row.state.error is None, -(worst // 20)


def order(items: Sequence[Row], now: float, view: View = DEFAULT) -> list[Row]:
    """As the view wants it; the worst first, by the greater of the running query's age and p95, with failures ahead."""
    if view.sort == WORST:
        return sorted(items, key=lambda row: _badness(row, now, view))
    by = SORTS[view.sort]
    return sorted(items, key=lambda row: by(row, now, view))


def _columns(view: View, threshold_ms: float, *, is_narrow: bool) -> list[Column]:
    def column(name: str, least: int = 6) -> Column:
        rank = 0 if name == view.sort else _WORTH.index(name)
        return Column(ordered(name, view.sort), is_numeric=True, least=least, rank=rank)

    panel, *figures = SORTS
    # The scale ends at twice the threshold: from the fifth eighth on a column is above it, in every row.
    recent = f"▅ over {threshold_ms:g}"
    return [
        Column(""),
        replace(column(panel), is_numeric=False),
        *(column(name, 5 if name in {"share", "age"} else 6) for name in figures),
        Column(recent if is_narrow else f"recent, {recent}", rank=_WORTH.index("recent")),
    ]


_NONE: Span = ("–", "muted")


def _share(figures: Figures) -> str:
    """Share of those that were over: `0 %`, but never for what is not 0."""
    percent = 100 * figures.over_share
    return "<1 %" if 0 < percent < 1 else f"{percent:.0f} %"


def _spark(values: Sequence[float], threshold_ms: float, cells: int) -> str:
    """Columns to a scale that ends at twice the threshold, so that the middle is the threshold in every row."""
    return columns(values[-cells:], 2 * threshold_ms, 1)[0].rjust(cells)


def _cells(row: Row, now: float, threshold_ms: float, view: View, *, is_chosen: bool, is_narrow: bool) -> list[Span]:
    state, latency, figures = row.state, row.state.latency, _figures(row, view)
    in_flight_ms = state.in_flight_ms(now)
    slow = state.is_slow(now, threshold_ms)
    sign, role = ("✗", "error") if state.error else ("▲", "warn") if slow else (" ", "text")
    name_role = "accent" if is_chosen else role if role != "text" else "strong"

    def figure(value_ms: float) -> Span:
        if not figures.count:
            return _NONE
        return milliseconds(value_ms), "warn" if value_ms > threshold_ms else "text"

    age_s = state.age_s(now)
    return [
        (sign, role),
        (left(row.title, NARROW_NAME).rstrip() if is_narrow else row.title, name_role),
        (milliseconds(latency.last), "warn" if latency.last > threshold_ms else "text") if latency.asked else _NONE,
        figure(figures.p50),
        figure(figures.p95),
        figure(figures.p99),
        figure(figures.max),
        (f"{figures.over:,}", "warn" if figures.over else "muted"),
        (_share(figures), "warn" if figures.over else "muted"),
        (f"{state.missed:,}", "warn" if state.missed else "muted"),
        (age(in_flight_ms / 1000), "warn") if in_flight_ms > threshold_ms else _NONE,
        _NONE if age_s is None else (how_old(age_s), "text" if age_s < row.fresh_s else "warn"),
        (_spark(latency.recent, threshold_ms, NARROW_RECENT if is_narrow else RECENT_CELLS), "warn" if slow else "bar"),
    ]


def draw(
    items: Sequence[Row],
    now: float,
    threshold_ms: float,
    cells: int,
    view: View = DEFAULT,
    chosen: str | None = None,
) -> list[Line]:
    """The header, then a row a panel, in their order; that of the panel `chosen` is marked."""
    marks = [row.panel_id == chosen for row in items]
    narrow = cells < NARROW
    body = [
        _cells(row, now, threshold_ms, view, is_chosen=mark, is_narrow=narrow)
        for row, mark in zip(items, marks, strict=True)
    ]
    header, *lines = rows(_columns(view, threshold_ms, is_narrow=narrow), body, cells)
    return [header, *(marked(line) if mark else line for line, mark in zip(lines, marks, strict=True))]


def worst(items: Sequence[Row], now: float, threshold_ms: float) -> list[Span]:
    """The worst row in short, for screens that have no room for the table."""
    if not items:
        return []
    row = min(items, key=lambda row: _badness(row, now, DEFAULT))
    state = row.state
    if state.error:
        return [(f" ✗ {row.title}: ", "error"), (plain(state.error), "text")]
    slow = state.is_slow(now, threshold_ms)
    last, figures = max(state.latency.last, state.in_flight_ms(now)), _figures(row, DEFAULT)
    sign, role = ("▲", "warn") if slow else ("●", "good")
    return [
        (f" {sign} slowest: ", role),
        (row.title, "text"),
        (f"  {milliseconds(last)} ms", role if slow else "strong"),
        (f"  p95 {milliseconds(figures.p95)}  over {figures.over}  missed {state.missed}", "muted"),
    ]
