"""A live line of small columns for each label, to a common scale."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len

from rtdash.model.data import Sparklines
from rtdash.widgets.drawing.numbers import ceiling, rounded, share
from rtdash.widgets.drawing.spans import Line, fit, left, right
from rtdash.widgets.drawing.sweep import HEAD, Sweep

LEVELS = " ▁▂▃▄▅▆▇█"


def columns(values: Sequence[float], largest: float, rows: int) -> list[str]:
    """`values` as columns of `rows` cells in height, top row first; anything above 0 is at least one eighth high."""
    lines = [""] * rows
    for value in values:
        eighths = max(1, round(8 * rows * share(value, largest))) if value > 0 and largest > 0 else 0
        for row in range(rows):
            lines[rows - 1 - row] += LEVELS[max(0, min(8, eighths - 8 * row))]
    return lines


def stretched(values: Sequence[float], cells: int) -> list[float]:
    """`values` over exactly `cells`: each second takes as many as there are, the oldest go when there are too few."""
    kept = values[-cells:]
    return [kept[cell * len(kept) // cells] for cell in range(cells)]


def draw(data: Sparklines, unit: str, width: int, height: int, *, sweeps: bool) -> list[Line]:
    """One series a band: its label, its columns, its total over the window.

    The newest second is at the right, or with `sweeps` at the left of the write head.
    """
    if not data.series:
        return [fit(((" nothing in this window", "muted"),), width)]
    totals = [rounded(series.total, unit) for series in data.series]
    total_width = max(len(total) for total in totals)
    label_width = min(max(cell_len(series.label) for series in data.series), max(6, width // 4))
    room = max(4, width - label_width - total_width - 4)
    largest = ceiling(max(max(series.values) for series in data.series))
    sweep = Sweep(len(data.series[0].values), data.until, room) if sweeps and data.until is not None else None
    band = max(1, height // len(data.series))
    rows = max(1, min(4, band - 1 if band > 2 else band))
    lines: list[Line] = []
    for number, (series, total) in enumerate(zip(data.series, totals, strict=True)):
        placed = stretched(series.values, room) if sweep is None else sweep.placed(series.values)
        drawn = [*columns(placed, largest, rows), *[" " * room] * (band - rows)]
        for row, text in enumerate(drawn):
            last = row == rows - 1
            label = left(series.label if last else "", label_width)
            role = f"series-{number % 4 + 1}"
            lines.append(
                fit(
                    (
                        (f" {label} ", "text"),
                        *(((text, role),) if sweep is None else _swept(text, role, sweep.head)),
                        (f" {right(total if last else '', total_width)}", "strong"),
                    ),
                    width,
                )
            )
    return lines


def _swept(text: str, role: str, head: int) -> Line:
    return (text[:head], role), (HEAD, "accent"), (text[head + 1 :], role)
