"""What a panel draws: the rows of its query as one frozen value of the kind that its `draw` names."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal, TypeAlias

Number: TypeAlias = int | float | Decimal
Cell: TypeAlias = Number | str | datetime | bool | None
Flag: TypeAlias = Literal["warn", "error"] | None


@dataclass(frozen=True, slots=True)
class Stat:
    """One number, and what it is of; `value` is None when there is nothing to count yet."""

    value: Number | None
    label: str = ""


@dataclass(frozen=True, slots=True)
class Bar:
    """A labelled number."""

    label: str
    value: Number


@dataclass(frozen=True, slots=True)
class Bars:
    """Labelled numbers in the order of the query; `since` is where their window begins, if they have one."""

    items: tuple[Bar, ...] = ()
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Count:
    """A count; `error` is one standard error where it is an estimate, None where it is exact."""

    label: str
    value: Number
    error: Number | None


@dataclass(frozen=True, slots=True)
class Counts:
    """Counts over a window that begins at `since`; buckets are whole, so it may begin before what was asked."""

    items: tuple[Count, ...] = ()
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Series:
    """One value a second; `values[-1]` is the second `Sparklines.until`. Seconds without a row are 0."""

    label: str
    values: tuple[float, ...]

    @property
    def total(self) -> float:
        """Sum over the window."""
        return sum(self.values)


@dataclass(frozen=True, slots=True)
class Sparklines:
    """Series over the same seconds, oldest first."""

    series: tuple[Series, ...] = ()
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """Named columns over common times, oldest first; `columns[i]` is as long as `at`."""

    at: tuple[datetime, ...] = ()
    names: tuple[str, ...] = ()
    columns: tuple[tuple[float, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """A number at a place, in degrees (WGS 84)."""

    label: str
    latitude: float
    longitude: float
    value: Number


@dataclass(frozen=True, slots=True)
class Places:
    """Numbers on a map."""

    items: tuple[Place, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under named columns; the first cell is the row's key. `flags` has one for each row, or none at all.

    `since` is where the window of the rows begins, if they have one.
    """

    columns: tuple[str, ...] = ()
    rows: tuple[tuple[Cell, ...], ...] = ()
    flags: tuple[Flag, ...] = ()
    since: datetime | None = None

    def records(self) -> list[dict[str, Cell]]:
        """The rows by column name."""
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]


@dataclass(frozen=True, slots=True)
class Absent:
    """The server has nothing that the panel could show, for a reason that is no error."""

    reason: str


Data: TypeAlias = Stat | Bars | Counts | Sparklines | Line | Places | Table | Absent
