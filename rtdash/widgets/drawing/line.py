"""Named series over common times."""

from __future__ import annotations

from datetime import datetime, tzinfo
from math import isfinite, log10
from statistics import median

from rtdash.model.data import Line as Series
from rtdash.widgets.drawing.chart import Axis, plot
from rtdash.widgets.drawing.numbers import ceiling, short
from rtdash.widgets.drawing.spans import Line, fit

_LABEL_CELLS = 16
_LARGEST = 1e300
"""Beyond it the span of an axis may be no number."""
LOG_ABOVE = 20.0
"""The highest value, in medians, from which on the scale is logarithmic."""


def _ticks(at: tuple[datetime, ...], width: int, zone: tzinfo) -> tuple[tuple[float, str], ...]:
    count = max(2, min(8, width // _LABEL_CELLS))
    last = len(at) - 1
    chosen = sorted({round(last * index / count) for index in range(count)})
    return tuple((float(index), at[index].astimezone(zone).strftime("%a %H:%M")) for index in chosen)


def draw(data: Series, width: int, height: int, zone: tzinfo) -> list[Line]:
    """A legend line, then the curves to a common scale that holds 0; a logarithmic one, from 1, says so.

    It is logarithmic when the highest value would press most others flat on the axis. What is no number has no point.
    """
    rows = [[value for value in row if isfinite(value)] for row in zip(*data.columns, strict=True)]
    values = [max(-_LARGEST, min(_LARGEST, value)) for row in rows for value in row]
    if len(data.at) < 2 or not values:
        return [fit(((" not enough points yet", "muted"),), width)]
    lowest, highest = min(0.0, *values), max(0.0, *values)
    if lowest == highest:
        highest = 1.0
    lowest, highest = -ceiling(-lowest), ceiling(highest)
    is_log = lowest == 0.0 and highest > LOG_ABOVE * max(1.0, median(max(row, default=0.0) for row in rows))
    curves = [
        (
            [(float(index), _height(value, is_log=is_log)) for index, value in enumerate(column) if isfinite(value)],
            f"series-{number % 4 + 1}",
        )
        for number, column in enumerate(data.columns)
    ]
    legend = [(f"  ━ {name}", f"series-{number % 4 + 1}") for number, name in enumerate(data.names)]
    if is_log:
        legend.append(("  log scale", "muted"))
    chart = plot(
        [curve for curve in curves if curve[0]],
        Axis(0.0, float(len(data.at) - 1), _ticks(data.at, width, zone)),
        Axis(lowest, _height(highest, is_log=is_log), _y_ticks(lowest, highest, height - 3, is_log=is_log)),
        width,
        max(3, height - 1),
    )
    return [fit(legend, width), *chart]


def _height(value: float, *, is_log: bool) -> float:
    return log10(max(1.0, value)) if is_log else max(-_LARGEST, min(_LARGEST, value))


def _y_ticks(lowest: float, highest: float, rows: int, *, is_log: bool) -> tuple[tuple[float, str], ...]:
    if not is_log:
        shares = (0.0, 0.5, 1.0) if rows > 3 else (0.0, 1.0)
        return tuple((at, short(at)) for at in (lowest + share * (highest - lowest) for share in shares))
    powers = range(int(log10(highest)) + 1)
    step = max(1, -(-len(powers) // max(1, rows // 2)))
    return tuple((float(power), short(10**power)) for power in powers[::step])
