"""The table `ingest_offsets`, which both databases have: how far each partition has come, moved by compare-and-set.

The statements run on PostgreSQL and MariaDB alike, in a session whose time zone is UTC.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol

from rtdash.ingest.batch import DeadLetter, Parsed, Stretch

_SILENCE = timedelta(seconds=1.5)
_NAME_LENGTH = 48
"""With the moment behind it, a name fits into its column."""


class OffsetTaken(Exception):  # noqa: N818 (reads as the sentence it is)
    """Another ingest has moved the offset: it is at work, and this one is not needed."""


class Cursor(Protocol):
    """What the cursors of both drivers have in common."""

    @property
    def rowcount(self) -> int:
        """Rows that the last statement changed."""

    def execute(self, query: Any, args: Any = ..., /) -> Any:
        """Run one statement with bound values."""

    def executemany(self, query: Any, args: Any, /) -> Any:
        """Run one statement with each row of values."""

    def fetchall(self) -> Any:
        """The rows of the last statement."""


class Account(Protocol):
    """Keeps account of messages in the transaction that stores them."""

    def advance(self, cursor: Cursor, parts: Iterable[Parsed[Any]], /) -> None:
        """Count them, first thing in the transaction."""

    def bury(self, cursor: Cursor, dead: Sequence[DeadLetter], /) -> None:
        """Keep what cannot be used."""


@dataclass(frozen=True, slots=True)
class OffsetTable:
    """The rows of one life (incarnation) of one topic."""

    topic: str
    incarnation: str

    def settle(self, cursor: Cursor) -> int:
        """Record as lost what earlier lives of the topic still held when they ended; returns how many messages."""
        cursor.execute(
            "SELECT COALESCE(SUM(latest_offset - next_offset), 0) FROM ingest_offsets"
            " WHERE topic = %s AND incarnation <> %s AND latest_offset > next_offset",
            (self.topic, self.incarnation),
        )
        lost = int(cursor.fetchall()[0][0])
        if lost:
            # In this order: MariaDB assigns from left to right.
            cursor.execute(
                "UPDATE ingest_offsets SET lost = lost + (latest_offset - next_offset), next_offset = latest_offset"
                " WHERE topic = %s AND incarnation <> %s AND latest_offset > next_offset",
                (self.topic, self.incarnation),
            )
        return lost

    def stored(self, cursor: Cursor) -> dict[int, int]:
        """The next offset of each partition that was ever read."""
        cursor.execute(
            "SELECT partition_id, next_offset FROM ingest_offsets WHERE topic = %s AND incarnation = %s",
            (self.topic, self.incarnation),
        )
        return {int(partition_id): int(next_offset) for partition_id, next_offset in cursor.fetchall()}

    def begin(self, cursor: Cursor, partition_id: int, offset: int) -> None:
        """Enter a partition that was never read."""
        cursor.execute(
            "INSERT INTO ingest_offsets (topic, incarnation, partition_id, next_offset, latest_offset, updated_at)"
            " VALUES (%s, %s, %s, %s, %s, CURRENT_TIMESTAMP(6))",
            (self.topic, self.incarnation, partition_id, offset, offset),
        )

    def advance(self, cursor: Cursor, parts: Iterable[Parsed[Any]]) -> None:
        """Move the offsets over these stretches, first thing in their transaction. Raises OffsetTaken."""
        for part in sorted(parts, key=lambda part: part.stretch.partition_id):
            stretch = part.stretch
            if stretch.end < stretch.start:
                self._begin_again(cursor, stretch)
                continue
            cursor.execute(
                "UPDATE ingest_offsets SET next_offset = %s, latest_offset = %s, loaded = loaded + %s,"
                " dead = dead + %s, duplicates = duplicates + %s, lost = lost + %s, updated_at = CURRENT_TIMESTAMP(6)"
                " WHERE topic = %s AND incarnation = %s AND partition_id = %s AND next_offset = %s",
                (
                    stretch.end,
                    max(stretch.latest, stretch.end),
                    len(part.values),
                    len(part.dead),
                    part.duplicates,
                    stretch.lost,
                    self.topic,
                    self.incarnation,
                    stretch.partition_id,
                    stretch.start,
                ),
            )
            self._check_moved(cursor, stretch)

    def _begin_again(self, cursor: Cursor, stretch: Stretch) -> None:
        """Give what was read of the log before another name: the same offsets will be those of other messages."""
        earlier = f"{self.incarnation[:_NAME_LENGTH]}~{time.time_ns() // 1_000_000}"
        # In this order: MariaDB assigns from left to right.
        cursor.execute(
            "UPDATE ingest_offsets SET incarnation = %s, lost = lost + GREATEST(latest_offset - next_offset, 0),"
            " next_offset = GREATEST(latest_offset, next_offset)"
            " WHERE topic = %s AND incarnation = %s AND partition_id = %s AND next_offset = %s",
            (earlier, self.topic, self.incarnation, stretch.partition_id, stretch.start),
        )
        self._check_moved(cursor, stretch)
        cursor.execute(
            "UPDATE dead_letters SET incarnation = %s WHERE topic = %s AND incarnation = %s AND partition_id = %s",
            (earlier, self.topic, self.incarnation, stretch.partition_id),
        )
        self.begin(cursor, stretch.partition_id, stretch.end)

    def _check_moved(self, cursor: Cursor, stretch: Stretch) -> None:
        if cursor.rowcount != 1:
            raise OffsetTaken(f"{self.topic} partition {stretch.partition_id} at {stretch.start}")

    def bury(self, cursor: Cursor, dead: Sequence[DeadLetter]) -> None:
        """Keep what cannot be used, in the transaction of its offsets."""
        if dead:
            cursor.executemany(
                "INSERT INTO dead_letters (topic, incarnation, partition_id, message_offset, payload, reason,"
                " recorded_at) VALUES (%s, %s, %s, %s, %s, %s, CURRENT_TIMESTAMP(6))",
                [
                    (self.topic, self.incarnation, letter.partition_id, letter.offset, letter.payload, letter.reason)
                    for letter in dead
                ],
            )

    def touch(self, cursor: Cursor, ends: Mapping[int, int | None]) -> None:
        """A sign of life, with the ends of the partitions where they have just been seen."""
        for partition_id, end in sorted(ends.items()):
            # An end that lies further back is that of another life, which has just begun.
            seen = "latest_offset = GREATEST(latest_offset, %s), seen_at = CURRENT_TIMESTAMP(6), "
            cursor.execute(
                f"UPDATE ingest_offsets SET {'' if end is None else seen}updated_at = CURRENT_TIMESTAMP(6)"  # noqa: S608
                " WHERE topic = %s AND incarnation = %s AND partition_id = %s",
                (*(() if end is None else (end,)), self.topic, self.incarnation, partition_id),
            )


def is_attended(cursor: Cursor, topic: str) -> bool:
    """Whether an ingest gave a sign of life in the last 1.5 s, in whatever life of the topic."""
    cursor.execute("SELECT CURRENT_TIMESTAMP(6), MAX(updated_at) FROM ingest_offsets WHERE topic = %s", (topic,))
    ((now, last),) = cursor.fetchall()
    return last is not None and now - last < _SILENCE
