"""Numbers as people read them, with units, at widths that hold still."""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo
from decimal import Decimal
from math import floor, inf, isfinite, log10

from rtdash.model.data import Cell, Number

# A little less than both: 23 hours and 7 days ago would read as something nearer.
_A_DAY = timedelta(hours=20)
_A_WEEK = timedelta(days=6)
_AGE_STEPS = ((2, 0), (5, 1), (30, 5), (120, 10))
"""Up to so many s, in steps of so many s; 0 is as `age` has it."""


def grouped(value: Number) -> str:
    """`1204991` as `1,204,991`; fractions to two places."""
    if isinstance(value, int) or (isfinite(value) and value == int(value)):
        return f"{int(value):,d}"
    return f"{value:z,.2f}"


def counted(count: int, what: str) -> str:
    """`1 row`, `1,204 rows`."""
    return f"{count:,} {what}" + ("" if count == 1 else "s")


def amount(value: Number, unit: str) -> str:
    """A value with its unit: euros as `€5,520.15`, anything else grouped."""
    return f"€{value:z,.2f}" if unit == "eur" else grouped(value)


def rounded(value: Number, unit: str = "") -> str:
    """As `amount`, without cents: for columns of numbers."""
    if unit == "eur":
        return f"€{value:z,.0f}"
    return f"{value:,d}" if isinstance(value, int) else f"{value:z,.0f}"


def share(value: Number, largest: float) -> float:
    """`value` as a part of `largest`, 0 … 1; 0 when it is negative or there is no such part."""
    part = float(value) / largest if largest > 0 else 0.0
    return min(1.0, part) if part > 0 else 0.0


_CEILINGS = (1, 1.2, 1.6, 2, 2.4, 3, 4, 5, 6, 8, 10)
"""Half of each has two digits as well: axes say it."""


def ceiling(value: float) -> float:
    """The least round number that is not below `value`: a scale that ends there holds still while values waver."""
    if not 0 < value < inf:
        return value
    power = 10.0 ** floor(log10(value))
    return next((end for step in _CEILINGS if value <= (end := step * power) < inf), value)


def short(value: Number) -> str:
    """`1.2M`, `5.0k`, `312`, `4e+15`: for axes."""
    number = float(value)
    if abs(number) >= 9.995e14:
        return f"{number:.0e}"
    for factor, suffix in ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")):
        if abs(number) >= 0.9995 * factor:
            return f"{number / factor:.1f}{suffix}"
    return f"{number:z.0f}"


def milliseconds(value_ms: float) -> str:
    """`0.9`, `12.3`, `774`: as many places as matter."""
    return f"{value_ms:.1f}" if value_ms < 99.95 else f"{value_ms:.0f}"


def age(seconds: float) -> str:
    """`0.4 s`, `12 s`, `3 min`, `2 h`."""
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.0f} h"


def how_old(seconds: float) -> str:
    """At least so old, as `age` says it, in ever longer steps: what stands still is not written anew each second."""
    step_s = next((step_s for until_s, step_s in _AGE_STEPS if seconds < until_s), 0)
    return f"{floor(seconds / step_s) * step_s} s" if step_s else age(seconds)


def clock(seconds: float) -> str:
    """A duration as `00:03:12`."""
    return str(timedelta(seconds=max(0, int(seconds)))).rjust(8, "0")


def moment(at: datetime, now: datetime | None) -> str:
    """A past time, as short as it can be told from others: `14:05`, `Sun 14:05`, `15 Nov 14:05`."""
    passed = timedelta(0) if now is None else now - at
    if passed < _A_DAY:
        return f"{at:%H:%M}"
    return f"{at:%a %H:%M}" if passed < _A_WEEK else f"{at:%d %b %H:%M}"


def cell(value: Cell, zone: tzinfo) -> str:
    """A cell of a table; times are shown in `zone`."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.astimezone(zone).strftime("%H:%M:%S" if value.second or value.microsecond else "%d %b %H:%M")
    if isinstance(value, Decimal):
        return f"{value:,f}"  # as many places as the query has rounded it to
    return value if isinstance(value, str) else grouped(value)
