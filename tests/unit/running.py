"""A scheduler that runs against servers in memory, and is stopped whatever the test does."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from rtdash.panels.spec import PanelSpec, Source
from rtdash.scheduler.scheduler import Scheduler
from tests.unit.server import Samples, Server, eventually, lane_threads_end

INTERVAL_S = 0.25


@contextmanager
def running(
    specs: list[PanelSpec],
    servers: Server | Mapping[Source, Server],
    samples: Samples,
    *,
    lanes: int = 2,
    deadline_s: float = 100.0,
    budget: float | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> Iterator[Scheduler]:
    by_source = {Source.DONATIONS: servers} if isinstance(servers, Server) else servers
    with lane_threads_end():
        scheduler = Scheduler(
            specs,
            {source: server.connect for source, server in by_source.items()},
            interval_s=INTERVAL_S,
            lanes=lanes,
            deadline_s=deadline_s,
            variables={"customer_id": 1},
            budget=budget,
            clock=clock,
        )
        scheduler.start(samples)
        try:
            yield scheduler
        finally:
            for server in by_source.values():
                server.release()
            scheduler.stop()


def idle(scheduler: Scheduler) -> None:
    """Wait until nothing is queued or in flight."""
    eventually(lambda: not scheduler.in_flight() and not any(queue._jobs for queue in scheduler._queues.values()))
