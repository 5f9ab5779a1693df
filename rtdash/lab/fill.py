"""Fills every layout with the same rows, chunk by chunk in turn: progress, and the time that is left, are even then."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from pydantic import SecretStr

from rtdash.campaigns.clock import ServerClock, stamp
from rtdash.ingest.donations import INTO, add_sums
from rtdash.lab.layout import Layout, Text
from rtdash.lab.rows import CAMPAIGNS, RATE_PER_S, Chunk, Rows, first_rows
from rtdash.lab.session import LabSession, Timer
from rtdash.lab.stop import Stop
from rtdash.model.campaign import CampaignState
from rtdash.model.places import CITIES, ORGANIZATIONS

_ENTER = (
    "INSERT INTO campaigns (campaign_id, name, cities, organizations, `state`, rate_per_s,"
    " started_at, ended_at, heartbeat_at) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)"
)


@dataclass(slots=True)
class Home:
    """A layout, how its database is reached, and what it has taken so far."""

    layout: Layout
    dsn: SecretStr
    filling: Timer = field(default_factory=Timer)
    filled: int = 0
    ingest: Timer = field(default_factory=Timer)
    ingested: int = 0

    @property
    def rows(self) -> int:
        """All that it has."""
        return self.filled + self.ingested

    @property
    def keeps_sums(self) -> bool:
        """Whether it is asked our SQL, which reads sums."""
        return self.layout.text is Text.OURS

    def store(self, session: LabSession, chunk: Chunk) -> None:
        """Its rows, and what they add up to where that is kept, in one transaction. Raises SourceError, Stopped."""
        if not self.keeps_sums:
            session.load(INTO, chunk.lines, chunk.count)
        else:
            with session.transaction() as cursor:
                session.load(INTO, chunk.lines, chunk.count)
                add_sums(cursor, chunk.sums)


def fill(homes: Sequence[Home], rows: Rows, count: int, stop: Stop, filled: Callable[[int], None]) -> None:
    """Store `count` rows of the past in every layout; `filled` is told how many there are. Raises SourceError, Stopped.

    They reach up to now, by the clock of the server.
    """
    sessions = [LabSession(home.dsn, stop) for home in homes]
    try:
        clock = ServerClock()
        clock.measure(sessions[0].connection)
        end_us, made = clock.now_us(), 0
        for home, session in zip(homes, sessions, strict=True):
            if home.keeps_sums:
                session.run_all(_ENTER, _campaigns(count, end_us))
        for chunk in rows.past(count, end_us):
            for home, session in zip(homes, sessions, strict=True):
                with home.filling:
                    home.store(session, chunk)
                home.filled += chunk.count
            made += chunk.count
            filled(made)
    finally:
        for session in sessions:
            session.close()


def _campaigns(count: int, end_us: int) -> list[tuple[Any, ...]]:
    """Rows of the table `campaigns`: those that have ended, and the one that runs."""
    bounds = first_rows(count)
    starts = [stamp(end_us - (count - first) * 1_000_000 // RATE_PER_S) for first in bounds]
    places = [json.dumps([one.name for one in some], ensure_ascii=False) for some in (CITIES, ORGANIZATIONS)]
    return [
        (
            number,
            f"Campaign {number}",
            *places,
            CampaignState.ENDED if number < CAMPAIGNS else CampaignState.RUNNING,
            RATE_PER_S,
            start,
            end if number < CAMPAIGNS else None,
            end,
        )
        for number, (start, end) in enumerate(pairwise(starts), 1)
    ]
