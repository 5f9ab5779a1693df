"""The table `dead_letters`, which both databases have: what could not be used, and what of it was replayed since.

The statements run on PostgreSQL, MariaDB and SingleStore alike; times that they write are UTC.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from rtdash.ingest.offsets import Cursor
from rtdash.model.letter import LetterAddress
from rtdash.model.moment import in_utc

_A_PAGE = 1_000
# Which is the newest of its address is asked of the letters that were found, and by a join: a subquery for each row is
# what SingleStore may refuse.
_LETTERS = """
SELECT l.incarnation, l.partition_id, l.message_offset, l.recorded_at, l.size_bytes, l.reason, l.replayed_at,
    l.correction_bytes, l.recorded_at = MAX(other.recorded_at)
FROM (
    SELECT l.topic, l.incarnation, l.partition_id, l.message_offset, l.recorded_at, l.reason, l.replayed_at,
        COALESCE(OCTET_LENGTH(l.payload), 0) AS size_bytes, OCTET_LENGTH(l.correction) AS correction_bytes
    FROM dead_letters l WHERE l.topic = %s AND {which} ORDER BY {order} LIMIT %s
) l
JOIN dead_letters other
    ON other.topic = l.topic AND other.partition_id = l.partition_id AND other.message_offset = l.message_offset
GROUP BY l.incarnation, l.partition_id, l.message_offset, l.recorded_at, l.size_bytes, l.reason, l.replayed_at,
    l.correction_bytes
ORDER BY {order}
"""
_WAITING = "replayed_at IS NULL"
_REPLAYED = "replayed_at IS NOT NULL"
_THIS_ONE = " WHERE topic = %s AND incarnation = %s AND dead_letters.partition_id = %s AND message_offset = %s"


@dataclass(frozen=True, slots=True)
class Letter:
    """A dead letter without its bytes. Times are UTC."""

    topic: str
    incarnation: str
    partition_id: int
    offset: int
    recorded_at: datetime
    size_bytes: int
    reason: str
    replayed_at: datetime | None
    correction_bytes: int | None
    """Size of what was loaded in its place."""
    is_newest: bool
    """Whether no later life of the topic has a letter of the same partition and offset."""

    @property
    def address(self) -> LetterAddress:
        """As short as it can be."""
        return LetterAddress(self.topic, self.partition_id, self.offset, "" if self.is_newest else self.incarnation)

    @property
    def key(self) -> tuple[object, ...]:
        """What is unique in the table."""
        return (self.topic, self.incarnation, self.partition_id, self.offset)


@dataclass(frozen=True, slots=True)
class Pile:
    """Letters of one partition in one life of the topic, up to where ingest had come."""

    incarnation: str
    partition_id: int
    end: int


@dataclass(frozen=True, slots=True)
class LetterTable:
    """The letters of one topic."""

    topic: str

    def count(self, cursor: Cursor, *, replayed: bool = False) -> int:
        """How many wait, or were replayed."""
        cursor.execute(
            f"SELECT COUNT(*) FROM dead_letters WHERE topic = %s AND {_REPLAYED if replayed else _WAITING}",  # noqa: S608
            (self.topic,),
        )
        return int(cursor.fetchall()[0][0])

    def newest(self, cursor: Cursor, limit: int, *, replayed: bool = False) -> list[Letter]:
        """Those that wait, or were replayed, newest first."""
        statement = _LETTERS.format(
            which=f"l.{_REPLAYED if replayed else _WAITING}",
            order="l.recorded_at DESC, l.partition_id, l.message_offset DESC",
        )
        cursor.execute(statement, (self.topic, limit))
        return list(self._letters(cursor))

    def find(self, cursor: Cursor, address: LetterAddress) -> Letter | None:
        """The letter of this address; None when there is none."""
        statement = _LETTERS.format(
            which="l.partition_id = %s AND l.message_offset = %s AND %s IN ('', l.incarnation)",
            order="l.recorded_at DESC",
        )
        cursor.execute(statement, (self.topic, address.partition_id, address.offset, address.incarnation, 1))
        return next(self._letters(cursor), None)

    def contents(self, cursor: Cursor, letter: Letter) -> tuple[bytes, bytes | None] | None:
        """Its bytes, and those that were loaded in its place; None when retention has dropped it since."""
        cursor.execute(f"SELECT payload, correction FROM dead_letters{_THIS_ONE}", letter.key)  # noqa: S608
        for payload, correction in cursor.fetchall():
            return payload or b"", correction
        return None

    def piles(self, cursor: Cursor) -> list[Pile]:
        """Where letters may wait, oldest first."""
        cursor.execute(
            "SELECT o.incarnation, o.partition_id, o.next_offset FROM ingest_offsets o"
            " WHERE o.topic = %s AND o.dead > 0 ORDER BY o.updated_at, o.partition_id",
            (self.topic,),
        )
        return [Pile(*row) for row in cursor.fetchall()]

    def page(self, cursor: Cursor, pile: Pile, after: int) -> list[Letter]:
        """The next letters of a pile that wait, in the order of their offsets; empty at its end."""
        statement = _LETTERS.format(
            which="l.incarnation = %s AND l.partition_id = %s AND l.message_offset > %s"
            f" AND l.message_offset < %s AND l.{_WAITING}",
            order="l.message_offset",
        )
        cursor.execute(statement, (self.topic, pile.incarnation, pile.partition_id, after, pile.end, _A_PAGE))
        return list(self._letters(cursor))

    def close(self, cursor: Cursor, letter: Letter, correction: bytes | None) -> bool:
        """Mark a letter as replayed, by our clock; whether it still waited."""
        cursor.execute(
            f"UPDATE dead_letters SET replayed_at = %s, correction = %s{_THIS_ONE} AND {_WAITING}",  # noqa: S608
            (datetime.now(UTC), correction, *letter.key),
        )
        return cursor.rowcount == 1

    def _letters(self, cursor: Cursor) -> Iterator[Letter]:
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        for incarnation, partition_id, offset, recorded_at, size, reason, replayed_at, corrected, is_newest in rows:
            yield Letter(
                self.topic,
                incarnation,
                partition_id,
                offset,
                in_utc(recorded_at),
                size,
                reason,
                in_utc(replayed_at) if replayed_at else None,
                corrected,
                bool(is_newest),
            )
