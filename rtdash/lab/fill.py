"""Fills every layout with the same rows, chunk by chunk in turn: progress, and the time that is left, are even then."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from pydantic import SecretStr

from rtdash.campaigns.clock import ServerClock, stamp
from rtdash.ingest.donations import INTO, add_arrivals, add_batch, add_sums
from rtdash.lab.layout import Layout, Text
from rtdash.lab.rows import CAMPAIGNS, RATE_PER_S, Chunk, Rows, cities_of, first_rows
from rtdash.lab.session import LabSession, Timer
from rtdash.lab.stop import Stop
from rtdash.lab.turns import in_turn
from rtdash.model.campaign import CampaignState
from rtdash.model.engine import Engine
from rtdash.model.places import ORGANIZATIONS, City, Organization

WINDOW_S = 36.0
"""What the windows of the panels reach back, with room: the past ends before it, the writer fills it."""
_ENTER = (
    "INSERT INTO campaigns (campaign_id, name, cities, organizations, `state`, rate_per_s,"
    " started_at, ended_at, heartbeat_at) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)"
)
_SUMS = ("donation_totals", "donation_seconds")


@dataclass(slots=True)
class Home:
    """A layout, how its database is reached, and what it has taken so far."""

    layout: Layout
    dsn: SecretStr
    filling: Timer = field(default_factory=Timer)
    filled: int = 0
    ingest: Timer = field(default_factory=Timer)
    ingested: int = 0
    """In the timed batches."""
    rows: int = 0
    """All that it has."""
    _newest_arrival: int = 0

    @property
    def keeps_sums(self) -> bool:
        """Whether it is asked our SQL, which reads sums."""
        return self.layout.text is Text.OURS

    def fill(self, session: LabSession, chunk: Chunk) -> None:
        """Take some of the past. Raises SourceError, Stopped."""
        with self.filling:
            self.store(session, chunk)
        self.filled += chunk.count

    def take(self, session: LabSession, chunk: Chunk) -> None:
        """Take what has just come in, as the ingest of the product does. Raises SourceError, Stopped."""
        with self.ingest:
            self.store(session, chunk, tells_arrivals=session.engine is Engine.MARIADB)
        self.ingested += chunk.count

    def store(self, session: LabSession, chunk: Chunk, *, tells_arrivals: bool = False) -> None:
        """Its rows, and what they add up to where that is kept, in one transaction. Raises SourceError, Stopped."""
        if not self.keeps_sums:
            session.load(INTO, chunk.lines, chunk.count)
        else:
            started_s = time.monotonic()
            with session.transaction() as cursor:
                session.load(INTO, chunk.lines, chunk.count)
                add_sums(cursor, chunk.sums)
                if tells_arrivals:
                    self._newest_arrival = add_arrivals(cursor, chunk.sums, self._newest_arrival)
                    add_batch(cursor, (chunk.count, 0, 0), time.monotonic() - started_s)
        self.rows += chunk.count


@contextmanager
def opened(homes: Sequence[Home], stop: Stop) -> Iterator[list[LabSession]]:
    """A connection to each. Raises SourceError."""
    with ExitStack() as stack:
        yield [stack.enter_context(closing(LabSession(home.dsn, stop))) for home in homes]


def fill(homes: Sequence[Home], rows: Rows, count: int, stop: Stop, stored: Callable[[int, str], None]) -> int:
    """Store `count` rows of the past in every layout; returns when it ended, µs of the server's Unix epoch.

    That is as long ago as the windows reach: what is in them, the writer brings. `stored` is told how many rows all
    layouts have together, and which one has just taken some. Raises SourceError, Stopped.
    """
    with opened(homes, stop) as sessions:
        clock = ServerClock()
        clock.measure(sessions[0].connection)
        end_us, made = clock.now_us() - round(WINDOW_S * 1e6), 0
        pairs = list(zip(homes, sessions, strict=True))
        for home, session in pairs:
            if home.keeps_sums:
                session.run_all(_ENTER, _campaigns(count, end_us))
        for number, chunk in enumerate(rows.past(count, end_us)):
            for home, session in in_turn(pairs, number):
                home.fill(session, chunk)
                made += chunk.count
                stored(made, home.layout.name)
        for home, session in pairs:
            for table in ("donation_transactions", *(_SUMS if home.keeps_sums else ())):
                # Else each would be asked by what the server has guessed of it while it grew.
                session.run(f"ANALYZE TABLE {table}")
    return end_us


def _campaigns(count: int, end_us: int) -> list[tuple[Any, ...]]:
    """Rows of the table `campaigns`: those that have ended, and the one that runs."""
    bounds = first_rows(count)
    starts = [stamp(end_us - (count - first) * 1_000_000 // RATE_PER_S) for first in bounds]
    return [
        (
            number,
            f"Campaign {number}",
            *(_names(some) for some in (cities_of(number), ORGANIZATIONS)),
            CampaignState.ENDED if number < CAMPAIGNS else CampaignState.RUNNING,
            RATE_PER_S,
            start,
            end if number < CAMPAIGNS else None,
            end,
        )
        for number, (start, end) in enumerate(pairwise(starts), 1)
    ]


def _names(places: Sequence[City] | Sequence[Organization]) -> str:
    return json.dumps([one.name for one in places], ensure_ascii=False)
