"""Dead letters for the tests: buried as ingest does it, looked after by the command."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rtdash.ingest.batch import DeadLetter, Parsed, Stretch
from rtdash.ingest.clickstream import ClickstreamSink
from rtdash.ingest.donations import DonationSink
from rtdash.ingest.offsets import OffsetTable
from rtdash.settings import Settings
from tests.messages import donation, event

COUNTERS = (
    "SELECT incarnation, partition_id, next_offset, loaded, dead, duplicates, lost FROM ingest_offsets ORDER BY 1, 2"
)
DONATIONS = """
SELECT COUNT(*), (SELECT COALESCE(SUM(donations), 0) FROM donation_totals),
    (SELECT COALESCE(SUM(donations), 0) FROM donation_seconds)
FROM donation_transactions
"""
LETTERS = (
    "SELECT incarnation, partition_id, message_offset, payload, reason, replayed_at IS NULL, correction"
    " FROM dead_letters ORDER BY recorded_at, partition_id, message_offset"
)


class Letters:
    """Dead letters of one database, and the command that looks after them."""

    def __init__(self, topic: str, settings: Settings, ask: Callable[[str], Any], run: Callable[..., Any]) -> None:
        self.topic = topic
        self.settings = settings
        self.ask = ask
        """Asks the database of the topic."""
        self.run = run
        self._ends = dict[tuple[str, int], int]()

    def sink(self) -> Any:
        """An open one."""
        is_donations = self.topic == "donations"
        sink = DonationSink(self.settings.donations_dsn) if is_donations else ClickstreamSink(self.settings.citus_dsn)
        sink.connect()
        return sink

    def bury(self, *payloads: bytes, incarnation: str = "a life", partition: int = 0, reason: str = "no use") -> None:
        """What an ingest with other rules has found to be of no use; a transaction each."""
        offsets = OffsetTable(self.topic, incarnation)
        sink = self.sink()
        for payload in payloads:
            start = self._ends.get((incarnation, partition), 0)
            end = self._ends[incarnation, partition] = start + 1
            letter = DeadLetter(partition, start, payload, reason)
            with sink.transaction() as cursor:
                if start == 0:
                    offsets.begin(cursor, partition, 0)
                offsets.advance(cursor, [Parsed(Stretch(partition, start, end, end, []), [], [letter])])
                offsets.bury(cursor, [letter])
        sink.close()

    def stored(self) -> int:
        """Events, or donations that agree in all tables."""
        if self.topic == "clickstream":
            return self.ask("SELECT count(*) FROM events")[0][0]
        ((rows, totals, seconds),) = self.ask(DONATIONS)
        assert rows == totals == seconds, (rows, totals, seconds)
        return rows

    def message(self, number: int = 1, **changes: object) -> bytes:
        """A valid one."""
        name = "transaction_id" if self.topic == "donations" else "session_id"
        return (donation if self.topic == "donations" else event)(**{name: number} | changes)

    def invalid(self) -> bytes:
        """One whose place in the world is wrong."""
        return self.message(**{"city" if self.topic == "donations" else "country": 7})
