"""What loads the donations, at one moment: SingleStore's pipeline, or `rtdash ingest` in its place on MariaDB."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Self

PIPELINE = "donations"
"""Its name, that of the topic."""


class PipelineState(StrEnum):
    """The states that we act upon; the server knows others, which come in its own words."""

    RUNNING = "Running"
    STOPPED = "Stopped"
    ERROR = "Error"


@dataclass(frozen=True, slots=True)
class PipelinePartition:
    """A partition of the topic, and how many of its messages are not loaded; None where that is not known."""

    partition_id: str
    lag: int | None

    @classmethod
    def read(cls, row: Sequence[Any]) -> Self:
        """From name and lag."""
        name, lag = row
        return cls(str(name), None if lag is None else int(lag))


@dataclass(frozen=True, slots=True)
class PipelineBatch:
    """What was loaded at once; what the server does not tell, or not yet, is None."""

    batch_id: int
    state: str
    rows: int | None
    rows_per_s: float | None
    took_s: float | None
    started_at: datetime | None

    @classmethod
    def read(cls, row: Sequence[Any]) -> Self:
        """From values in this order; the time in seconds since the epoch."""
        batch_id, state, *numbers = row
        rows, rows_per_s, took_s, started = (None if number is None else float(number) for number in numbers)
        started_at = None if started is None else datetime.fromtimestamp(started, UTC)
        return cls(int(batch_id), str(state), None if rows is None else int(rows), rows_per_s, took_s, started_at)


@dataclass(frozen=True, slots=True)
class PipelineError:
    """Something that could not be loaded, or why nothing could."""

    at: datetime
    type: str
    """Error, Warning (what is skipped) or, from ingest, Dead letter."""
    code: int | None
    message: str
    line: str | bytes
    """The message of Kafka, as far as it is told."""

    @classmethod
    def read(cls, row: Sequence[Any]) -> Self:
        """From values in this order; the time in seconds since the epoch."""
        at, kind, code, message, line = row
        moment = datetime.fromtimestamp(float(at), UTC)
        return cls(moment, str(kind), None if code is None else int(code), str(message), line or "")

    @property
    def is_fatal(self) -> bool:
        """Whether it keeps the pipeline from going on."""
        return self.type == "Error"


@dataclass(frozen=True, slots=True)
class PipelineStatus:
    """All that is told of it; batches and errors are the latest ones, newest first."""

    state: str
    rows_per_s: float | None
    """Over the last 10 s."""
    is_exactly_once: bool | None
    """Whether offsets commit with the rows; None when the server does not know such a variable."""
    partitions: Sequence[PipelinePartition]
    batches: Sequence[PipelineBatch]
    errors: Sequence[PipelineError]
    untold: Sequence[str]
    """Why the server does not tell the parts that are missing here."""

    @property
    def lag(self) -> int | None:
        """Messages that are not loaded; None when that is not known of every partition."""
        known = [each.lag for each in self.partitions if each.lag is not None]
        return sum(known) if known and len(known) == len(self.partitions) else None
