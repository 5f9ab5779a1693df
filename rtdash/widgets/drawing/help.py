"""Every key, and what each panel shows, from the same texts that the footer and the panel files have."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from textual.binding import Binding

from rtdash.panels.spec import PanelSpec
from rtdash.widgets.drawing import frame
from rtdash.widgets.drawing.spans import Line, beside, fit, left, wrapped

_WIDE = 150
"""Cells in which keys and panels have room beside each other."""
_KEYS_CELLS = 0.55
"""The share of the keys in them."""
_KEY = 7
_INDENT = 3


def draw(bindings: Sequence[Binding], specs: Sequence[PanelSpec], cells: int) -> list[Line]:
    """Keys first, then the panels, or beside each other: lines of `cells`."""
    if cells < _WIDE:
        return [*_keys(bindings, cells), *_panels(specs, cells)]
    keys_cells = round(_KEYS_CELLS * cells)
    return beside([*_keys(bindings, keys_cells)], [*_panels(specs, cells - keys_cells)])


def _keys(bindings: Sequence[Binding], cells: int) -> Iterator[Line]:
    yield frame.rule("Keys", cells)
    for binding in bindings:
        key = left(binding.key_display or binding.key, _KEY)
        for part in wrapped(binding.tooltip or binding.description, cells - _KEY - 2):
            yield fit(((f" {key} ", "key"), (part, "text")), cells)
            key = " " * _KEY


def _panels(specs: Sequence[PanelSpec], cells: int) -> Iterator[Line]:
    yield frame.rule("Panels", cells)
    for spec in specs:
        if spec.is_probe or spec.stands_for:
            continue
        yield fit(((f" {spec.title}", "title"),), cells)
        for part in wrapped(spec.help, cells - _INDENT - 1):
            yield fit(((" " * _INDENT + part, "muted"),), cells)
