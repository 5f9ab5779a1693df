"""`rtdash bench soak`: the memory of dashboards that stay open, side by side."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict
from statistics import median

from rtdash.bench.dashboards import FIRST_PAINT_S, LIVE, Dashboards
from rtdash.bench.figures import Report, Say, in_columns, readable
from rtdash.bench.meter import Cost, Meter
from rtdash.bench.size import Size

_EVERY_S = 10
"""Between two readings."""
_A_MINUTE = 60 // _EVERY_S
_GROWS_FROM_S = 300.0
"""By then what is kept of the last minutes is full."""
_GROWS_FROM = 1 / 6
"""Of a shorter time."""
_READINGS = 5
"""Of so many, the nearest to a moment, the median stands for it."""

Reading = tuple[float, float]
"""Seconds since the first one, and resident memory, MiB."""


def measure(dashboards: Dashboards, sizes: Sequence[Size], minutes: int, say: Say) -> Report:
    """Open one of each size, and read them for so long. Raises RtdashError."""
    with ExitStack() as opened:
        meters = {str(size): opened.enter_context(dashboards.open(size)) for size in dict.fromkeys(sizes)}
        for meter in meters.values():
            meter.first(LIVE, FIRST_PAINT_S)
        before = {size: meter.spent() for size, meter in meters.items()}
        readings = _read(meters, minutes, say)
        costs = {size: Cost.between(before[size], meter.spent()) for size, meter in meters.items()}
    figures = {size: memory(readings[size]) | asdict(costs[size]) for size in meters}
    names = figures[str(sizes[0])]
    rows = [[name, *(readable(each[name]) for each in figures.values())] for name in names]
    record = {
        size: {name: round(value, 4) for name, value in each.items()} | {"readings": readings[size]}
        for size, each in figures.items()
    }
    return Report(in_columns([["", *figures], *rows]), {"sizes": record})


def memory(readings: Sequence[Reading]) -> dict[str, float]:
    """At the end, how much of that came after the fifth minute (a sixth of a shorter time), and the most; MiB."""
    end_s = readings[-1][0]

    def at(moment_s: float) -> float:
        nearest = sorted(readings, key=lambda reading: abs(reading[0] - moment_s))[:_READINGS]
        return median(mib for _, mib in nearest)

    return {
        "rss_mib": at(end_s),
        "rss_growth_mib": at(end_s) - at(min(_GROWS_FROM_S, _GROWS_FROM * end_s)),
        "rss_highest_mib": max(mib for _, mib in readings),
    }


def _read(meters: Mapping[str, Meter], minutes: int, say: Say) -> dict[str, list[Reading]]:
    readings: dict[str, list[Reading]] = {size: [] for size in meters}
    begun_s = time.monotonic()
    for number in range(minutes * _A_MINUTE + 1):
        time.sleep(max(0.0, begun_s + number * _EVERY_S - time.monotonic()))
        for size, meter in meters.items():
            meter.check()
            readings[size].append((round(time.monotonic() - begun_s, 1), round(meter.resident_mib(), 2)))
        if number % _A_MINUTE == 0:
            held = "  ".join(f"{size} {each[-1][1]:.1f} MiB" for size, each in readings.items())
            say(f"minute {number // _A_MINUTE} of {minutes}: {held}")
    return readings
