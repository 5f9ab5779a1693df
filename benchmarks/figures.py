"""Percentiles, processor time, and tables of them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from rtdash.model.latency import percentile

_TICKS_PER_S = os.sysconf("SC_CLK_TCK")


def spread(values: Iterable[float], unit: str) -> dict[str, Any]:
    """How many there are, their median, 95th percentile and maximum; None when there are none."""
    ordered = sorted(values)
    figures = {
        "p50": percentile(ordered, 0.5) if ordered else None,
        "p95": percentile(ordered, 0.95) if ordered else None,
        "max": ordered[-1] if ordered else None,
    }
    return {"samples": len(ordered), **{f"{name}_{unit}": value for name, value in figures.items()}}


def processor_s(pids: Iterable[int]) -> float:
    """Processor time that these processes have taken, with their children that have ended, s."""
    return sum(sum(map(int, _stat(pid)[11:15])) for pid in pids) / _TICKS_PER_S


def with_children(parent: int) -> list[int]:
    """A process and its children."""
    children = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if int(_stat(int(folder.name))[1]) == parent:
                children.append(int(folder.name))
        except (FileNotFoundError, ProcessLookupError):
            continue  # it has ended
    return [parent, *children]


def parent_of(pid: int) -> int:
    """The parent of a process."""
    return int(_stat(pid)[1])


def markdown(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """A table."""
    lines = [columns, ["---"] * len(columns), *([_text(cell) for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def spreads(title: str, figures: Mapping[str, Mapping[str, Any]], columns: Sequence[str]) -> str:
    """A table of spreads by name."""
    return markdown(
        [title, *columns], ([name, *(one.get(column) for column in columns)] for name, one in figures.items())
    )


def _stat(pid: int) -> list[str]:
    """Fields of /proc/…/stat after the name: state, parent, …, from the 11th on the four times in ticks."""
    return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()


def _text(cell: Any) -> str:
    if cell is None:
        return "–"
    if isinstance(cell, float):
        return f"{cell:,.2f}" if abs(cell) < 10 else f"{cell:,.0f}"
    return f"{cell:,}" if isinstance(cell, int) and not isinstance(cell, bool) else str(cell)
