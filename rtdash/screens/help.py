"""Every key, and what each panel shows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from rtdash.panels.spec import PanelSpec


class HelpScreen(ModalScreen[None]):
    """Opened by `?`, closed by any of the usual keys."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,question_mark,q,enter", "dismiss", "Close", show=False)]

    def __init__(self, bindings: Sequence[Binding], specs: Sequence[PanelSpec]) -> None:
        super().__init__()
        self._listed = bindings
        self._specs = specs

    def compose(self) -> ComposeResult:
        """Keys first, then the panels, from the same texts that the footer and the panel files have."""
        parts: list[Content | str] = [Content.styled("Keys\n", "bold")]
        for binding in self._listed:
            key = (binding.key_display or binding.key).ljust(8)
            parts += [Content.styled(f"  {key}", "$accent"), f" {binding.tooltip or binding.description}\n"]
        parts += ["\n", Content.styled("Panels\n", "bold")]
        for spec in self._specs:
            if not (spec.is_probe or spec.stands_for):
                parts += [f"  {spec.title}\n", Content.styled(f"      {spec.help}\n", "$text-muted")]
        with VerticalScroll(id="help"):
            yield Static(Content.assemble(*parts), markup=False)
            yield Static("Esc closes", id="help-foot")
