"""The account of delivery reports, and who may give up a campaign."""

from __future__ import annotations

import pytest
from confluent_kafka import KafkaError

from rtdash.campaigns.delivery import Tally
from rtdash.campaigns.stale import StaleWatch
from rtdash.errors import Unreachable


def test_every_message_is_acked_failed_unknown_or_in_flight():
    tally = Tally()
    tally.generated = 13
    for error in (
        None,
        None,
        KafkaError(KafkaError.MSG_SIZE_TOO_LARGE),
        KafkaError(KafkaError._MSG_TIMED_OUT),
        KafkaError(KafkaError._PURGE_INFLIGHT),
        KafkaError(KafkaError._PURGE_QUEUE),
        # What an earlier attempt may have stored.
        KafkaError(KafkaError._INCONSISTENT),
        KafkaError(KafkaError.OUT_OF_ORDER_SEQUENCE_NUMBER),
        KafkaError(KafkaError.TOPIC_AUTHORIZATION_FAILED),
    ):
        tally.report(error, None)
    assert (tally.acked, tally.failed, tally.unknown, tally.in_flight) == (2, 2, 5, 4)
    assert "authorization" in tally.error.lower()
    tally.refuse(KafkaError(KafkaError._FATAL))
    assert (tally.acked, tally.failed, tally.unknown, tally.in_flight) == (2, 3, 5, 3)
    tally.close()
    assert (tally.acked, tally.failed, tally.unknown, tally.in_flight) == (2, 3, 8, 0)


class Table:
    """As a store: what it was asked, and whether it answers."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.answers = True

    def ping(self) -> None:
        self._ask("ping")

    def close_stale(self, silent_s: float) -> int:
        self._ask(f"close {silent_s:.0f}")
        return 1

    def _ask(self, what: str) -> None:
        if not self.answers:
            raise Unreachable("away")
        self.asked.append(what)


def test_a_campaign_is_given_up_only_after_the_database_answered_throughout():
    times: list[float] = []
    table, watch = Table(), StaleWatch(lambda: times.pop(0))

    def look(*moments: float) -> list[int]:
        times[:] = moments
        return [watch.look(table) for _ in moments]

    assert look(0, 1, 2, 3, 4) == [0] * 5
    assert look(5) == [1]
    # Nobody looked for a while: the database may have been away and have held up the runner.
    assert look(9, 10, 11, 12, 13) == [0] * 5
    assert look(14) == [1]
    table.answers = False
    with pytest.raises(Unreachable):
        look(15)
    table.answers = True
    assert look(16, 17, 18, 19, 20) == [0] * 5
    assert look(21) == [1]
    assert set(table.asked) == {"ping", "close 5"}
