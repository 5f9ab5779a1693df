"""The status line: what runs, how the servers answer, what time it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rtdash.widgets.drawing.spans import Line, Span, fit, width

_SEPARATOR: Span = (" ▏", "border")


@dataclass(frozen=True, slots=True)
class Status:
    """What the status line says. Parts are (importance, spans); the least important go when there is no room."""

    left: tuple[tuple[int, Line], ...] = ()
    right: tuple[tuple[int, Line], ...] = ()


def _joined(parts: Sequence[tuple[int, Line]], least: int, *, separated: bool) -> list[Span]:
    spans: list[Span] = []
    for importance, line in parts:
        if importance >= least:
            if spans and separated:
                spans.append(_SEPARATOR)
            spans += line
    return spans


def draw(status: Status, cells: int) -> Line:
    """One line of `cells`, with as many parts as fit."""
    for least in range(1, 10):
        start = _joined(status.left, least, separated=False)
        end = _joined(status.right, least, separated=True)
        gap = cells - width(start) - width(end) - 1
        if gap >= 1:
            return (*start, (" " * gap, "text"), *end, (" ", "text"))
    return fit(start, cells)
