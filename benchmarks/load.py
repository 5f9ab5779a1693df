"""What `rtdash ingest` does to the clickstream, in a process of its own, with made-up visits instead of a topic."""

from __future__ import annotations

import multiprocessing
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from multiprocessing.synchronize import Event
from random import Random
from typing import Any

from pydantic import SecretStr

from rtdash.campaigns.donors import Pair
from rtdash.campaigns.visits import EVENTS_A_DONATION, Visits
from rtdash.ingest.batch import Stretch
from rtdash.ingest.chore import Chore
from rtdash.ingest.clickstream import ClickstreamSink
from rtdash.ingest.offsets import OffsetTable
from rtdash.ingest.rollups import chores
from rtdash.ingest.writer import Writer
from rtdash.model.campaign import Campaign, CampaignState
from rtdash.model.donation import MAX_CAMPAIGN_ID
from rtdash.model.places import ORGANIZATIONS

_processes = multiprocessing.get_context("spawn")
_BATCH_S = 0.05
_TOUCH_S = 0.5
_MOST = 20_000
"""Events in one batch, when the database falls behind the rate."""


@dataclass(frozen=True, slots=True)
class Signals:
    """What the two processes tell each other."""

    rolling: Event
    enough: Event
    written: Event
    over: Event


class Load:
    """Writes `rate` events a second until `end_writing`; the rollups run from `roll_up` until `end`."""

    def __init__(self, dsn: SecretStr, rate: int) -> None:
        self._stored = _processes.Value("q", 0)
        self._signals = Signals(*(_processes.Event() for _ in range(4)))
        self._process = _processes.Process(target=_work, args=(dsn, rate, self._stored, self._signals), daemon=True)

    def start(self) -> None:
        """Begin to write; returns when the first events are stored."""
        self._process.start()
        while not self.stored:
            self.check()
            time.sleep(0.02)

    @property
    def pid(self) -> int:
        """Of the process."""
        return int(self._process.pid or 0)

    @property
    def stored(self) -> int:
        """Events that were stored."""
        return int(self._stored.value)

    def roll_up(self) -> None:
        """Let the rollups run."""
        self._signals.rolling.set()

    def end_writing(self) -> None:
        """Store nothing more; returns when the last batch is stored."""
        self._signals.enough.set()
        while not self._signals.written.wait(0.2):
            self.check()

    def end(self) -> None:
        """End everything; raises when something failed."""
        self._signals.over.set()
        self._process.join(30)
        self.check()

    def check(self) -> None:
        """Raises when the process has failed; what it had to say stands above."""
        if self._process.exitcode not in (None, 0):
            raise RuntimeError("the writer has failed")


def _work(dsn: SecretStr, rate: int, stored: Any, signals: Signals) -> None:
    def roll_up(chore: Chore[Any]) -> None:
        signals.rolling.wait()
        chore.run(signals.over)

    threads = [threading.Thread(target=roll_up, args=(chore,), daemon=True) for chore in chores(dsn)]
    for thread in threads:
        thread.start()
    parent = multiprocessing.parent_process()
    _write(dsn, rate, stored, lambda: signals.enough.wait(_BATCH_S) or not parent.is_alive())
    signals.written.set()
    while parent.is_alive() and not signals.over.wait(0.5):
        pass
    for thread in threads:
        thread.join(20)


def _write(dsn: SecretStr, rate: int, stored: Any, is_enough: Callable[[], bool]) -> None:
    sink, offsets = ClickstreamSink(dsn), OffsetTable("clickstream", f"benchmark {time.time_ns()}")
    sink.connect()
    with sink.transaction() as cursor:
        offsets.begin(cursor, 0, 0)
    messages = _messages(rate)
    begun_s = touched_s = time.monotonic()
    read = 0
    with Writer("writer") as writer:
        writing, before = writer.submit(lambda: None), 0
        while not is_enough():
            due = min(_MOST, int(rate * (time.monotonic() - begun_s)) - read)
            stretch = Stretch(0, read, read + due, read + due, [(read + n, messages(due)) for n in range(due)])
            read += due
            prepared = sink.prepare([stretch])
            writing.result()
            stored.value += before
            writing, before = writer.submit(partial(sink.store, offsets, prepared)), due
            if time.monotonic() - touched_s >= _TOUCH_S:
                writing.result()
                touched_s = time.monotonic()
                with sink.transaction() as cursor:
                    offsets.touch(cursor, {0: read})
        writing.result()
        stored.value += before
    sink.close()


def _messages(rate: int) -> Callable[[int], bytes]:
    """Gives the next message of visits that happen now; made for a whole batch at a time."""
    campaign = Campaign(
        campaign_id=1 + time.time_ns() // 1_000_000_000 % MAX_CAMPAIGN_ID, producer=0, name="", cities=(),
        organizations=(), state=CampaignState.RUNNING, rate_per_s=rate,
    )  # fmt: skip
    random = Random()  # noqa: S311
    visits = Visits(campaign, 10 * rate, random)
    customers = [Pair(organization.customer_id, "") for organization in ORGANIZATIONS]
    waiting: deque[bytes] = deque()

    def following(wanted: int) -> bytes:
        if not waiting:
            pairs = random.choices(customers, k=max(1, int(wanted / EVENTS_A_DONATION)))
            waiting.extend(each["value"].encode() for each in visits.make(pairs, time.time_ns() // 1000))
        return waiting.popleft()

    return following
