"""Asks a lane, through its queue."""

from __future__ import annotations

import time

from rtdash.model.sample import Sample
from rtdash.scheduler.job import Job
from rtdash.scheduler.queue import LaneQueue
from tests.unit.server import Samples, eventually, panel

DEADLINE_S = 100.0


def ask(queue: LaneQueue, samples: Samples, panel_id: str = "a", deadline_s: float = DEADLINE_S) -> Sample:
    """Put a job and wait for its sample."""
    before = len(samples.taken)
    eventually(lambda: queue.put(Job(panel(panel_id), {"customer_id": 3}, time.monotonic(), deadline_s)))
    return samples.wait(before + 1)
