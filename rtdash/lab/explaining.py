"""A query that is explained on a connection of its own, as far as it can be ended from another thread."""

from __future__ import annotations

from rtdash.model.explanation import BreakOff


class Explaining:
    """What `stop` ends in place of a connection that only the explainer has."""

    def __init__(self) -> None:
        self._break_off: BreakOff | None = None

    def hand_out(self, break_off: BreakOff) -> None:
        """Take how it is ended."""
        self._break_off = break_off

    def cancel(self) -> None:
        """End it: servers see that nobody waits any more, or are told."""
        if self._break_off is not None:
            self._break_off()

    abandon = cancel
