"""Why a query is slow: the server is asked for its plan when the screen opens, and again on request."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable
from datetime import tzinfo
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from rtdash.errors import RtdashError
from rtdash.messages import WhyAnswered
from rtdash.model.explanation import BreakOff, Explanation, HandOut
from rtdash.model.question import Question
from rtdash.screens.above import Above
from rtdash.widgets.drawing.why import Asking, Failed
from rtdash.widgets.keys import KeysLine
from rtdash.widgets.why import WhyPane

_log = logging.getLogger(__name__)

PROGRESS_S = 0.25

WHY_BINDINGS = (
    Binding("r", "screen.again", "Explain again", tooltip="While a query is explained: ask its server once more"),
    Binding("escape,q", "screen.dismiss", "Close", key_display="Esc", tooltip="Close the explanation"),
)
"""Heard while an explanation is shown."""


class WhyScreen(Above[None]):
    """`ask` tells the question as it is now; `explain` blocks, and is called in a thread with what takes its end."""

    BINDINGS: ClassVar[list[BindingType]] = [*WHY_BINDINGS]

    def __init__(
        self,
        ask: Callable[[], Question],
        explain: Callable[[HandOut], Explanation],
        deadline_s: float,
        *,
        zone: tzinfo,
        clock: Callable[[], float],
    ) -> None:
        super().__init__()
        self._ask = ask
        self._explain = explain
        self._deadline_s = deadline_s
        self._clock = clock
        self._asked_at: float | None = None
        self._break_off: BreakOff | None = None
        self._is_left = False
        self._pane = WhyPane(ask(), zone)

    def compose(self) -> ComposeResult:
        """All of it in one pane, and the keys."""
        yield self._pane
        yield KeysLine(WHY_BINDINGS, keep=frozenset())

    def on_mount(self) -> None:
        """Ask at once."""
        self._pane.focus()
        self.set_interval(PROGRESS_S, self._progress)
        self.action_again()

    def action_again(self) -> None:
        """Ask the server, unless it is being asked."""
        if self._asked_at is not None:
            return
        self._asked_at = self._clock()
        self._pane.question = self._ask()
        self._progress()
        threading.Thread(target=self._answer, name="explain", daemon=True).start()

    def hand_out(self, break_off: BreakOff) -> None:
        """Take how to end what runs from now on; called in the thread that explains, perhaps when all have left."""
        self._break_off = break_off
        if self._is_left:
            break_off()

    def on_unmount(self) -> None:
        """Nobody waits for an answer any more: the server is told so."""
        self._is_left = True
        if self._asked_at is not None and self._break_off is not None:
            # Waited for by nothing but the end of the event loop.
            asyncio.get_running_loop().run_in_executor(None, self._break_off)

    def _progress(self) -> None:
        if self._asked_at is not None:
            self._pane.set_outcome(Asking(self._clock() - self._asked_at, self._deadline_s))

    def _answer(self) -> None:
        """The one place where any exception becomes a line."""
        try:
            answered = WhyAnswered(self._explain(self.hand_out))
        except RtdashError as error:
            answered = WhyAnswered(None, str(error))
        except Exception as error:  # noqa: BLE001 (each is said, and one that is not ours is logged)
            _log.exception("a query could not be explained")
            answered = WhyAnswered(None, f"{type(error).__name__} (see the log)")
        self.post_message(answered)

    def on_why_answered(self, message: WhyAnswered) -> None:
        """Show what came of it."""
        self._asked_at = self._break_off = None
        self._pane.set_outcome(message.explanation or Failed(message.error))
