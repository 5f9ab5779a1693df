"""Rows and columns: numbers at the right, text at the left, cut only where it is the last."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo

from rich.cells import cell_len

from rtdash.model.data import Flag, Table
from rtdash.widgets.drawing.numbers import cell
from rtdash.widgets.drawing.spans import Line, Span, fit, left, right

SIGNS: dict[Flag, str] = {None: "", "warn": "▲", "error": "✗"}


_WORTH = 12
"""Cells of a text that is cut: less say nothing."""


def rows(
    header: Sequence[str],
    body: Sequence[Sequence[Span]],
    numeric: Sequence[bool],
    width: int,
    *,
    cuts_text: bool = False,
) -> list[Line]:
    """Lines of a table, the header first. Columns that do not fit are left out from the right, whole.

    With `cuts_text` the first of them takes what is left, when it is a text and that is worth it.
    """
    widths = [
        max([cell_len(name), *(cell_len(row[index][0]) for row in body)], default=0)
        for index, name in enumerate(header)
    ]
    shown = len(header)
    while shown > 1 and sum(widths[:shown]) + 2 * shown > width:
        shown -= 1
    left_over = width - sum(widths[:shown]) - 2 * shown - 2
    if cuts_text and shown < len(header) and not numeric[shown] and left_over >= _WORTH:
        widths[shown] = left_over
        shown += 1

    def line(cells: Sequence[Span]) -> Line:
        spans: list[Span] = []
        for index in range(shown):
            text, role = cells[index]
            align = right if numeric[index] else left
            spans.append((("  " if index else " ") + align(text, widths[index]), role))
        return fit(spans, width)

    return [line([(name, "muted") for name in header]), *(line(row) for row in body)]


def draw(table: Table, zone: tzinfo, width: int) -> list[Line]:
    """Any query's rows, times in `zone`; the header is the first line."""
    if not table.rows:
        return [fit(((" no rows", "muted"),), width)]
    numeric = [all(not isinstance(row[index], str) for row in table.rows) for index in range(len(table.columns))]
    flags: Sequence[Flag] = table.flags or (None,) * len(table.rows)
    body = [[(cell(value, zone), flag or "text") for value in row] for row, flag in zip(table.rows, flags, strict=True)]
    if not table.flags:
        return rows(table.columns, body, numeric, width, cuts_text=True)
    # The sign says it where colours do not. Its column stays when no row has one, so that nothing moves sideways.
    signed = [[(SIGNS[flag], flag or "text"), *spans] for flag, spans in zip(flags, body, strict=True)]
    return rows((" ", *table.columns), signed, [False, *numeric], width, cuts_text=True)
