"""The table of campaigns: what was wanted and made, what has arrived, how long it lasts."""

from __future__ import annotations

from collections.abc import Sequence

from rtdash.model.typed import shown_rate
from rtdash.widgets.drawing.numbers import grouped, rounded
from rtdash.widgets.drawing.record import (
    Record,
    campaign_id,
    cities,
    counts,
    elapsed,
    is_braked,
    is_live,
    note,
    number,
    remaining,
    sign,
    state,
    text,
)
from rtdash.widgets.drawing.spans import Line, Span, fit, left
from rtdash.widgets.drawing.table import CURSOR, Column, rows

COLUMNS = (
    Column(""),
    Column("name", least=8),
    Column("state", least=8),
    Column("per s", is_numeric=True, least=len("50,000 of 50,000")),
    Column("generated", is_numeric=True, rank=4),
    Column("acked", is_numeric=True, least=9, rank=5),
    Column("loaded", is_numeric=True, least=11),
    Column("raised", is_numeric=True, least=11, rank=2),
    Column("elapsed", is_numeric=True, least=8, rank=3),
    Column("remaining", is_numeric=True, least=len("in 00:00:00"), rank=1),
    Column("cities", rank=6),
    Column("", rank=7),
)
"""The last one is the note. Without room the table keeps what the presenter steers by: state, rate, what is loaded."""
_WIDE = 150
_LONGEST_NAME = {True: 20, False: 12}
"""Cells of a name, in a table that is wide and in one that is not: numbers need the room."""


def _rate(record: Record) -> Span:
    wanted = round(number(record, "rate_per_s"))
    real = f"{grouped(round(number(record, 'real_rate_per_s')))} of " if is_live(record) else ""
    return real + shown_rate(wanted), "warn" if is_braked(record) else "text" if is_live(record) else "muted"


def _cells(record: Record, longest: int, *, is_chosen: bool) -> list[Span]:
    mark, role = sign(record)
    name, counted = text(record, "name"), counts(record)
    return [
        (f"{CURSOR if is_chosen else ' '} {mark}", role),
        (left(name, longest).rstrip(), "accent" if is_chosen else "strong"),
        state(record),
        _rate(record),
        (grouped(counted.generated), "text"),
        (grouped(counted.acked), "text"),
        (grouped(counted.loaded) + (" =" if counted.is_settled else ""), "good" if counted.is_settled else "text"),
        (rounded(number(record, "raised"), "eur"), "strong"),
        (elapsed(record), "text"),
        (remaining(record), "text"),
        (cities(record), "muted"),
        note(record),
    ]


def draw(records: Sequence[Record], chosen: int | None, cells: int) -> list[Line]:
    """The header, then a row a campaign in their order; that of the campaign `chosen` is marked."""
    if not records:
        empty = ((" no campaign yet: ", "muted"), ("s", "accent"), (" starts one, ", "muted"), ("S", "accent"))
        return [fit((*empty, (" asks for its settings first", "muted")), cells)]
    longest = _LONGEST_NAME[cells >= _WIDE]
    body = [_cells(record, longest, is_chosen=campaign_id(record) == chosen) for record in records]
    return rows(COLUMNS, body, cells, cuts_text=True)
