"""Loads dead letters again under today's rules, each once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from rtdash.errors import SourceError
from rtdash.ingest.batch import DeadLetter, Parsed, Stretch
from rtdash.ingest.letters import Letter, LetterTable
from rtdash.ingest.offsets import Cursor
from rtdash.ingest.sink import Sink


class Outcome(StrEnum):
    """What became of a replay."""

    LOADED = "loaded"
    DUPLICATE = "duplicate"
    """Its donation was there already: counted as such, and done with."""
    REPLAYED_BEFORE = "replayed before"
    GONE = "gone"
    """Retention has dropped it meanwhile."""
    DEAD = "dead"
    """It still cannot be loaded, and waits on."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """One letter, and what became of it."""

    letter: Letter
    outcome: Outcome
    reason: str = ""
    """Why it still cannot be loaded."""


class _StillDead(Exception):  # noqa: N818
    """The message is no donation or event under today's rules either."""


class _Taken(Exception):  # noqa: N818
    """Another replay was first."""


class _Account:
    """The account of a partition, in which one letter goes from dead to loaded; its offsets stay where they are."""

    def __init__(self, letter: Letter, correction: bytes | None) -> None:
        self._letter = letter
        self._correction = correction
        self.outcome = Outcome.LOADED

    def advance(self, cursor: Cursor, parts: Iterable[Parsed[Any]]) -> None:
        """Take the letter, first thing in the transaction that loads it. Raises _Taken, _StillDead, SourceError."""
        (part,) = parts
        if not LetterTable(self._letter.topic).close(cursor, self._letter, self._correction):
            raise _Taken
        if part.dead:
            raise _StillDead(part.dead[0].reason)
        cursor.execute(
            "UPDATE ingest_offsets SET dead = dead - 1, loaded = loaded + %s, duplicates = duplicates + %s"
            " WHERE topic = %s AND incarnation = %s AND partition_id = %s AND dead > 0",
            (
                len(part.values),
                part.duplicates,
                self._letter.topic,
                self._letter.incarnation,
                self._letter.partition_id,
            ),
        )
        if cursor.rowcount != 1:
            raise SourceError(f"{self._letter.address}: ingest_offsets counts no dead letters there")
        self.outcome = Outcome.DUPLICATE if part.duplicates else Outcome.LOADED

    def bury(self, cursor: Cursor, dead: Sequence[DeadLetter]) -> None:
        """The letter is kept already."""


def replay(sink: Sink[Any], letter: Letter, correction: bytes | None = None) -> Replayed:
    """Load a letter, or `correction` in its place, in one transaction with what is kept of it. Raises SourceError."""
    contents = _contents(sink, letter)
    if contents is None:
        return Replayed(letter, Outcome.GONE)
    payload = contents[0] if correction is None else correction
    end = letter.offset + 1
    prepared = sink.prepare([Stretch(letter.partition_id, letter.offset, end, end, [(letter.offset, payload)])])
    account = _Account(letter, correction)
    try:
        sink.store(account, prepared)
    except _StillDead as error:
        return Replayed(letter, Outcome.DEAD, str(error))
    except _Taken:
        return Replayed(letter, Outcome.REPLAYED_BEFORE if _contents(sink, letter) else Outcome.GONE)
    return Replayed(letter, account.outcome)


def _contents(sink: Sink[Any], letter: Letter) -> tuple[bytes, bytes | None] | None:
    with sink.transaction() as cursor:
        return LetterTable(letter.topic).contents(cursor, letter)


def waiting(sink: Sink[Any]) -> Iterator[Letter]:
    """Every letter of the sink's topic that waits, but those that came after the first was asked for."""
    table = LetterTable(sink.topic)
    with sink.transaction() as cursor:
        piles = table.piles(cursor)
    for pile in piles:
        after = -1
        while True:
            with sink.transaction() as cursor:
                page = table.page(cursor, pile, after)
            if not page:
                break
            yield from page
            after = page[-1].offset
