"""What a stream needs of the database that it feeds."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Protocol, TypeVar

from rtdash.ingest.batch import Stretch
from rtdash.ingest.offsets import Account, Cursor

Prepared = TypeVar("Prepared")


class Sink(Protocol[Prepared]):
    """Keeps the messages of one topic. Everything raises SourceError when the database fails; then `connect` again."""

    @property
    def topic(self) -> str:
        """The topic whose messages these are."""

    def connect(self) -> None:
        """Connect anew; a connection that was open is thrown away."""

    def close(self) -> None:
        """Leave the database."""

    def transaction(self) -> AbstractContextManager[Cursor]:
        """A transaction: committed at the end, rolled back on any error."""

    def prepare(self, stretches: Sequence[Stretch]) -> Prepared:
        """Check these messages and put them into the form that the database takes; needs no connection."""

    def store(self, offsets: Account, prepared: Prepared) -> None:
        """Keep what was prepared and move the offsets over it, all or nothing. Raises OffsetTaken."""
