"""Whose SQL a panel is asked, and whose answer it shows."""

from __future__ import annotations

from rtdash.panels.spec import PanelSpec
from rtdash.widgets.drawing.spans import Span, width

SHOWN = (" workshop's SQL ", " workshop's ", " W ")
AWAITED = (" workshop's SQL awaited ", " workshop's … ", " W… ")
"""From the longest to the shortest."""


def mark(asked: PanelSpec, answered_by: str, cells: int) -> list[Span]:
    """For a panel that is now asked by `asked`, in so many cells, or in as few as there must be; nothing for our SQL.

    After a switch what the other SQL has answered stays, so it is told of what is shown.
    """
    is_own = answered_by == asked.id
    if not asked.stands_for and (is_own or not answered_by):
        return []
    forms = AWAITED if asked.stands_for and not is_own else SHOWN
    return [(next((form for form in forms if width([(form, "")]) <= cells), forms[-1]), "accent")]
