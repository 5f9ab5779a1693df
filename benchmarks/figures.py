"""Percentiles, and tables of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rtdash.model.latency import percentile


def spread(values: Iterable[float], unit: str) -> dict[str, Any]:
    """How many there are, their median, 95th percentile and maximum; None when there are none."""
    ordered = sorted(values)
    figures = {
        "p50": percentile(ordered, 0.5) if ordered else None,
        "p95": percentile(ordered, 0.95) if ordered else None,
        "max": ordered[-1] if ordered else None,
    }
    return {"samples": len(ordered), **{f"{name}_{unit}": value for name, value in figures.items()}}


def markdown(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """A table."""
    lines = [columns, ["---"] * len(columns), *([_text(cell) for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def spreads(title: str, figures: Mapping[str, Mapping[str, Any]], columns: Sequence[str]) -> str:
    """A table of spreads by name."""
    return markdown(
        [title, *columns], ([name, *(one.get(column) for column in columns)] for name, one in figures.items())
    )


def _text(cell: Any) -> str:
    if cell is None:
        return "–"
    if isinstance(cell, float):
        return f"{cell:,.2f}" if abs(cell) < 10 else f"{cell:,.0f}"
    return f"{cell:,}" if isinstance(cell, int) and not isinstance(cell, bool) else str(cell)
