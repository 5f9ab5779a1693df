"""Numbers as people read them, with units, at widths that hold still."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from rtdash.model.data import Cell, Number


def grouped(value: Number) -> str:
    """`1204991` as `1,204,991`; fractions to two places."""
    return f"{value:,.2f}" if isinstance(value, float | Decimal) and value % 1 else f"{int(value):,}"


def amount(value: Number, unit: str) -> str:
    """A value with its unit: euros as `€5,520.15`, anything else grouped."""
    return f"€{value:,.2f}" if unit == "eur" else grouped(value)


def rounded(value: Number, unit: str) -> str:
    """As `amount`, without cents: for columns of numbers."""
    return f"€{value:,.0f}" if unit == "eur" else grouped(round(value))


def short(value: Number) -> str:
    """`1.2M`, `5.0k`, `312`: for axes."""
    for factor, suffix in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if abs(float(value)) >= 0.9995 * factor:
            return f"{float(value) / factor:.1f}{suffix}"
    return f"{value:.0f}"


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


def clock(seconds: float) -> str:
    """A duration as `00:03:12`."""
    return str(timedelta(seconds=max(0, int(seconds)))).rjust(8, "0")


def cell(value: Cell) -> str:
    """A cell of a table."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.strftime("%H:%M:%S" if value.second or value.microsecond else "%d %b %H:%M")
    return value if isinstance(value, str) else grouped(value)
