"""Whether every message is accounted for: what was sent, what became of it, and what of it has arrived.

    generated = acked + failed + unknown + in flight
    acked + unknown that arrived = loaded + lag + dead letters + lost + duplicates

The lag is Kafka's own (end of each partition less what was read), never a difference of the others: it is what makes
the second line a check. The terms are read at different moments, so a difference counts only once nothing has moved for
2 s.

Where SingleStore's own pipeline loads, two readings make up what was received: the account that its procedure keeps in
tables, and the views of the server, which alone know the lag and cannot be read together with tables. What is no JSON
the pipeline skips, and logs for a while: no campaign sends such messages, so they stand beside the balance.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from rtdash.model.data import Cell

QUIET_S = 2.0
"""Nothing may have moved for so long before a difference is believed."""
SILENT_S = 1.5
"""Ingest looks twice a second where the partitions end; while it cannot see that, the lag is not known. It is less than
`QUIET_S`: a lag that was seen before the last message is not to be believed."""


def is_by_pipeline(account: Mapping[str, Cell]) -> bool:
    """Whether a row of the probe `conservation` is the account of a pipeline's procedure: that knows no lag."""
    return "lag" in account and account["lag"] is None


def _whole(record: Mapping[str, Cell], name: str) -> int:
    value = record.get(name)
    return int(str(value)) if value is not None else 0


@dataclass(frozen=True, slots=True)
class Sent:
    """Messages of one topic as the campaigns account for them."""

    generated: int = 0
    acked: int = 0
    failed: int = 0
    unknown: int = 0

    @classmethod
    def read(cls, record: Mapping[str, Cell], prefix: str = "") -> Self:
        """From columns of these names, with a prefix for another topic."""
        return cls(
            generated=_whole(record, prefix + "generated"),
            acked=_whole(record, prefix + "acked"),
            failed=_whole(record, prefix + "failed"),
            unknown=_whole(record, prefix + "unknown"),
        )

    @property
    def in_flight(self) -> int:
        """Their delivery report is still awaited."""
        return self.generated - self.acked - self.failed - self.unknown


@dataclass(frozen=True, slots=True)
class Received:
    """Messages of one topic as ingest and Kafka account for them, over all lives of the topic."""

    loaded: int = 0
    lag: int = 0
    dead: int = 0
    lost: int = 0
    duplicates: int = 0
    replayed: int = 0
    """Dead letters that were loaded after all: they are of no campaign's making, whatever number they carry."""
    no_json: int = 0
    """What the pipeline has skipped, as far as the server still tells: of no campaign, on no side of the balance."""
    is_attended: bool = True
    """Ingest has just seen where the partitions end: the lag is known."""
    is_own: bool = True
    """Loaded are messages of the campaigns alone, so that more of them than were sent is wrong."""
    is_by_pipeline: bool = False
    """SingleStore's own pipeline loads them."""

    @classmethod
    def read(cls, record: Mapping[str, Cell], *, is_own: bool, is_by_pipeline: bool = False) -> Self:
        """From columns of these names; `unseen_s` is NULL when ingest was never heard of, or no pipeline is at work."""
        unseen_s = record.get("unseen_s")
        return cls(
            loaded=_whole(record, "loaded"),
            lag=_whole(record, "lag"),
            dead=_whole(record, "dead"),
            lost=_whole(record, "lost"),
            duplicates=_whole(record, "duplicates"),
            replayed=_whole(record, "replayed"),
            no_json=_whole(record, "no_json"),
            is_attended=unseen_s is not None and float(str(unseen_s)) <= SILENT_S,
            is_own=is_own,
            is_by_pipeline=is_by_pipeline,
        )

    @property
    def total(self) -> int:
        """All that Kafka had taken of what can be loaded, or was."""
        return self.loaded + self.lag + self.dead + self.lost + self.duplicates


