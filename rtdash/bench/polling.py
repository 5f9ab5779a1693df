"""The dashboard without a screen: the real scheduler polls, and somebody else than a screen takes the samples."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import Self

from rtdash.model.data import Table
from rtdash.model.sample import Sample
from rtdash.model.visibility import COVERED_BY, SPAN_S, Visibility
from rtdash.panels.spec import PanelSpec, Source
from rtdash.scheduler.scheduler import Scheduler
from rtdash.settings import Settings
from rtdash.sources.connection import Connector


class Polling:
    """Lanes run while a `with` block lasts; `watch` asks, and takes the samples on its own thread.

    A donation counts as visible when a sample that covers it has been taken: nothing is painted. Percentiles of that
    are over the last `span_s`.
    """

    def __init__(
        self,
        specs: Iterable[PanelSpec],
        connectors: Mapping[Source, Connector],
        settings: Settings,
        span_s: float = SPAN_S,
    ) -> None:
        self._interval_s = settings.interval_ms / 1000
        self._scheduler = Scheduler(
            specs,
            connectors,
            interval_s=self._interval_s,
            lanes=settings.lanes,
            deadline_s=settings.deadline_s,
            variables={"customer_id": 1, "after_arrival": time.time_ns() // 1000},
        )
        self._samples: SimpleQueue[Sample] = SimpleQueue()
        self.visibility = Visibility(span_s)

    def watch(self, until: Callable[[], bool], take: Callable[[Sample], object]) -> None:
        """Poll as the screen's clock does, until `until` is true; `take` is given every sample."""
        tick_s = time.monotonic()
        while not until():
            self._scheduler.tick(time.monotonic())
            tick_s += self._interval_s
            with suppress(Empty):
                while (left_s := tick_s - time.monotonic()) > 0:
                    sample = self._samples.get(timeout=left_s)
                    take(sample)
                    self._see(sample)

    def missed(self) -> Mapping[str, int]:
        """Ticks that each panel has missed since the start."""
        return self._scheduler.missed()

    def _see(self, sample: Sample) -> None:
        if sample.panel_id == "arrivals" and isinstance(sample.data, Table):
            self.visibility.arrived(sample.data, sample.started_at, sample.finished_at)
            if self.visibility.after_arrival is not None:
                self._scheduler.variables["after_arrival"] = self.visibility.after_arrival
        elif sample.panel_id == COVERED_BY and sample.error is None:
            self.visibility.painted(sample.started_at, time.monotonic())

    def __enter__(self) -> Self:
        self._scheduler.start(self._samples.put)
        return self

    def __exit__(self, *_: object) -> None:
        self._scheduler.stop()
