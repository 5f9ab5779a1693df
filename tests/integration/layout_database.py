"""A database of a layout, at a time that the test says, and donations to fill it with."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any

from pymysql.connections import Connection

from rtdash.ingest.donations import INTO, add_sums
from rtdash.ingest.load import load
from rtdash.ingest.sums import sums_of
from rtdash.model.donation import Donation
from rtdash.model.places import CITIES, ORGANIZATIONS
from rtdash.model.transaction_id import transaction_id

NOW = datetime(2025, 11, 22, 2, 14, 20, tzinfo=UTC)
US = timedelta(microseconds=1)
ENDED, CURRENT = (1, 2), (3, 4)
# Both sides of where windows of 35 and 28 s may begin and end.
EDGES_S = (36, 35, 34, 33, 28, 27, 26, 1, 0, -1)
Rows = list[tuple[Any, ...]]


def donations_until_now(*, flagged: tuple[int, ...]) -> list[Donation]:
    """A few thousand of four campaigns over the last 80 s, and some at every edge of a window, in each city."""
    dice = random.Random(7)
    times = [NOW - timedelta(seconds=dice.uniform(0, 80)) for _ in range(1_000)]
    edges = [NOW - timedelta(seconds=ago) - off for ago in EDGES_S for off in (US, timedelta(0))]
    drawn = [(at, dice.choice(CITIES)) for at in times] + [(at, city) for at in edges for city in CITIES]
    return [
        Donation(
            transaction_id=transaction_id(campaign_id, 0, number),
            city=city.name,
            latitude=city.latitude,
            longitude=city.longitude,
            organization=dice.choice(ORGANIZATIONS).name,
            transaction_date=at.replace(tzinfo=None),
            total_amount=dice.randint(100, 1000) / 100,
            campaign_id=campaign_id,
            is_campaign_active=campaign_id in flagged,
        )
        for number, (at, city) in enumerate(drawn)
        for campaign_id in dice.sample((*ENDED, *CURRENT), 2)
    ]


class Database:
    """One database, at a time that the test says."""

    def __init__(self, connection: Connection[Any]) -> None:
        self.connection = connection

    def rows(self, statement: str, *values: object) -> Rows:
        return self.asked(statement, *values)[1]

    def asked(self, statement: str, *values: object) -> tuple[list[str], Rows]:
        """Columns and rows."""
        with self.connection.cursor() as cursor:
            cursor.execute(statement, values or None)
            return [column[0] for column in cursor.description or ()], list(cursor.fetchall())

    def at(self, now: datetime) -> None:
        """The server's clock stands there, for this connection."""
        self.rows("SET timestamp = %s", now.timestamp())

    def fill(self, given: list[Donation]) -> None:
        sums, lines = sums_of(given)
        assert load(self.connection, INTO, lines) == (len(given), 0)
        if self.rows("SHOW TABLES LIKE 'donation_totals'"):
            with self.connection.cursor() as cursor:
                add_sums(cursor, sums)

    def campaign(self, campaign_id: int, state: str, ended_at: datetime | None = None) -> None:
        self.rows(
            "REPLACE INTO campaigns (campaign_id, name, cities, organizations, state, rate_per_s, ended_at)"
            " VALUES (%s, 'c', '[]', '[]', %s, 5, %s)",
            campaign_id, state, ended_at and ended_at.replace(tzinfo=None),
        )  # fmt: skip

    def campaigns(self) -> None:
        """Two that run, or stop, and two that ended long ago."""
        for campaign_id, state in zip(CURRENT, ("running", "stopping"), strict=True):
            self.campaign(campaign_id, state)
        for campaign_id in ENDED:
            self.campaign(campaign_id, "ended", NOW - timedelta(minutes=1))

    def plan(self, query: str) -> dict[str, Any]:
        """The one step of its plan."""
        columns, rows = self.asked(f"EXPLAIN {query}")
        (row,) = rows
        return dict(zip(columns, row, strict=True))
