"""What a benchmark measured."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any, Self

Say = Callable[[str], None]
"""Tells how far a benchmark is, a line at a time."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One number: its name, what it says, and its unit; a ratio has none."""

    name: str
    text: str
    value: float
    unit: str = ""

    @property
    def shown(self) -> str:
        """The value as people read it."""
        return f"{self.value:,.0f} {self.unit}" if self.unit else f"{self.value:.2f}"


class Rates:
    """The same rates, measured several times over."""

    def __init__(self, unit: str, repeat: int, say: Say) -> None:
        self._unit = unit
        self._repeat = repeat
        self._say = say
        self._values: dict[str, list[float]] = {}
        self._texts: dict[str, str] = {}

    def add(self, name: str, text: str, value: float) -> None:
        """One measurement."""
        values = self._values.setdefault(name, [])
        values.append(value)
        self._texts[name] = text
        self._say(f"{len(values)} of {self._repeat}: {value:>9,.0f} {self._unit}  {text}")

    def figure(self, name: str) -> Figure:
        """The median."""
        return Figure(name, self._texts[name], median(self._values[name]), self._unit)

    def ratio(self, name: str, text: str, of: str, to: str) -> Figure:
        """Of two medians."""
        return Figure(name, text, self.figure(of).value / self.figure(to).value)


@dataclass(frozen=True, slots=True)
class Report:
    """What is said in the end: a table for people, a record for programs."""

    table: str
    record: dict[str, Any]

    @classmethod
    def of(cls, figures: Sequence[Figure]) -> Self:
        """Each with its text, and by its name."""
        return cls(table(figures), {figure.name: round(figure.value, 4) for figure in figures})


def medians(rounds: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """Of the same figures, measured several times over, by their names."""
    return {name: round(median(each[name] for each in rounds), 4) for name in rounds[0]}


def table(figures: Sequence[Figure]) -> str:
    """Two columns, aligned."""
    return in_columns([[figure.text, figure.shown] for figure in figures])


def in_columns(rows: Sequence[Sequence[str]]) -> str:
    """Cells below each other: the first to the left, the others to the right."""
    columns = [_aligned(column, to_the_right=place > 0) for place, column in enumerate(zip(*rows, strict=True))]
    return "\n".join(map("  ".join, zip(*columns, strict=True)))


def _aligned(column: Sequence[str], *, to_the_right: bool) -> list[str]:
    width = max(map(len, column))
    return [cell.rjust(width) if to_the_right else cell.ljust(width) for cell in column]


def readable(value: float) -> str:
    """Three digits of a number, or more; a whole one as it is."""
    return f"{value:,.0f}" if abs(value) >= 100 or value == int(value) else f"{value:.2f}"
