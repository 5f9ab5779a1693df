"""`rtdash bench terminal`: what the real dashboard costs its user's line, machine and patience."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from random import Random

from rtdash.bench.figures import Report, Say, in_columns, medians, readable
from rtdash.bench.meter import Meter
from rtdash.bench.size import Size
from rtdash.model.latency import percentile

_SETTLE_S = 5.0
"""From the first paint until anything is measured."""
_STILL_S = 10.0
"""From the key that pauses: by then ages go by in steps of 5 s."""
_FIRST_PAINT_S = 30.0
_PRESSES = 20
"""Of each key."""
_GAP_S = (0.05, 0.35)
"""Between two keys: they come at any moment of the interval."""
# Each is of one colour, and no cell of it is what stood there before: also a diff writes it in one piece.
LIVE = b"250 ms"
_PAUSED = "❚".encode()
_HELP = b"Start a campaign"


@dataclass(frozen=True, slots=True)
class Way:
    """How the dashboard writes; its figures have names that begin so."""

    name: str
    prefix: str
    options: tuple[str, ...] = ()


WAYS = (Way("diff", ""), Way("stock", "stock_", ("--no-diff",)))


@dataclass(frozen=True, slots=True)
class Visit:
    """What one dashboard has cost from its start to its end."""

    first_paint_s: float
    bytes_per_s: float
    frames_per_s: float
    cpu_pct: float
    rss_mib: float
    idle_bytes_per_s: float
    idle_cpu_pct: float
    key_to_paint_p50_ms: float
    key_to_paint_p95_ms: float
    pause_to_paint_p50_ms: float
    pause_to_paint_p95_ms: float
    help_to_paint_p50_ms: float
    help_to_paint_p95_ms: float


_NAMES = tuple(field.name for field in fields(Visit))


@dataclass(frozen=True, slots=True)
class Dashboards:
    """They are opened on the servers of a settings file, one after the other; what they keep is below `home`."""

    settings_file: Path
    home: Path

    def visit(self, size: Size, way: Way, seconds: float) -> Visit:
        """Open one, measure it live, press keys, pause it, measure it again, and end it. Raises RtdashError."""
        command = [sys.executable, "-P", "-m", "rtdash", "--settings", str(self.settings_file), *way.options]
        with Meter(command, environment(self.home), columns=size.columns, rows=size.rows) as meter:
            first_paint_s = meter.first(LIVE, _FIRST_PAINT_S)
            time.sleep(_SETTLE_S)
            live = meter.cost(seconds)
            rss_mib = meter.resident_mib()
            pause_ms, help_ms = _press_keys(meter)
            meter.press(" ", _PAUSED)
            time.sleep(_STILL_S)
            idle = meter.cost(seconds)
        return Visit(
            first_paint_s=first_paint_s,
            bytes_per_s=live.bytes_per_s,
            frames_per_s=live.frames_per_s,
            cpu_pct=live.cpu_pct,
            rss_mib=rss_mib,
            idle_bytes_per_s=idle.bytes_per_s,
            idle_cpu_pct=idle.cpu_pct,
            **_percentiles("key", [*pause_ms, *help_ms]),
            **_percentiles("pause", pause_ms),
            **_percentiles("help", help_ms),
        )


def environment(home: Path) -> dict[str, str]:
    """Without the settings of whoever measures."""
    return {"PATH": os.environ["PATH"], "HOME": str(home), "LANG": "C.UTF-8"}


def _percentiles(key: str, took_ms: Sequence[float]) -> dict[str, float]:
    ordered = sorted(took_ms)
    return {f"{key}_to_paint_p{share}_ms": percentile(ordered, share / 100) for share in (50, 95)}


def _press_keys(meter: Meter) -> tuple[list[float], list[float]]:
    """How long it took until pausing and going on were seen, and the help, ms."""
    random = Random(1)  # noqa: S311
    pause_ms: list[float] = []
    help_ms: list[float] = []
    for _ in range(_PRESSES):
        for key, marker, took_ms in ((" ", _PAUSED, pause_ms), (" ", LIVE, pause_ms), ("?", _HELP, help_ms)):
            time.sleep(random.uniform(*_GAP_S))
            took_ms.append(meter.press(key, marker))
        time.sleep(random.uniform(*_GAP_S))
        # Closed: it lies over a status line that is dimmed meanwhile.
        meter.press("?", LIVE)
    return pause_ms, help_ms


def measure(dashboards: Dashboards, sizes: Sequence[Size], seconds: float, repeat: int, say: Say) -> Report:
    """Medians of `repeat` visits of each size and way, which take turns. Raises RtdashError."""
    visits: dict[tuple[Size, Way], list[Visit]] = {(size, way): [] for size in sizes for way in WAYS}
    for number in range(1, repeat + 1):
        for (size, way), found in visits.items():
            found.append(visit := dashboards.visit(size, way, seconds))
            figures = "  ".join(f"{name} {readable(value)}" for name, value in asdict(visit).items())
            say(f"{number} of {repeat}: {size} {way.name}  {figures}")
    by_place = {place: medians([asdict(visit) for visit in found]) for place, found in visits.items()}
    record: dict[str, dict[str, float]] = {}
    for (size, way), figures_of in by_place.items():
        record.setdefault(str(size), {}).update({f"{way.prefix}{name}": each for name, each in figures_of.items()})
    rows = [[name, *(readable(figures_of[name]) for figures_of in by_place.values())] for name in _NAMES]
    return Report(in_columns([["", *(f"{size} {way.name}" for size, way in by_place)], *rows]), {"sizes": record})
