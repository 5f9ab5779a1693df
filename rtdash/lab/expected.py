"""How long a study of the donations is expected to take: a rule of thumb, until the steps themselves tell better."""

from __future__ import annotations

from collections.abc import Sequence

from rtdash.lab.layout import Layout, Text
from rtdash.model.lab import Phase

_MAKE_S = 0.3
_DROP_S = 0.5
_ROW_MADE_S = 1.5e-6
_ROW_STORED_S = {Text.WORKSHOP: 6e-6, Text.OURS: 8e-6}
_ROW_READ_S = 0.35e-6
_ROW_CHANGED_S = 5e-6
_TURN_S = 0.5
_QUERIES = 7


def plan(layouts: Sequence[Layout], rows: int, runs: int, rounds: int) -> list[tuple[Phase, float]]:
    """The steps in their order, and what each is expected to take, s."""
    workshops = sum(layout.text is Text.WORKSHOP for layout in layouts)
    stored_s = _ROW_MADE_S + sum(_ROW_STORED_S[layout.text] for layout in layouts)
    # Half of all rows are those of the campaign that is asked about.
    read_s = rows * _ROW_READ_S
    turn_s = _QUERIES * (workshops * max(_TURN_S, read_s) + (len(layouts) - workshops) * _TURN_S)
    one = [
        (Phase.MAKING, len(layouts) * _MAKE_S),
        (Phase.FILLING, rows * stored_s),
        (Phase.MEASURING, (rounds + 1) * turn_s),
        (Phase.CHECKING, workshops * read_s * (_QUERIES - 2)),
        (Phase.STARTING, 1.0 + workshops * rows / 2 * _ROW_CHANGED_S),
        (Phase.CLEANING, len(layouts) * _DROP_S),
    ]
    return one * runs
