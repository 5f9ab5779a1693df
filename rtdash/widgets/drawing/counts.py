"""Counts one below the other; an estimate carries its ±."""

from __future__ import annotations

from rich.cells import cell_len

from rtdash.model.data import Counts
from rtdash.widgets.drawing.numbers import rounded
from rtdash.widgets.drawing.spans import Line, fit, left, right


def draw(counts: Counts, width: int, height: int) -> list[Line]:
    """Label, count, and one standard error where the count is an estimate."""
    if not counts.items:
        return [fit(((" nothing in this window", "muted"),), width)]
    values = [rounded(item.value) for item in counts.items]
    errors = ["" if item.error is None else f"±{rounded(item.error)}" for item in counts.items]
    error_width = max(len(error) for error in errors)
    label_width = max(cell_len(item.label) for item in counts.items)
    # A number is never cut; where there is no room its label is.
    label_width = max(1, min(label_width, width - max(len(value) for value in values) - error_width - 3))
    value_width = max(max(len(value) for value in values), min(13, width - label_width - error_width - 4))
    return [
        fit(
            (
                (f" {left(item.label, label_width)} ", "text"),
                (right(value, value_width), "strong"),
                (f" {right(error, error_width)}", "muted"),
            ),
            width,
        )
        for item, value, error in zip(counts.items, values, errors, strict=True)
    ][:height]
