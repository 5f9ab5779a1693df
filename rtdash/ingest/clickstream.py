"""Stores events: one COPY and the offsets in one transaction. Rollups follow by themselves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

import psycopg
from pydantic import SecretStr

from rtdash.errors import SourceError
from rtdash.ingest.batch import Parsed, Stretch, parse
from rtdash.ingest.offsets import Account, Cursor
from rtdash.model.event import Event, parse_event
from rtdash.model.moment import iso_texts
from rtdash.sources import citus
from rtdash.sources.bounded import BoundedConnection
from rtdash.sources.kafka import CLICKSTREAM_TOPIC

COPY = "COPY events (event_time, customer_id, event_type, country, browser, device_id, session_id) FROM STDIN"
_DEADLINE_S = 30.0
_TIME_OF = itemgetter("event_time")
_REST_OF = itemgetter("customer_id", "event_type", "country", "browser", "device_id", "session_id")


@dataclass(frozen=True, slots=True)
class Events:
    """Checked messages, and their rows for COPY."""

    parts: Sequence[Parsed[Event]]
    rows: bytes


class ClickstreamSink:
    """The clickstream database, on Citus or a plain PostgreSQL."""

    topic = CLICKSTREAM_TOPIC

    def __init__(self, dsn: SecretStr) -> None:
        self._dsn = dsn
        self._open: BoundedConnection | None = None

    def connect(self) -> None:
        """Connect anew. Raises SourceError."""
        self.close()
        self._open = citus.connect(self._dsn, "ingest", statement_timeout_s=_DEADLINE_S)
        with citus.explained():
            # Citus would otherwise open a connection for each shard that a COPY touches: 247 ms instead of 8 for a
            # few hundred rows. A PostgreSQL without it takes the name and does nothing.
            self._open.execute("SET citus.multi_shard_modify_mode = 'sequential'")

    def close(self) -> None:
        """Leave the database."""
        connection, self._open = self._open, None
        if connection is not None:
            connection.close()

    def end_within(self, seconds: float) -> None:
        """Give up a transaction that has not ended by then; from any thread."""
        if (connection := self._open) is not None:
            connection.end_within(seconds)

    @contextmanager
    def transaction(self) -> Iterator[Cursor]:
        """A transaction: committed at the end, rolled back on any error. Raises SourceError."""
        with self._transaction() as cursor:
            yield cursor

    @contextmanager
    def _transaction(self) -> Iterator[psycopg.Cursor[tuple[Any, ...]]]:
        if self._open is None:
            raise SourceError("PostgreSQL: not connected")
        with citus.explained(), self._open.transaction(), self._open.cursor() as cursor:
            yield cursor

    def prepare(self, stretches: Sequence[Stretch]) -> Events:
        """Check these messages and write them as COPY reads them."""
        parts = [parse(stretch, parse_event) for stretch in stretches]
        return Events(parts, _rows([event for part in parts for event in part.values]))

    def store(self, offsets: Account, prepared: Events) -> None:
        """Keep these events and move the offsets over them. Raises OffsetTaken, SourceError."""
        with self._transaction() as cursor:
            offsets.advance(cursor, prepared.parts)
            if prepared.rows:
                with cursor.copy(COPY) as copy:
                    copy.write(prepared.rows)
            offsets.bury(cursor, [letter for part in prepared.parts for letter in part.dead])


def _rows(events: Sequence[Event]) -> bytes:
    lines = [
        f"{stamp}\t{customer_id}\t{event_type}\t{country}\t{browser}\t{device_id}\t{session_id}\n"
        for stamp, (customer_id, event_type, country, browser, device_id, session_id) in zip(
            iso_texts(list(map(_TIME_OF, events))), map(_REST_OF, events), strict=True
        )
    ]
    # The only character of a checked value that COPY reads as something else.
    return "".join(lines).replace("\\", "\\\\").encode()
