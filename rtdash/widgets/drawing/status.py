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


def _joined(parts: Sequence[Line], *, separated: bool) -> list[Span]:
    spans: list[Span] = []
    for line in parts:
        if spans and separated:
            spans.append(_SEPARATOR)
        spans += line
    return spans


def draw(status: Status, cells: int) -> Line:
    """One line of `cells`, with as many parts as fit, the most important first."""
    sides = (status.left, status.right)
    ranked = sorted(
        ((-importance, side, place) for side, parts in enumerate(sides) for place, (importance, _) in enumerate(parts))
    )
    chosen: set[tuple[int, int]] = set()
    for _, side, place in ranked:
        if _room(_choose(sides, chosen | {(side, place)}), cells) >= 1:
            chosen.add((side, place))
    start, end = _choose(sides, chosen)
    return fit((*start, (" " * _room((start, end), cells), "text"), *end, (" ", "text")), cells)


def _choose(sides: Sequence[Sequence[tuple[int, Line]]], chosen: set[tuple[int, int]]) -> tuple[list[Span], list[Span]]:
    """The chosen parts of both sides, in their places."""
    kept = [
        [line for place, (_, line) in enumerate(parts) if (side, place) in chosen] for side, parts in enumerate(sides)
    ]
    return _joined(kept[0], separated=False), _joined(kept[1], separated=True)


def _room(ends: tuple[Sequence[Span], Sequence[Span]], cells: int) -> int:
    """Blank cells between both ends; a last one stays blank at the right."""
    return cells - width(ends[0]) - width(ends[1]) - 1
