"""Chooses the drawing of a panel's data."""

from __future__ import annotations

from datetime import tzinfo

from rtdash.model.data import Absent, Bars, Counts, Data, Places, Sparklines, Stat, Table
from rtdash.model.data import Line as Series
from rtdash.widgets.drawing import absent, bars, counts, line, places, sparklines, stat, table
from rtdash.widgets.drawing.spans import Line


def draw(
    data: Data, rate_per_s: float | None, unit: str, zone: tzinfo, width: int, height: int, *, sweeps: bool = False
) -> list[Line]:
    """Lines of `width` cells; more than `height` of them are scrolled. With `sweeps` live charts stand still."""
    match data:
        case Stat():
            return stat.draw(data, rate_per_s, unit, width, height)
        case Bars():
            return bars.draw(data, unit, width, height)
        case Counts():
            return counts.draw(data, width, height)
        case Sparklines():
            return sparklines.draw(data, unit, width, height, sweeps=sweeps)
        case Series():
            return line.draw(data, width, height, zone)
        case Places():
            return places.draw(data, unit, width, height)
        case Table():
            return table.draw(data, zone, width)
        case Absent():
            return absent.draw(data, width)
