"""The account of delivery reports, and who may give up a campaign."""

from __future__ import annotations

from confluent_kafka import KafkaError

from rtdash.campaigns.delivery import Tally


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
