"""A line to type in."""

from __future__ import annotations

from textual.widgets import Input

from rtdash.model.text import plain


class EntryLine(Input):
    """Textual's input without what would steer the terminal, also when it is pasted, and without a cursor that blinks:
    each blink is sent over the line.
    """

    def __init__(self, text: str, placeholder: str, *, id: str) -> None:  # noqa: A002 (Textual's name)
        super().__init__(text, placeholder, compact=True, id=id)
        self.cursor_blink = False

    def validate_value(self, value: str) -> str:
        """Only what can be printed."""
        return plain(value)
