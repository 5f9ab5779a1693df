"""The latency table: the worst panel first, flagged by colour and by sign."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rtdash.model.state import PanelState
from rtdash.model.text import plain
from rtdash.widgets.drawing.numbers import age, milliseconds
from rtdash.widgets.drawing.spans import Line, Span
from rtdash.widgets.drawing.sparklines import columns
from rtdash.widgets.drawing.table import Column, rows

_FIGURES = ("last", "p50", "p95", "p99", "max", "over", "missed", "running", "age")
COLUMNS = (Column(""), Column("panel"), *(Column(name, is_numeric=True) for name in _FIGURES), Column("recent"))
RECENT_CELLS = 20


@dataclass(frozen=True, slots=True)
class Row:
    """A panel and what is known of it."""

    title: str
    state: PanelState
    fresh_s: float = 2.0
    """An answer older than this is late."""


def order(items: Sequence[Row], now: float) -> list[Row]:
    """Worst first, by the greater of the running query's age and p95; steady, so that rows do not jump about."""

    def badness(row: Row) -> tuple[bool, float]:
        # In steps of 20 ms: a row moves when it matters.
        worst = max(row.state.in_flight_ms(now), row.state.latency.p95, row.state.latency.last)
        return row.state.error is None, -(worst // 20)

    return sorted(items, key=badness)


def _spark(values: Sequence[float], threshold_ms: float) -> str:
    """Columns to a scale that ends at twice the threshold, so that the middle is the threshold in every row."""
    recent = values[-RECENT_CELLS:]
    return columns(recent, 2 * threshold_ms, 1)[0].rjust(RECENT_CELLS)


def _cells(row: Row, now: float, threshold_ms: float) -> list[Span]:
    state, latency = row.state, row.state.latency
    in_flight_ms = state.in_flight_ms(now)
    slow = state.is_slow(now, threshold_ms)
    sign, role = ("✗", "error") if state.error else ("▲", "warn") if slow else (" ", "text")

    def figure(value_ms: float) -> Span:
        if not latency.count:
            return "–", "muted"
        return milliseconds(value_ms), "warn" if value_ms > threshold_ms else "text"

    age_s = state.age_s(now)
    return [
        (sign, role),
        (row.title, role if role != "text" else "strong"),
        figure(latency.last),
        figure(latency.p50),
        figure(latency.p95),
        figure(latency.p99),
        figure(latency.max),
        (f"{latency.over:,}", "warn" if latency.over else "muted"),
        (f"{state.missed:,}", "warn" if state.missed else "muted"),
        (age(in_flight_ms / 1000), "warn") if in_flight_ms > threshold_ms else ("–", "muted"),
        ("–", "muted") if age_s is None else (age(age_s), "text" if age_s < row.fresh_s else "warn"),
        (_spark(latency.recent, threshold_ms), "warn" if slow else "bar"),
    ]


def draw(items: Sequence[Row], now: float, threshold_ms: float, cells: int) -> list[Line]:
    """The header, then a row a panel."""
    return rows(COLUMNS, [_cells(row, now, threshold_ms) for row in order(items, now)], cells)


def worst(items: Sequence[Row], now: float, threshold_ms: float) -> list[Span]:
    """The worst row in short, for screens that have no room for the table."""
    if not items:
        return []
    row = order(items, now)[0]
    state = row.state
    if state.error:
        return [(f" ✗ {row.title}: ", "error"), (plain(state.error), "text")]
    slow = state.is_slow(now, threshold_ms)
    last = max(state.latency.last, state.in_flight_ms(now))
    sign, role = ("▲", "warn") if slow else ("●", "good")
    return [
        (f" {sign} slowest: ", role),
        (row.title, "text"),
        (f"  {milliseconds(last)} ms", role if slow else "strong"),
        (f"  p95 {milliseconds(state.latency.p95)}  over {state.latency.over}  missed {state.missed}", "muted"),
    ]
