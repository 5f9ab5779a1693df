"""`rtdash bench terminal`: what the real dashboard costs its user's line, machine and patience."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, fields
from itertools import chain
from random import Random

from rtdash.bench.dashboards import FIRST_PAINT_S, LIVE, Dashboards
from rtdash.bench.figures import Report, Say, in_columns, medians, readable
from rtdash.bench.meter import Meter
from rtdash.bench.size import Size
from rtdash.model.latency import percentile

_SETTLE_S = 5.0
"""From the first paint until anything is measured."""
_STILL_S = 12.0
"""From the key that pauses: by then ages go by in steps of 5 s, and our share of the servers' time is over."""
_PRESSES = 20
"""Of each key."""
_GAP_S = (0.05, 0.35)
"""Between two keys: they come at any moment of the interval."""
# Each is of one colour, and no cell of it is what stood there before: also a diff writes it in one piece.
_PAUSED = "❚".encode()
_HELP = b"Start a campaign"
_SECOND_PAGE = b"sessions"
"""That is the clickstream's where the screen is small, and the audience's where the board is one page."""
_FIRST_PAGE = b"newest"


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
    page_to_paint_p50_ms: float
    page_to_paint_p95_ms: float


_NAMES = tuple(field.name for field in fields(Visit))


def visit(dashboards: Dashboards, size: Size, way: Way, seconds: float) -> Visit:
    """Open one, measure it live, press keys, pause it, measure it again, and end it. Raises RtdashError."""
    with dashboards.open(size, *way.options) as meter:
        first_paint_s = meter.first(LIVE, FIRST_PAINT_S)
        time.sleep(_SETTLE_S)
        live = meter.cost(seconds)
        rss_mib = meter.resident_mib()
        took_ms = _press_keys(meter)
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
        **_percentiles("key", [*chain.from_iterable(took_ms.values())]),
        **_percentiles("pause", took_ms["pause"]),
        **_percentiles("help", took_ms["help"]),
        **_percentiles("page", took_ms["page"]),
    )


def _percentiles(key: str, took_ms: Sequence[float]) -> dict[str, float]:
    ordered = sorted(took_ms)
    return {f"{key}_to_paint_p{share}_ms": percentile(ordered, share / 100) for share in (50, 95)}


def _press_keys(meter: Meter) -> dict[str, list[float]]:
    """How long each took until what it brings was seen, ms: pausing, the help and another page, and back from each."""
    random = Random(1)  # noqa: S311
    keys = [
        ("pause", " ", _PAUSED),
        ("pause", " ", LIVE),
        ("help", "?", _HELP),
        ("help", "?", LIVE),
        ("page", "n", _SECOND_PAGE),
        # Not Escape, which may begin the code of another key: programs wait for what comes after it.
        ("page", "1", _FIRST_PAGE),
    ]
    # What another page shows is asked for when it is looked at first.
    for _, key, marker in keys[-2:]:
        meter.press(key, marker)
    took_ms: dict[str, list[float]] = {name: [] for name, _, _ in keys}
    for _ in range(_PRESSES):
        for name, key, marker in keys:
            time.sleep(random.uniform(*_GAP_S))
            took_ms[name].append(meter.press(key, marker))
    return took_ms


def measure(visit: Callable[[Size, Way], Visit], sizes: Sequence[Size], repeat: int, say: Say) -> Report:
    """Medians of `repeat` visits of each size and way, which take turns; passes on what `visit` raises."""
    visits: dict[tuple[Size, Way], list[Visit]] = {(size, way): [] for size in sizes for way in WAYS}
    for number in range(1, repeat + 1):
        for (size, way), found in visits.items():
            found.append(new := visit(size, way))
            figures = "  ".join(f"{name} {readable(value)}" for name, value in asdict(new).items())
            say(f"{number} of {repeat}: {size} {way.name}  {figures}")
    by_place = {place: medians([asdict(each) for each in found]) for place, found in visits.items()}
    record: dict[str, dict[str, float]] = {}
    for (size, way), figures_of in by_place.items():
        record.setdefault(str(size), {}).update({f"{way.prefix}{name}": each for name, each in figures_of.items()})
    rows = [[name, *(readable(figures_of[name]) for figures_of in by_place.values())] for name in _NAMES]
    return Report(in_columns([["", *(f"{size} {way.name}" for size, way in by_place)], *rows]), {"sizes": record})
