"""Every key, and what each panel shows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.theme import Theme

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
    """Opened by `?`, closed by any of the usual keys. Always the same, so one is kept while the app runs."""

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
        self.app.theme_changed_signal.subscribe(self, self._restyle)

    def _restyle(self, _: Theme) -> None:
        """While it is not shown, nobody else does."""
        self.update_node_styles(animate=False)

    def rewind(self) -> None:
        """Begin at its top."""
        self._pane.rewind()
