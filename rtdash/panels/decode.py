"""Turns the rows of a query into the value that its panel draws. Runs in the lane, not on the event loop."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from math import isfinite
from typing import Any, cast

from rtdash.errors import PanelError
from rtdash.model.data import (
    Bar,
    Bars,
    Cell,
    Count,
    Counts,
    Data,
    Flag,
    Line,
    Number,
    Place,
    Places,
    Series,
    Sparklines,
    Stat,
    Table,
)
from rtdash.model.moment import in_utc
from rtdash.model.text import plain
from rtdash.panels.spec import COLUMNS, Draw, PanelSpec

Row = Sequence[Any]

MAX_ROWS = 1000
MAX_SECONDS = 3600
FLAG = "flag"
SINCE = "since"
"""The column of a table that marks its rows and is not shown."""


def _number(value: Any) -> Number:
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)) or not isfinite(value):
        raise ValueError(f"value is {plain(repr(value))[:40]}, not a number")
    return value


def _time(value: Any) -> datetime:
    if not isinstance(value, datetime):
        raise ValueError(f"at is {plain(repr(value))[:40]}, not a time")  # noqa: TRY004
    # The donations side stores DATETIME in UTC, which the driver gives without a zone.
    return in_utc(value)


def _cell(value: Any) -> Cell:
    if isinstance(value, datetime):
        return _time(value)
    if value is None or isinstance(value, (bool, int, float, Decimal)):
        return value
    # A message of Kafka, as it came.
    return plain(value.decode(errors="replace") if isinstance(value, bytes) else value)


def _stat(columns: Sequence[str], rows: Sequence[Row]) -> Stat:
    if not rows:
        return Stat(None)
    value = None if rows[0][0] is None else _number(rows[0][0])
    return Stat(value, plain(rows[0][1]) if len(columns) > 1 and rows[0][1] is not None else "")


def _since(starts: Iterable[Any]) -> datetime | None:
    return min((_time(start) for start in starts if start is not None), default=None)


def _bars(_: Sequence[str], rows: Sequence[Row]) -> Bars:
    items = tuple(Bar(plain(label), _number(value)) for label, value, *_ in rows)
    return Bars(items, _since(start for _, _, *starts in rows for start in starts))


def _counts(_: Sequence[str], rows: Sequence[Row]) -> Counts:
    items = tuple(
        Count(plain(label), _number(value), None if error is None else _number(error))
        for label, value, error, _ in rows
    )
    return Counts(items, _since(row[3] for row in rows))


def _sparklines(_: Sequence[str], rows: Sequence[Row]) -> Sparklines:
    points: dict[str, dict[datetime, float]] = {}
    for label, at, value in rows:
        points.setdefault(plain(label), {})[_time(at).replace(microsecond=0)] = float(_number(value))
    if not points:
        return Sparklines()
    seconds = {second for line in points.values() for second in line}
    start, until = min(seconds), max(seconds)
    length = int((until - start).total_seconds()) + 1
    if length > MAX_SECONDS:
        raise ValueError(f"the times span {length} s; allowed: up to {MAX_SECONDS}")
    axis = [start + timedelta(seconds=index) for index in range(length)]
    series = (Series(label, tuple(line.get(second, 0.0) for second in axis)) for label, line in points.items())
    return Sparklines(tuple(series), until)


def _line(columns: Sequence[str], rows: Sequence[Row]) -> Line:
    return Line(
        tuple(_time(row[0]) for row in rows),
        tuple(plain(name) for name in columns[1:]),
        tuple(tuple(float(_number(row[index])) for row in rows) for index in range(1, len(columns))),
    )


def _places(_: Sequence[str], rows: Sequence[Row]) -> Places:
    return Places(
        tuple(
            Place(plain(label), float(_number(latitude)), float(_number(longitude)), _number(value))
            for label, latitude, longitude, value in rows
        )
    )


def _flag(value: Any) -> Flag:
    if value not in (None, "warn", "error"):
        raise ValueError(f"flag is {plain(repr(value))[:40]}; allowed: NULL, 'warn', 'error'")
    return cast("Flag", value)


def _table(columns: Sequence[str], rows: Sequence[Row]) -> Table:
    def apart(name: str) -> list[Any]:
        """The values of a column that is not shown as one."""
        return [row[columns.index(name)] for row in rows] if name in columns else []

    shown = [at for at, name in enumerate(columns) if name not in (FLAG, SINCE)]
    return Table(
        tuple(plain(columns[at]) for at in shown),
        tuple(tuple(_cell(row[at]) for at in shown) for row in rows),
        tuple(_flag(value) for value in apart(FLAG)),
        _since(apart(SINCE)),
    )


_DECODERS: dict[Draw, tuple[Callable[[Sequence[str]], bool], Callable[[Sequence[str], Sequence[Row]], Data]]] = {
    Draw.STAT: (lambda columns: list(columns) in (["value"], ["value", "label"]), _stat),
    Draw.BARS: (lambda columns: list(columns) in (["label", "value"], ["label", "value", "since"]), _bars),
    Draw.COUNTS: (lambda columns: list(columns) == ["label", "value", "error", "since"], _counts),
    Draw.SPARKLINES: (lambda columns: list(columns) == ["label", "at", "value"], _sparklines),
    Draw.LINE: (lambda columns: len(columns) > 1 and columns[0] == "at", _line),
    Draw.MAP: (lambda columns: list(columns) == ["label", "latitude", "longitude", "value"], _places),
    Draw.TABLE: (lambda columns: any(name != FLAG for name in columns), _table),
}


def decode(spec: PanelSpec, columns: Sequence[str], rows: Sequence[Row]) -> Data:
    """The value that `spec` draws. Raises PanelError when the query gives something else than its `draw` asks for."""
    fits, decoder = _DECODERS[spec.draw]
    if not fits(columns):
        gives = ", ".join(plain(name) for name in columns) or "none"
        raise PanelError(
            f"{spec.path.name}: draw {spec.draw} wants columns {COLUMNS[spec.draw]}; the query gives {gives}"
        )
    if len(rows) > MAX_ROWS:
        raise PanelError(f"{spec.path.name}: more than {MAX_ROWS} rows; add a LIMIT")
    try:
        return decoder(columns, rows)
    except (ValueError, OverflowError) as error:
        raise PanelError(f"{spec.path.name}: {error}") from None
