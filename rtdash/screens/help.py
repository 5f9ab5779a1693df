"""Every key, and what each panel shows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from rtdash.panels.spec import PanelSpec
from rtdash.screens.above import Above
from rtdash.widgets.help import HelpPane
from rtdash.widgets.keys import KeysLine

HELP_BINDINGS = (
    Binding("escape", "screen.dismiss", "Close", key_display="Esc"),
    Binding("question_mark,q,enter", "screen.dismiss", "Close", show=False),
)
"""Heard while the help is shown."""


class HelpScreen(Above[None]):
    """Opened by `?`, closed by any of the usual keys."""

    BINDINGS: ClassVar[list[BindingType]] = [*HELP_BINDINGS]

    def __init__(self, bindings: Sequence[Binding], specs: Sequence[PanelSpec]) -> None:
        super().__init__()
        self._pane = HelpPane(bindings, specs)

    def compose(self) -> ComposeResult:
        """All of it in one pane, and the keys."""
        yield self._pane
        yield KeysLine(HELP_BINDINGS, keep=frozenset())

    def on_mount(self) -> None:
        """It is scrolled at once."""
        self._pane.focus()
