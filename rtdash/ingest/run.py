"""The process `rtdash ingest`: the topics into their databases, rollups and housekeeping beside them."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from rtdash.errors import SettingsError, SourceError
from rtdash.ingest import rollups
from rtdash.ingest.chore import Chore
from rtdash.ingest.clickstream import ClickstreamSink
from rtdash.ingest.donations import DonationSink
from rtdash.ingest.housekeeping import housekeeping
from rtdash.ingest.incarnation import Incarnations
from rtdash.ingest.pipeline import PipelineWatch, load_donations
from rtdash.ingest.stream import Stream
from rtdash.settings import Settings
from rtdash.sources.kafka import CLICKSTREAM_TOPIC, DONATIONS_TOPIC

log = logging.getLogger(__name__)

_ENDING_S = 1.8
_LAST_BATCH_S = 1.0


def run(settings: Settings, stop: threading.Event) -> int:
    """Ingest until `stop` is set, then end within 2 s: 0, or 1 when a part failed for good, which ends the others.

    Raises SettingsError when an address is missing. A server that does not answer is waited for.
    """
    kafka = settings.kafka
    if not (kafka and settings.dsn_of_donations_owner and settings.dsn_of_citus_owner):
        raise SettingsError(
            "ingest needs the settings kafka_bootstrap_servers, donations_owner_dsn and citus_owner_dsn"
        )
    incarnations = Incarnations(kafka, settings.kafka_incarnation)
    clickstream_dsn, donations_dsn = settings.dsn_of_citus_owner, settings.dsn_of_donations_owner
    chores: list[Chore[Any]] = [*rollups.chores(clickstream_dsn), housekeeping(donations_dsn)]
    parts = _Parts(stop)
    donations = Stream(DonationSink(donations_dsn), kafka, incarnations.of)
    events = ClickstreamSink(clickstream_dsn)
    clickstream = Stream(events, kafka, incarnations.of)
    watch = PipelineWatch(donations_dsn).chore
    parts.start(DONATIONS_TOPIC, partial(load_donations, donations_dsn, donations, watch))
    parts.start(CLICKSTREAM_TOPIC, clickstream.run)
    for chore in chores:
        parts.start(chore.name, chore.run)
    log.info("ingest runs")
    stop.wait()
    deadline_s = time.monotonic() + _ENDING_S
    events.end_within(_LAST_BATCH_S)
    for chore in (*chores, watch):
        try:
            chore.interrupt()
        except SourceError as error:
            log.warning("%s: %s", chore.name, error)
    parts.join(deadline_s)
    return 1 if parts.failed else 0


class _Parts:
    """Threads that live until `stop`; when one fails, all end."""

    def __init__(self, stop: threading.Event) -> None:
        self._stop = stop
        self._threads: list[threading.Thread] = []
        self.failed = False

    def start(self, name: str, work: Callable[[threading.Event], None]) -> None:
        thread = threading.Thread(target=self._guard, args=(name, work), name=name, daemon=True)
        self._threads.append(thread)
        thread.start()

    def join(self, deadline_s: float) -> None:
        """Wait for all until then (`time.monotonic`); one that hangs in a dead server is left behind."""
        for thread in self._threads:
            thread.join(max(0.0, deadline_s - time.monotonic()))
            if thread.is_alive():
                log.warning("%s did not end in time", thread.name)

    def _guard(self, name: str, work: Callable[[threading.Event], None]) -> None:
        try:
            work(self._stop)
        except Exception:
            log.exception("%s failed", name)
            self.failed = True
            self._stop.set()
