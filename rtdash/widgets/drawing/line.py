"""Named series over common times."""

from __future__ import annotations

from datetime import datetime, tzinfo
from math import log10
from statistics import median

from rtdash.model.data import Line as Series
from rtdash.widgets.drawing.chart import Axis, plot
from rtdash.widgets.drawing.numbers import short
from rtdash.widgets.drawing.spans import Line, fit

_LABEL_CELLS = 16
LOG_ABOVE = 20.0
"""The highest value, in medians, from which on the scale is logarithmic."""


def _ticks(at: tuple[datetime, ...], width: int, zone: tzinfo) -> tuple[tuple[float, str], ...]:
    count = max(2, min(8, width // _LABEL_CELLS))
    last = len(at) - 1
    chosen = sorted({round(last * index / count) for index in range(count)})
    return tuple((float(index), at[index].astimezone(zone).strftime("%a %H:%M")) for index in chosen)


def draw(data: Series, width: int, height: int, zone: tzinfo) -> list[Line]:
    """A legend line, then the curves to a common scale that starts at 0; a logarithmic one, from 1, says so.

    It is logarithmic when the highest value would press most others flat on the axis.
    """
    if len(data.at) < 2 or not data.columns:
        return [fit(((" not enough points yet", "muted"),), width)]
    highest = max(max(column) for column in data.columns) or 1.0
    is_log = highest > LOG_ABOVE * max(1.0, median(max(row) for row in zip(*data.columns, strict=True)))
    curves = [
        (
            [(float(index), _height(value, is_log=is_log)) for index, value in enumerate(column)],
            f"series-{number % 4 + 1}",
        )
        for number, column in enumerate(data.columns)
    ]
    legend = [(f"  ━ {name}", f"series-{number % 4 + 1}") for number, name in enumerate(data.names)]
    if is_log:
        legend.append(("  log scale", "muted"))
    chart = plot(
        curves,
        Axis(0.0, float(len(data.at) - 1), _ticks(data.at, width, zone)),
        Axis(0.0, _height(highest, is_log=is_log), _y_ticks(highest, height - 3, is_log=is_log)),
        width,
        max(3, height - 1),
    )
    return [fit(legend, width), *chart]


def _height(value: float, *, is_log: bool) -> float:
    return log10(max(1.0, value)) if is_log else value


def _y_ticks(highest: float, rows: int, *, is_log: bool) -> tuple[tuple[float, str], ...]:
    if not is_log:
        shares = (0.0, 0.5, 1.0) if rows > 3 else (0.0, 1.0)
        return tuple((highest * share, short(highest * share)) for share in shares)
    powers = range(int(log10(highest)) + 1)
    step = max(1, -(-len(powers) // max(1, rows // 2)))
    return tuple((float(power), short(10**power)) for power in powers[::step])
