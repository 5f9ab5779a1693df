"""A part of a form: its label, what can be entered, and below it a hint, or what is wrong with what was entered."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widget import Widget
from textual.widgets import Static


class Field(Horizontal):
    """Hint and error share a line, so that nothing moves when something is wrong."""

    def __init__(self, label: str, hint: str, *contents: Widget, id: str) -> None:  # noqa: A002 (Textual's name)
        super().__init__(id=id)
        self._label, self._hint, self._contents = label, hint, contents
        self._below = Static(hint, classes="below", markup=False)

    def compose(self) -> ComposeResult:
        """The label at the left, the rest beside it."""
        yield Static(self._label, classes="label", markup=False)
        with Vertical():
            yield Horizontal(*self._contents)
            yield self._below

    def set_error(self, error: str) -> None:
        """Say what is wrong, or nothing any more."""
        self.set_class(bool(error), "-wrong")
        self._below.update(f"✗ {error}" if error else self._hint)

    def on_descendant_focus(self) -> None:
        """Show that the keys are here."""
        self.add_class("-focused")

    def on_descendant_blur(self) -> None:
        """Show that they are elsewhere."""
        self.remove_class("-focused")
