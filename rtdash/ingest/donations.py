"""Stores donations: rows, totals, seconds, arrivals, offsets and the batch in one transaction, each donation once."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from typing import Any

import pymysql
from pydantic import SecretStr
from pymysql.connections import Connection

from rtdash.errors import SourceError
from rtdash.ingest.batch import Parsed, Stretch, parse
from rtdash.ingest.load import load, open_loader
from rtdash.ingest.offsets import Account, Cursor
from rtdash.ingest.sums import Sums, sums_of
from rtdash.model.donation import Donation, parse_donation
from rtdash.sources.kafka import DONATIONS_TOPIC
from rtdash.sources.mysql import explained

INTO = (
    "donation_transactions (transaction_id, transaction_date, total_amount, city, latitude, longitude, organization,"
    " campaign_id, is_campaign_active)"
)
_SECONDS = (
    "INSERT INTO donation_seconds (`second`, campaign_id, city, organization, donations, amount)"
    " VALUES (%s, %s, %s, %s, %s, %s)"
    " ON DUPLICATE KEY UPDATE donations = donations + VALUES(donations), amount = amount + VALUES(amount)"
)
_TOTALS = (
    "INSERT INTO donation_totals (campaign_id, city, organization, latitude, longitude, donations, amount)"
    " VALUES (%s, %s, %s, %s, %s, %s, %s)"
    " ON DUPLICATE KEY UPDATE donations = donations + VALUES(donations), amount = amount + VALUES(amount)"
)
_ARRIVALS = "INSERT INTO donation_arrivals (arrival_id, produced_at, donations) VALUES (%s, %s, %s)"
_BATCH = (
    "INSERT INTO ingest_batches (batch_id, loaded, dead, duplicates, took_ms)"
    " VALUES (UNIX_TIMESTAMP(NOW(6)) * 1000000, %s, %s, %s, %s)"
)
_IDS_A_QUESTION = 1_000


@dataclass(frozen=True, slots=True)
class Donations:
    """Checked messages, what they add up to, and their rows for LOAD DATA."""

    parts: Sequence[Parsed[Donation]]
    sums: Sums
    rows: bytes


def _summed(parts: Sequence[Parsed[Donation]]) -> Donations:
    return Donations(parts, *sums_of([donation for part in parts for donation in part.values]))


def _counts(parts: Sequence[Parsed[Donation]]) -> tuple[int, int, int]:
    """Loaded, dead, duplicates."""
    return (
        sum(len(part.values) for part in parts),
        sum(len(part.dead) for part in parts),
        sum(part.duplicates for part in parts),
    )


def add_sums(cursor: Cursor, sums: Sums) -> None:
    """Add them to those that the panels read. Raises MySQLError."""
    cursor.executemany(_TOTALS, list(sums.total_rows()))
    cursor.executemany(_SECONDS, list(sums.second_rows()))


def add_arrivals(cursor: Cursor, sums: Sums, newest: int) -> int:
    """Tell when they became visible, after the arrival `newest`; returns the new one. Raises MySQLError."""
    first_id = max(newest + 1, time.time_ns() // 1000)
    arrivals = list(sums.arrival_rows(first_id))
    cursor.executemany(_ARRIVALS, arrivals)
    return first_id + len(arrivals) - 1


def add_batch(cursor: Cursor, counts: tuple[int, int, int], took_s: float) -> None:
    """Record a batch: loaded, dead, duplicates. Raises MySQLError."""
    cursor.execute(_BATCH, (*counts, 1000 * took_s))


class _Known(Exception):  # noqa: N818
    """Some donations of the batch are in the table already, or twice in the batch."""


class DonationSink:
    """The donations database on MariaDB. (SingleStore reads the topic itself, by a pipeline.)"""

    topic = DONATIONS_TOPIC

    def __init__(self, dsn: SecretStr, *, tells_arrivals: bool = True) -> None:
        """Without `tells_arrivals` nobody takes the age of what is stored for the delay of what just came.

        It is no batch of ingest then either.
        """
        self._dsn = dsn
        self._tells_arrivals = tells_arrivals
        self._open: Connection[Any] | None = None
        self._newest_arrival = 0

    def connect(self) -> None:
        """Connect anew. Raises SourceError."""
        self.close()
        self._open = open_loader(self._dsn)
        if not self._tells_arrivals:
            return
        with self.transaction() as cursor:
            cursor.execute("SELECT COALESCE(MAX(arrival_id), 0) FROM donation_arrivals")
            self._newest_arrival = cursor.fetchall()[0][0]

    def close(self) -> None:
        """Leave the database."""
        connection, self._open = self._open, None
        if connection is not None and connection.open:
            # When the server is gone there is nobody to say goodbye to.
            with suppress(pymysql.MySQLError):
                connection.close()

    @property
    def _connection(self) -> Connection[Any]:
        if self._open is None:
            raise SourceError("donations database: not connected")
        return self._open

    @contextmanager
    def transaction(self) -> Iterator[Cursor]:
        """A transaction: committed at the end, rolled back on any error. Raises SourceError."""
        connection = self._connection
        with explained():
            connection.begin()
            try:
                with connection.cursor() as cursor:
                    yield cursor
            except BaseException:
                # A server that is gone rolls back by itself; the error that matters is the one under way.
                with suppress(pymysql.MySQLError):
                    connection.rollback()
                raise
            connection.commit()

    def prepare(self, stretches: Sequence[Stretch]) -> Donations:
        """Check these messages, sum them up, and write them as LOAD DATA reads them."""
        return _summed([parse(stretch, parse_donation) for stretch in stretches])

    def store(self, offsets: Account, prepared: Donations) -> None:
        """Keep these donations and move the offsets over them. Raises OffsetTaken, SourceError."""
        try:
            self._write(offsets, prepared)
        except _Known:
            fewer = _summed(self._without_known(prepared.parts))
            try:
                self._write(offsets, fewer)
            except _Known:
                raise SourceError("donations database: it takes fewer donations than it was given") from None

    def _write(self, offsets: Account, prepared: Donations) -> None:
        started = time.monotonic()
        with self.transaction() as cursor:
            offsets.advance(cursor, prepared.parts)
            if prepared.rows:
                self._load(cursor, prepared.rows, sum(len(part.values) for part in prepared.parts))
                add_sums(cursor, prepared.sums)
                if self._tells_arrivals:
                    self._newest_arrival = add_arrivals(cursor, prepared.sums, self._newest_arrival)
            offsets.bury(cursor, [letter for part in prepared.parts for letter in part.dead])
            if self._tells_arrivals:
                add_batch(cursor, _counts(prepared.parts), time.monotonic() - started)

    def _load(self, cursor: Cursor, rows: bytes, count: int) -> None:
        stored, warnings = load(self._connection, INTO, rows)
        if stored != count:
            raise _Known
        if warnings:
            cursor.execute("SHOW WARNINGS LIMIT 1")
            raise SourceError(f"donations database: {cursor.fetchall()[0][2]} while loading donations")

    def _without_known(self, parts: Sequence[Parsed[Donation]]) -> list[Parsed[Donation]]:
        """Leave out what the table has, and what comes a second time; each part counts its own."""
        seen = self._stored_ids([donation["transaction_id"] for part in parts for donation in part.values])
        kept = []
        for part in parts:
            values = []
            for donation in part.values:
                if donation["transaction_id"] not in seen:
                    seen.add(donation["transaction_id"])
                    values.append(donation)
            kept.append(replace(part, values=values, duplicates=len(part.values) - len(values)))
        return kept

    def _stored_ids(self, ids: list[int]) -> set[int]:
        stored: set[int] = set()
        with self.transaction() as cursor:
            for start in range(0, len(ids), _IDS_A_QUESTION):
                cursor.execute(
                    "SELECT transaction_id FROM donation_transactions WHERE transaction_id IN %s",
                    (ids[start : start + _IDS_A_QUESTION],),
                )
                stored.update(row[0] for row in cursor.fetchall())
        return stored
