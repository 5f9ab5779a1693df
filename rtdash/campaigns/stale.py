"""Gives up campaigns whose runner fell silent, when we know that it was the runner and not the database."""

from __future__ import annotations

import time
from collections.abc import Callable

from rtdash.campaigns.store import CampaignStore
from rtdash.errors import SourceError

SILENT_S = 5.0
"""A runner that says nothing for so long is lost; it says something four times a second."""
_LONGEST_GAP_S = 2.0


class StaleWatch:
    """`look` about once a second. It judges only after the database has answered it throughout `SILENT_S`."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._since_s: float | None = None
        self._last_s = 0.0

    def look(self, store: CampaignStore) -> int:
        """Close what is stale; how many campaigns. Raises SourceError, and then begins to watch anew."""
        now_s = self._clock()
        if self._since_s is None or now_s - self._last_s > _LONGEST_GAP_S:
            self._since_s = now_s
        self._last_s = now_s
        try:
            # Heartbeats wait for the same server as we do: only after a quick answer is silence the runner's.
            store.ping()
            answered_s = self._clock()
            if answered_s - now_s > _LONGEST_GAP_S:
                self._since_s = self._last_s = answered_s
            if now_s - self._since_s < SILENT_S:
                return 0
            return store.close_stale(SILENT_S)
        except SourceError:
            self._since_s = None
            raise
