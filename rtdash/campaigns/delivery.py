"""Hands messages to Kafka and keeps account of each by the broker's delivery reports: none is ever swallowed."""

from __future__ import annotations

import logging
from typing import Any

from confluent_kafka import KafkaError, KafkaException, Message, Producer

from rtdash.errors import SourceError
from rtdash.model.kafka import Kafka
from rtdash.sources.kafka import CLICKSTREAM_TOPIC, DONATIONS_TOPIC, Trouble, client_config

log = logging.getLogger(__name__)

MOST_QUEUED = 50_000
"""Messages that may wait in this process; a runner makes no more until some are sent."""
_REPORTS_S = 10.0
_CONNECT_S = 5.0

# Refusals of the message itself. After any other error it may be in the log all the same: the answer was lost, or an
# earlier attempt had come through.
_REFUSALS = {
    KafkaError.MSG_SIZE_TOO_LARGE,
    KafkaError.RECORD_LIST_TOO_LARGE,
    KafkaError.INVALID_MSG_SIZE,
    KafkaError.INVALID_RECORD,
    KafkaError.INVALID_TIMESTAMP,
    KafkaError.POLICY_VIOLATION,
    KafkaError.TOPIC_EXCEPTION,
    KafkaError.TOPIC_AUTHORIZATION_FAILED,
    KafkaError.CLUSTER_AUTHORIZATION_FAILED,
    KafkaError.UNKNOWN_TOPIC_OR_PART,
    KafkaError._UNKNOWN_TOPIC,  # noqa: SLF001 (public constants, named like this)
    KafkaError._UNKNOWN_PARTITION,  # noqa: SLF001
}


class Tally:
    """Messages of one topic: generated = acked + failed + unknown + in flight."""

    def __init__(self) -> None:
        self.generated = 0
        self.acked = 0
        self.failed = 0
        self.unknown = 0
        self.error = ""
        """The latest reason why a message was not stored."""

    @property
    def in_flight(self) -> int:
        """Messages whose report is still awaited."""
        return self.generated - self.acked - self.failed - self.unknown

    def report(self, error: KafkaError | None, _message: Message) -> None:
        """One delivery report, as `on_delivery` gives it."""
        if error is None:
            self.acked += 1
        elif error.code() in _REFUSALS:
            self.refuse(error)
        else:
            self.unknown += 1
            self.error = error.str()

    def refuse(self, error: KafkaError) -> None:
        """One message that was surely not stored."""
        self.failed += 1
        self.error = error.str()

    def close(self) -> None:
        """No more reports will come: what has none is unknown."""
        self.unknown += self.in_flight


class Delivery:
    """An idempotent producer of both topics with a tally of each. Raises Refused, or Unreachable: no broker answers."""

    def __init__(self, kafka: Kafka) -> None:
        self.donations = Tally()
        self.events = Tally()
        self._tallies = {DONATIONS_TOPIC: self.donations, CLICKSTREAM_TOPIC: self.events}
        self._trouble = Trouble(kafka)
        self._producer = Producer(
            {
                **client_config(kafka, "campaign", self._trouble),
                "enable.idempotence": True,
                "acks": "all",
                "linger.ms": 5,
                # A microsecond a message for a fraction of the bytes: the built-in broker keeps that much more.
                "compression.type": "lz4",
                "queue.buffering.max.messages": 4 * MOST_QUEUED,
            }
        )
        try:
            with self._trouble.explained(self._producer.poll):
                self._producer.list_topics(timeout=_CONNECT_S)
        except SourceError:
            self._producer.close()
            raise
        self._trouble.complain = lambda what: log.warning("Kafka: %s", what)

    @property
    def queued(self) -> int:
        """Messages that wait in this process, or for their report."""
        return len(self._producer)

    @property
    def note(self) -> str:
        """What went wrong, in one line; empty when nothing did."""
        for topic, tally in self._tallies.items():
            if tally.error:
                return f"{tally.failed + tally.unknown} {topic} messages not delivered: {tally.error}"
        return f"Kafka: {self._trouble.what}" if self._trouble.what and self.donations.in_flight else ""

    def send(self, topic: str, messages: list[dict[str, Any]]) -> None:
        """Queue messages, each {"value": text}. Raises Unreachable when the producer can send no more at all."""
        if not messages:
            return
        tally = self._tallies[topic]
        tally.generated += len(messages)
        try:
            queued = self._producer.produce_batch(topic, messages, on_delivery=tally.report)
        except KafkaException as error:
            raise self._trouble.explain(error) from None
        if queued < len(messages):
            for message in messages:
                if (refusal := message.get("_error")) is not None:
                    tally.refuse(refusal)

    def take_reports(self, timeout_s: float = 0.0) -> None:
        """Count the reports that have come; wait for the first of them up to `timeout_s`."""
        self._producer.poll(timeout_s)

    def flush(self) -> None:
        """Wait for the reports of everything that was sent, 10 s at most."""
        self._producer.flush(_REPORTS_S)

    def close(self) -> None:
        """Send nothing more. What waits in the queues is thrown away, and counts as unknown."""
        if len(self._producer):
            self._producer.purge()
            self._producer.flush(1.0)
        self._producer.close()
        for tally in self._tallies.values():
            tally.close()
