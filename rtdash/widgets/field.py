"""A box of fields to fill in. Labels, hints and errors are lines of the box: widgets are only what hears keys."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from textual.app import ComposeResult
from textual.binding import Binding
from textual.events import DescendantBlur, DescendantFocus
from textual.widget import Widget

from rtdash.widgets.box import Box
from rtdash.widgets.drawing.spans import Line, Span, width

LABEL = 15
"""Cells before what is entered."""


@dataclass(frozen=True, slots=True)
class Field:
    """A part of a form: its label, what can be entered, and below it a hint, or what is wrong with what was entered.

    They share a line, so that nothing moves when something is wrong.
    """

    label: str
    hint: str
    contents: Sequence[tuple[Widget, int] | str]
    """From the left: widgets, each with the cells that it takes, and words."""
    rows: int = 1


class Form(Box, can_focus=False):
    """Places the widgets of its fields, by name, on its lines."""

    def __init__(self, title: str, fields: dict[str, Field], bindings: Sequence[Binding], *, id: str) -> None:  # noqa: A002 (Textual's name)
        super().__init__(title, bindings, id=id)
        self._fields = fields
        self._errors: dict[str, str] = {}
        self._focused: Widget | None = None
        for row, field in self._rows():
            for start, widget, cells in _places(field):
                widget.styles.position = "absolute"
                widget.styles.offset = (start + 1, row + 1)
                widget.styles.width = cells
                widget.styles.height = field.rows

    def _rows(self) -> Iterable[tuple[int, Field]]:
        """The fields, and in which of its lines each begins."""
        row = 0
        for field in self._fields.values():
            yield row, field
            row += field.rows + 1

    def compose(self) -> ComposeResult:
        """What hears keys, in the order of Tab."""
        for field in self._fields.values():
            yield from _widgets(field)
        yield from super().compose()

    def on_resize(self) -> None:
        """Leave out the widgets whose lines have no room."""
        for row, field in self._rows():
            for widget in _widgets(field):
                # Else Textual would lay all of it out once more.
                if widget.display is not (fits := row + field.rows <= self.rows):
                    widget.display = fits

    def set_error(self, name: str, error: str) -> None:
        """Say what is wrong with a field, or nothing any more."""
        self._errors[name] = error
        self.redraw()

    def lines(self) -> list[Line]:
        """Two lines a field, or more."""
        lines: list[Line] = []
        for name, field in self._fields.items():
            is_focused = self._focused in _widgets(field)
            line: list[Span] = [(f" {field.label}".ljust(LABEL), "accent" if is_focused else "text")]
            for start, word in _words(field):
                line += [(" " * (start - width(line)), "text"), (word, "muted")]
            error = self._errors.get(name)
            below = (f"✗ {error}", "error") if error else (field.hint, "muted")
            lines += [tuple(line), *[()] * (field.rows - 1), ((" " * (LABEL + 1), "text"), below)]
        return lines

    def hidden_trouble(self) -> list[Span]:
        """The first error that has no room: it keeps the form from being taken."""
        for (row, field), name in zip(self._rows(), self._fields, strict=True):
            if row + field.rows >= self.rows and (error := self._errors.get(name)):
                return [(f" ✗ {field.label}: {error} ", "error")]
        return []

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        """Show that the keys are here."""
        self._focused = event.widget
        self.redraw()

    def on_descendant_blur(self, event: DescendantBlur) -> None:
        """Show that they are elsewhere."""
        if self._focused is event.widget:
            self._focused = None
            self.redraw()


def _spread(field: Field) -> Iterable[tuple[int, tuple[Widget, int] | str]]:
    """Where in a line each of the contents begins."""
    start = LABEL
    for content in field.contents:
        yield start, content
        start += 1 + (len(content) if isinstance(content, str) else content[1])


def _places(field: Field) -> list[tuple[int, Widget, int]]:
    return [(start, *content) for start, content in _spread(field) if not isinstance(content, str)]


def _words(field: Field) -> list[tuple[int, str]]:
    return [(start, content) for start, content in _spread(field) if isinstance(content, str)]


def _widgets(field: Field) -> list[Widget]:
    return [widget for _, widget, _ in _places(field)]
