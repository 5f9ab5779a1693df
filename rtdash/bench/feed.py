"""Sends messages to ingest and watches them arrive."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from rtdash.bench.routes import Route, ask
from rtdash.campaigns.delivery import Delivery
from rtdash.errors import RtdashError

# Uncompressed. The built-in broker keeps 5 MB of a partition and drops the oldest, and partitions do not fill evenly.
_MOST_WAITING_BYTES = 12_000_000
_A_SLICE = 2_000
_LOOK_S = 0.01
_SILENT_S = 60.0
_DELIVERED = "SELECT COALESCE(SUM(loaded), 0), COALESCE(SUM(dead + duplicates + lost), 0) FROM ingest_offsets"


class Feed:
    """The messages of one route through Kafka into its database, no faster than ingest takes them."""

    def __init__(self, route: Route, delivery: Delivery, connection: Any) -> None:
        self._route = route
        self._delivery = delivery
        self._connection = connection
        self._most_waiting = _MOST_WAITING_BYTES // len(route.messages[0])
        self._sent = 0
        self._loaded = 0

    def rows_per_s(self, check: Callable[[], None]) -> float:
        """Send all, and wait until all are stored: the rate from the first look that found some to the last.

        `check` raises when ingest has ended. Raises RtdashError when it falls silent, or a message went astray.
        """
        first, first_s = 0, 0.0
        looked_s = found_s = time.monotonic()
        while self._loaded < len(self._route.messages):
            self._send()
            if time.monotonic() - looked_s < _LOOK_S:
                continue
            looked_s = time.monotonic()
            if self._look():
                found_s = time.monotonic()
                if not first:
                    first, first_s = self._loaded, found_s
            elif looked_s - found_s > _SILENT_S:
                raise RtdashError(f"{self._route.topic}: ingest has loaded nothing for {_SILENT_S:.0f} s")
            else:
                check()
        self._route.verify(self._connection, self._route.rows_stored, *self._route.sums_stored)
        return (self._loaded - first) / (found_s - first_s)

    def _send(self) -> None:
        """A slice; or wait for reports when all was sent, or too much waits."""
        messages = self._route.messages
        if self._sent == len(messages) or self._sent - self._loaded > self._most_waiting - _A_SLICE:
            self._delivery.take_reports(_LOOK_S)
            return
        some = messages[self._sent : self._sent + _A_SLICE]
        self._delivery.send(self._route.topic, [{"value": message} for message in some])
        self._delivery.take_reports()
        self._sent += len(some)

    def _look(self) -> bool:
        """Whether more is loaded than before."""
        before = self._loaded
        self._loaded, astray = map(int, ask(self._connection, _DELIVERED))
        if astray:
            raise RtdashError(f"{self._route.topic}: {astray} messages were lost, refused or taken for duplicates")
        return self._loaded > before
