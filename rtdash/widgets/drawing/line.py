"""Named series over common times."""

from __future__ import annotations

from datetime import datetime, tzinfo

from rtdash.model.data import Line as Series
from rtdash.widgets.drawing.chart import Axis, plot
from rtdash.widgets.drawing.numbers import short
from rtdash.widgets.drawing.spans import Line, fit

_LABEL_CELLS = 16


def _ticks(at: tuple[datetime, ...], width: int, zone: tzinfo) -> tuple[tuple[float, str], ...]:
    count = max(2, min(8, width // _LABEL_CELLS))
    last = len(at) - 1
    chosen = sorted({round(last * index / count) for index in range(count)})
    return tuple((float(index), at[index].astimezone(zone).strftime("%a %H:%M")) for index in chosen)


def draw(data: Series, width: int, height: int, zone: tzinfo) -> list[Line]:
    """A legend line, then the curves to a common scale that starts at 0."""
    if len(data.at) < 2 or not data.columns:
        return [fit(((" not enough points yet", "muted"),), width)]
    highest = max(max(column) for column in data.columns) or 1.0
    curves = [
        ([(float(index), value) for index, value in enumerate(column)], f"series-{number % 4 + 1}")
        for number, column in enumerate(data.columns)
    ]
    legend = [(f"  ━ {name}", f"series-{number % 4 + 1}") for number, name in enumerate(data.names)]
    y_ticks = tuple(
        (highest * share, short(highest * share)) for share in ((0.0, 0.5, 1.0) if height > 6 else (0.0, 1.0))
    )
    chart = plot(
        curves,
        Axis(0.0, float(len(data.at) - 1), _ticks(data.at, width, zone)),
        Axis(0.0, highest, y_ticks),
        width,
        max(3, height - 1),
    )
    return [fit(legend, width), *chart]
