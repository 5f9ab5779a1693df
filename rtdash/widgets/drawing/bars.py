"""Labelled bars; in two columns where the rows do not suffice."""

from __future__ import annotations

from collections.abc import Sequence

from rtdash.model.data import Bar, Bars
from rtdash.widgets.drawing.numbers import rounded, share
from rtdash.widgets.drawing.spans import Line, fit, left, right
from rtdash.widgets.drawing.spans import width as cells_of

_EIGHTHS = " ▏▎▍▌▋▊▉"
_COLUMN = 13
"""The least width of a column: shorter ones say nothing."""


def bar(part: float, cells: int) -> str:
    """A bar of `part` (0 … 1) of `cells`, to an eighth of a cell."""
    eighths = round(part * cells * 8)
    full, rest = divmod(eighths, 8)
    return ("█" * full + (_EIGHTHS[rest] if rest else "")).ljust(cells)


def _column(items: Sequence[Bar], largest: float, unit: str, width: int) -> list[Line]:
    values = [rounded(item.value, unit) for item in items]
    value_width = max(len(value) for value in values)
    label_width = min(max(cells_of(((item.label, ""),)) for item in items), max(4, width - value_width - 3))
    bar_width = width - label_width - value_width - 4
    lines = []
    for item, value in zip(items, values, strict=True):
        drawn = bar(share(item.value, largest), bar_width) if bar_width >= 3 else ""
        number = right(value, value_width if drawn else width - label_width - 3)
        lines.append(
            fit(((f" {left(item.label, label_width)} ", "text"), (drawn, "bar"), (f" {number}", "strong")), width)
        )
    return lines


def draw(bars: Bars, unit: str, width: int, height: int) -> list[Line]:
    """Bars to a common scale, in the order of the query."""
    if not bars.items:
        return [fit(((" nothing in this window", "muted"),), width)]
    largest = max(float(item.value) for item in bars.items)
    columns = 2 if len(bars.items) > height and width >= 2 * _COLUMN else 1
    rows = -(-len(bars.items) // columns)
    column_width = width // columns
    parts = [
        _column(chunk, largest, unit, column_width)
        for start in range(0, len(bars.items), rows)
        if (chunk := bars.items[start : start + rows])
    ]
    return [
        fit([span for part in parts for span in (part[row] if row < len(part) else fit((), column_width))], width)
        for row in range(rows)
    ]
