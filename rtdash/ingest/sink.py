"""What a stream needs of the database that it feeds."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from rtdash.ingest.batch import Stretch
from rtdash.ingest.offsets import Cursor, OffsetTable


class Sink(Protocol):
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

    def store(self, offsets: OffsetTable, stretches: Sequence[Stretch]) -> None:
        """Keep these messages and move the offsets over them, all or nothing. Raises OffsetTaken."""
