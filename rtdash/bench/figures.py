"""What a benchmark measured."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

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


def table(figures: Sequence[Figure]) -> str:
    """Two columns, aligned."""
    widest = max(len(figure.text) for figure in figures)
    return "\n".join(f"{figure.text:<{widest}}  {figure.shown:>18}" for figure in figures)
