"""Percentiles of one panel over 1, 5 and 60 minutes, as measured and with what missed polls would have waited."""

from __future__ import annotations

from rtdash.model.latency import Latency, Reach
from rtdash.widgets.drawing.latency import REACHES
from rtdash.widgets.drawing.numbers import milliseconds
from rtdash.widgets.drawing.spans import Line, Span
from rtdash.widgets.drawing.table import Column, rows

_COLUMNS = (
    Column(""),
    *(Column(name, is_numeric=True, least=6) for name in ("p50", "p95", "p99", "max")),
    Column("polls", is_numeric=True, least=6),
)


def draw(latency: Latency, threshold_ms: float, cells: int) -> list[Line]:
    """The header, then a row a view and reach."""
    return rows(_COLUMNS, _body(latency, threshold_ms), cells)


def _body(latency: Latency, threshold_ms: float) -> list[list[Span]]:
    body: list[list[Span]] = []
    for with_missed, view in ((False, "as measured"), (True, "with missed polls")):
        for reach in Reach:
            figures = latency.figures(reach, with_missed=with_missed)
            values: list[Span] = [
                (milliseconds(value), "warn" if value > threshold_ms else "text") if figures.count else ("–", "muted")
                for value in (figures.p50, figures.p95, figures.p99, figures.max)
            ]
            body.append([(f"{REACHES[reach]:>6}, {view}", "text"), *values, (f"{figures.count:,}", "muted")])
    return body
