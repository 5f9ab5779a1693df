"""What a drawn line says."""

from __future__ import annotations

from collections.abc import Iterable

from rtdash.widgets.drawing.spans import Line


def text(lines: Iterable[Line]) -> list[str]:
    """The text of each line."""
    return ["".join(part for part, _ in line) for line in lines]


def roles(line: Line) -> dict[str, str]:
    """The role of each part that is not blank."""
    return {part.strip(): role for part, role in line if part.strip()}
