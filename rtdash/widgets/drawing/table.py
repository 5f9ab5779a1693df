"""Rows and columns: numbers at the right, text at the left, cut only where it is the last."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import tzinfo

from rich.cells import cell_len

from rtdash.model.data import Flag, Table
from rtdash.widgets.drawing.numbers import cell
from rtdash.widgets.drawing.spans import Line, Span, fit, left, right

SIGNS: dict[Flag, str] = {None: "", "warn": "▲", "error": "✗"}
CURSOR = "❯"
"""Marks the row that the keys act on."""
_ORDERED = " ▼"
"""Marks the column by which rows are ordered."""
_WORTH = 12
"""Cells of a text that is cut: less say nothing."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column's name, and how it is laid out."""

    name: str
    is_numeric: bool = False
    least: int = 0
    """Cells that it takes at least, so that nothing moves while its numbers grow."""
    rank: int = 0
    """Where there is no room, those of the highest rank are left out first, and of these the rightmost."""


def rows(
    columns: Sequence[Column], body: Sequence[Sequence[Span]], width: int, *, cuts_text: bool = False
) -> list[Line]:
    """Lines of a table, the header first. Columns that do not fit are left out whole, all but one.

    With `cuts_text` the last that was left out takes what room there is, when it is a text and that is worth it.
    """
    widths = [
        max([cell_len(column.name), column.least, *(cell_len(row[index][0]) for row in body)])
        for index, column in enumerate(columns)
    ]
    going = sorted(range(len(columns)), key=lambda index: (columns[index].rank, index))
    shown = set(going)
    left_out: int | None = None
    while len(shown) > 1 and sum(widths[index] for index in shown) + 2 * len(shown) > width:
        left_out = going[len(shown) - 1]
        shown.remove(left_out)
    left_over = width - sum(widths[index] for index in shown) - 2 * len(shown) - 2
    if cuts_text and left_out is not None and not columns[left_out].is_numeric and left_over >= _WORTH:
        widths[left_out] = left_over
        shown.add(left_out)
    placed = sorted(shown)

    def line(cells: Sequence[Span]) -> Line:
        spans: list[Span] = []
        for index in placed:
            text, role = cells[index]
            align = right if columns[index].is_numeric else left
            spans.append((("  " if spans else " ") + align(text, widths[index]), role))
        return fit(spans, width)

    return [line([(column.name, "muted") for column in columns]), *(line(row) for row in body)]


def ordered(name: str, sort: str) -> str:
    """The name of a column in the header, when rows are ordered by the column `sort`."""
    return name + _ORDERED if name == sort else name


def marked(line: Line) -> Line:
    """A row with the cursor in its first cell, which is blank in every row."""
    (first, role), *others = line
    return ((CURSOR, "accent"), (first[1:], role), *others)


def column_at(header: Line, cell: int) -> str:
    """The name of the column in which this cell of the header lies; nothing behind the last one."""
    end = 0
    for text, _role in header:
        end += cell_len(text)
        if cell < end:
            return text.strip().removesuffix(_ORDERED)
    return ""


def draw(table: Table, zone: tzinfo, width: int) -> list[Line]:
    """Any query's rows, times in `zone`; the header is the first line."""
    if not table.rows:
        return [fit(((" no rows", "muted"),), width)]
    columns = [
        Column(name, is_numeric=all(not isinstance(row[index], str) for row in table.rows))
        for index, name in enumerate(table.columns)
    ]
    flags: Sequence[Flag] = table.flags or (None,) * len(table.rows)
    body = [[(cell(value, zone), flag or "text") for value in row] for row, flag in zip(table.rows, flags, strict=True)]
    if not table.flags:
        return rows(columns, body, width, cuts_text=True)
    # The sign says it where colours do not. Its column stays when no row has one, so that nothing moves sideways.
    signed = [[(SIGNS[flag], flag or "text"), *spans] for flag, spans in zip(flags, body, strict=True)]
    return rows([Column(" "), *columns], signed, width, cuts_text=True)
