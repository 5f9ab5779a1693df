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


def draw(status: Status, cells: int) -> Line:
    """One line of `cells`, with as many parts as fit, the most important first."""
    sides = (status.left, status.right)
    ranked = sorted(
        ((-importance, side, place) for side, parts in enumerate(sides) for place, (importance, _) in enumerate(parts))
    )
    # A blank stays between both sides, and one at the right.
    chosen: set[tuple[int, int]] = set()
    room = cells - 2
    for _, side, place in ranked:
        taken = width(sides[side][place][1])
        if side and any(other for other, _ in chosen):
            taken += width([_SEPARATOR])
        if taken <= room:
            chosen.add((side, place))
            room -= taken
    left, right = (
        [line for place, (_, line) in enumerate(parts) if (side, place) in chosen] for side, parts in enumerate(sides)
    )
    return fit((*_joined(left, ()), (" " * (room + 1), "text"), *_joined(right, (_SEPARATOR,)), (" ", "text")), cells)


def _joined(parts: Sequence[Line], between: Line) -> list[Span]:
    spans: list[Span] = []
    for line in parts:
        spans += (*(between if spans else ()), *line)
    return spans
