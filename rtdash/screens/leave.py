"""Asks what becomes of our campaigns when the dashboard is left."""

from __future__ import annotations

from typing import ClassVar, Literal

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from rtdash.screens.above import Overlay
from rtdash.widgets.box import Notice

Choice = Literal["stop", "leave", "stay"]


def answers(them: str) -> tuple[Binding, ...]:
    """What may become of `them`."""
    return (
        Binding("s", "screen.choose('stop')", f"Stop {them}"),
        Binding("l", "screen.choose('leave')", f"Leave {them} running"),
        Binding("escape", "screen.choose('stay')", "Stay", key_display="Esc"),
    )


class LeaveScreen(Overlay[Choice]):
    """Dismissed with what to do."""

    BINDINGS: ClassVar[list[BindingType]] = [*answers("them")]

    def __init__(self, own: int) -> None:
        super().__init__()
        self._own = own

    def compose(self) -> ComposeResult:
        """The question and its three answers."""
        they, them = ("A campaign that you started is", "it")
        if self._own > 1:
            they, them = (f"{self._own} campaigns that you started are", "them")
        yield Notice("Leave", [(), ((f" {they} still running.", "text"),)], answers(them), id="leave")

    def action_choose(self, choice: Choice) -> None:
        """Dismiss with the choice."""
        self.dismiss(choice)
