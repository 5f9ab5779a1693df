"""How often a query took how long: columns on a logarithmic scale of ms, with the threshold marked."""

from __future__ import annotations

from collections.abc import Sequence
from math import floor, log10

from rtdash.widgets.drawing.chart import Axis, Points, plot
from rtdash.widgets.drawing.numbers import milliseconds
from rtdash.widgets.drawing.spans import Line, fit

_LEAST_MS = 0.1
_CELLS = 2
"""Cells of a column."""
_MARGIN = 8
"""Cells that the counts at the left may take."""


def draw(values_ms: Sequence[float], threshold_ms: float, width: int, height: int) -> list[Line]:
    """A line in words, then the columns; what is over the threshold stands at its right in another role."""
    if not values_ms:
        return [fit(((" not asked yet", "muted"),), width)]
    over = sum(value > threshold_ms for value in values_ms)
    answers = f"{len(values_ms):,} answer{'s' if len(values_ms) > 1 else ''}"
    share = 100 * over / len(values_ms)
    words = (
        (f" {answers}, {milliseconds(min(values_ms))} … {milliseconds(max(values_ms))} ms", "text"),
        (f"  │ over {threshold_ms:g} ms: {over:,} ({share:.1f} %)", "warn" if over else "muted"),
    )
    edge = log10(threshold_ms)
    places = [log10(max(_LEAST_MS, value)) for value in (*values_ms, threshold_ms)]
    low, high = min(places), max(places)
    step = max(0.02, (high - low) * _CELLS / max(_CELLS, width - _MARGIN))
    counts: dict[int, int] = {}
    for value in values_ms:
        # The threshold is an edge: no column stands on both sides of it, and what equals it is not over.
        place = (log10(max(_LEAST_MS, value)) - edge) / step
        number = floor(place) if value > threshold_ms or place != floor(place) else floor(place) - 1
        counts[number] = counts.get(number, 0) + 1
    low, high = edge + step * min(-1, *counts), edge + step * (max(0, *counts) + 1)
    most = max(counts.values())
    within = [(edge + step * number, count) for number, count in sorted(counts.items()) if number < 0]
    beyond = [(edge + step * number, count) for number, count in sorted(counts.items()) if number >= 0]
    curves = [(_filled(within, step), "series-1"), (_filled(beyond, step), "warn")]
    mark = ([(edge, 0.0), (edge, float(most))], "outline")
    chart = plot(
        [*(curve for curve in curves if curve[0]), mark],
        Axis(low, high, _ticks(low, high, threshold_ms)),
        Axis(0.0, float(most), ((0.0, "0"), (float(most), f"{most:,}"))),
        width,
        max(3, height - 1),
    )
    return [fit(words, width), *chart]


def _filled(columns: Sequence[tuple[float, int]], step: float) -> Points:
    """Up and down within each column, so close that nothing is left open; back to 0 between them."""
    points: list[tuple[float, float]] = []
    for start, count in columns:
        points.append((start, 0.0))
        for part in range(2 * _CELLS):
            at = start + step * (part + 0.5) / (2 * _CELLS)
            points += [(at, 0.0), (at, float(count)), (at, 0.0)]
    return points


def _ticks(low: float, high: float, threshold_ms: float) -> tuple[tuple[float, str], ...]:
    """Powers of ten, and the threshold in place of those near it."""
    edge = log10(threshold_ms)
    powers = [power for power in range(-1, 7) if low <= power <= high and abs(power - edge) > 0.1 * (high - low)]
    return tuple(sorted([*((float(power), f"{10.0**power:g}") for power in powers), (edge, f"{threshold_ms:g} ms")]))