@dataclass(frozen=True, slots=True)
class Balance:
    """Both accounts of one topic, and for how long neither has moved, s."""

    sent: Sent
    received: Received
    quiet_s: float

    @property
    def unknown_arrived(self) -> int:
        """Messages without a report that are there all the same."""
        return max(0, min(self.sent.unknown, self.received.total - self.sent.acked))

    @property
    def missing(self) -> int:
        """Acknowledged, and nowhere to be found."""
        return max(0, self.sent.acked - self.received.total)

    @property
    def untold(self) -> int:
        """Arrived, and no campaign tells of them: messages of other programs, or of a runner that was killed."""
        return max(0, self.received.total - self.sent.acked - self.sent.unknown)

    @property
    def surplus(self) -> int:
        """Messages of the campaigns that were loaded, beyond those that can have been sent."""
        sent, received = self.sent, self.received
        return max(0, received.loaded - received.replayed - sent.generated + sent.failed) if received.is_own else 0

    @property
    def is_settled(self) -> bool:
        """Whether a difference is one, and not the time between two readings."""
        return self.quiet_s >= QUIET_S and self.received.is_attended

    @property
    def is_wrong(self) -> bool:
        """Whether something is missing, or there twice."""
        return self.is_settled and bool(self.missing or self.surplus)


_SENT, _EVENTS_SENT, _RECEIVED, _EVENTS_RECEIVED = "sent", "events sent", "received", "events received"


class ConservationWatch:
    """Takes both accounts of both topics as the probes bring them; times are of `time.monotonic`."""

    def __init__(self) -> None:
        self._terms: dict[str, Sent | Received] = {}
        self._moved_at: dict[str, float] = {}
        self._read_at: dict[str, float] = {}
        self._delivery: Mapping[str, Cell] = {}
        self._delivery_at = 0.0

    def take_delivery(self, record: Mapping[str, Cell], at: float) -> None:
        """A row of the probe `delivery`, read at `at`: of a pipeline, what its account does not know."""
        self._delivery, self._delivery_at = record, at

    def take_campaigns(self, record: Mapping[str, Cell], at: float) -> None:
        """A row of the probe `conservation`, read at `at`: what was sent, and what became of the donations."""
        self._take(_SENT, Sent.read(record), at)
        self._take(_EVENTS_SENT, Sent.read(record, "events_"), at)
        by_pipeline = is_by_pipeline(record)
        received = self._completed(record, at) if by_pipeline else record
        self._take(_RECEIVED, Received.read(received, is_own=True, is_by_pipeline=by_pipeline), at)

    def take_events(self, record: Mapping[str, Cell], at: float) -> None:
        """A row of the probe `conservation_events`, read at `at`."""
        self._take(_EVENTS_RECEIVED, Received.read(record, is_own=False), at)

    @property
    def donations(self) -> Balance | None:
        """The balance of the donations, None as long as it is not known."""
        return self._balance(_SENT, _RECEIVED)

    @property
    def events(self) -> Balance | None:
        """The balance of the events, None as long as one side is not known."""
        return self._balance(_EVENTS_SENT, _EVENTS_RECEIVED)

    def _completed(self, account: Mapping[str, Cell], at: float) -> Mapping[str, Cell]:
        """The account, with what the views told last: the lag, seen that long ago, and messages that are no JSON."""
        unseen_s = self._delivery.get("unseen_s")
        return {
            **account,
            "lag": self._delivery.get("lag"),
            "no_json": self._delivery.get("dead"),
            "unseen_s": None if unseen_s is None else float(str(unseen_s)) + at - self._delivery_at,
        }

    def _take(self, name: str, terms: Sent | Received, at: float) -> None:
        self._read_at[name] = at
        if self._terms.get(name) != terms:
            self._terms[name] = terms
            self._moved_at[name] = at

    def _balance(self, sent: str, received: str) -> Balance | None:
        """What is quiet is so until it was last read, whatever the time is now."""
        first, second = self._terms.get(sent), self._terms.get(received)
        if not isinstance(first, Sent) or not isinstance(second, Received):
            return None
        read_at = min(self._read_at[sent], self._read_at[received])
        return Balance(first, second, max(0.0, read_at - max(self._moved_at[sent], self._moved_at[received])))
