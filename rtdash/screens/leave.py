"""Asks what becomes of our campaigns when the dashboard is left."""

from __future__ import annotations

from typing import ClassVar, Literal

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widgets import Button, Static

Choice = Literal["stop", "leave", "stay"]


class LeaveScreen(ModalScreen[Choice]):
    """Dismissed with what to do."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s", "choose('stop')", "Stop it"),
        Binding("l", "choose('leave')", "Leave it running"),
        Binding("escape", "choose('stay')", "Stay"),
    ]

    def __init__(self, own: int) -> None:
        super().__init__()
        self._own = own

    def compose(self) -> ComposeResult:
        """The question and its three answers."""
        one = self._own == 1
        it = "it" if one else "them"
        with Vertical(id="leave"):
            yield Static(
                "A campaign that you started is still running."
                if one
                else f"{self._own} campaigns that you started are still running."
            )
            with Horizontal():
                yield Button(f"s  Stop {it}", id="stop", compact=True)
                yield Button(f"l  Leave {it} running", id="leave-running", compact=True)
                yield Button("Esc  Stay", id="stay", compact=True)

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """A button is the same as its key."""
        choices: dict[str | None, Choice] = {"stop": "stop", "leave-running": "leave"}
        self.dismiss(choices.get(event.button.id, "stay"))

    def action_choose(self, choice: Choice) -> None:
        """Dismiss with the choice."""
        self.dismiss(choice)
