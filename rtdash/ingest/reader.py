"""Reads one topic from given offsets: no consumer group, no commits.

A gap in the offsets is never skipped in silence.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping

from confluent_kafka import OFFSET_INVALID, Consumer, KafkaError, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient, OffsetSpec  # type: ignore[attr-defined]

from rtdash.errors import Unreachable
from rtdash.ingest.batch import Stretch
from rtdash.model.kafka import Kafka
from rtdash.sources.kafka import Trouble, client_config

log = logging.getLogger(__name__)

_MOST_MESSAGES = 10_000
_METADATA_S = 0.5
_BOUNDS_S = 5.0


class TopicReader:
    """A consumer of one topic. `partitions()`, `seek()`, then `read()` again and again; `close()` at the end."""

    def __init__(self, kafka: Kafka, topic: str) -> None:
        self.topic = topic
        self._next: dict[int, int] = {}
        self._overtaken: set[int] = set()
        self._trouble = Trouble(kafka)
        self._trouble.complain = lambda what: log.warning("Kafka, %s: %s", topic, what)
        self._admin = AdminClient(client_config(kafka, f"ingest-{topic}"))
        self._consumer = Consumer(
            {
                **client_config(kafka, f"ingest-{topic}", self._trouble),
                "group.id": "rtdash",
                "enable.auto.commit": False,
                "enable.auto.offset.store": False,
                "auto.offset.reset": "error",
                # The built-in broker forgets soon, and does not wake a fetch that waits: take much, ask often.
                "queued.min.messages": 200_000,
                "queued.max.messages.kbytes": 65_536,
                "fetch.queue.backoff.ms": 20,
                "fetch.wait.max.ms": 20,
            }
        )

    def close(self) -> None:
        """Leave the broker."""
        self._consumer.close()

    def partitions(self) -> list[int]:
        """Numbers of the partitions there are; none while the topic does not exist. Raises Refused or Unreachable."""
        with self._trouble.explained():
            found = self._consumer.list_topics(timeout=_METADATA_S).topics.get(self.topic)
        return sorted(found.partitions) if found is not None and found.error is None else []

    def bounds(self, partition_id: int) -> tuple[int, int]:
        """The oldest offset that the broker still has, and the end. Raises Refused or Unreachable."""
        with self._trouble.explained():
            bounds = self._consumer.get_watermark_offsets(TopicPartition(self.topic, partition_id), timeout=_BOUNDS_S)
        if bounds is None:
            raise Unreachable(f"Kafka: no answer on {self.topic} partition {partition_id}")
        return bounds

    def seek(self, offsets: Mapping[int, int]) -> None:
        """Read on from these offsets by partition, and nothing else."""
        self._next = dict(offsets)
        self._overtaken.clear()
        self._assign()

    def ends(self, within_s: float) -> dict[int, int | None]:
        """The end of each partition that is read, asked anew; None where no answer comes in time. From any thread."""
        end = OffsetSpec.latest()  # type: ignore[no-untyped-call]
        wanted = {TopicPartition(self.topic, partition_id): end for partition_id in self._next}
        if not wanted:
            return {}
        answers = self._admin.list_offsets(wanted, request_timeout=within_s)
        return {
            partition.partition: None if answer.exception() else answer.result().offset
            for partition, answer in answers.items()
        }

    def read(self, timeout_s: float) -> list[Stretch]:
        """What has come within `timeout_s`, at most 10,000 messages: one stretch for each partition that had any.

        Raises Refused or Unreachable.
        """
        try:
            messages = self._consumer.consume(_MOST_MESSAGES, timeout_s)
        except KafkaException as error:
            raise self._trouble.explain(error) from None
        found: dict[int, list[tuple[int, bytes]]] = {}
        for message in messages:
            problem, partition_id, offset = message.error(), message.partition(), message.offset()
            if problem is not None:
                self._on_message_error(problem, partition_id)
            elif partition_id is not None and offset is not None:
                found.setdefault(partition_id, []).append((offset, message.value() or b""))
        if not found and not self._overtaken:
            return []
        stretches = [self._stretch(number, stretch) for number, stretch in found.items()]
        stretches += [self._skip(number) for number in sorted(self._overtaken - found.keys())]
        if found:
            self._trouble.over()
        return stretches

    def _stretch(self, partition_id: int, messages: list[tuple[int, bytes]]) -> Stretch:
        start, end = self._next[partition_id], messages[-1][0] + 1
        lost = end - start - len(messages)
        if lost:
            log.error("%s partition %d: %d messages are missing before %d", self.topic, partition_id, lost, end)
        self._next[partition_id] = end
        return Stretch(partition_id, start, end, self._latest(partition_id), messages, lost)

    def _skip(self, partition_id: int) -> Stretch:
        """The stored offset is not there: retention has passed us by, or the log has begun again and ends before it."""
        start = self._next[partition_id]
        low, high = self.bounds(partition_id)
        end = max(low, start) if start <= high else low
        log.error(
            "%s partition %d has %d … %d, not %d: going on at %d", self.topic, partition_id, low, high, start, end
        )
        self._next[partition_id] = end
        self._overtaken.discard(partition_id)
        self._assign()
        return Stretch(partition_id, start, end, high, (), max(0, end - start))

    def _latest(self, partition_id: int) -> int:
        """The end of a partition, as the broker told it with the last messages."""
        _, high = self._consumer.get_watermark_offsets(TopicPartition(self.topic, partition_id), cached=True)
        return max(high, self._next[partition_id]) if high != OFFSET_INVALID else self._next[partition_id]

    def _assign(self) -> None:
        self._consumer.assign([TopicPartition(self.topic, number, offset) for number, offset in self._next.items()])

    def _on_message_error(self, error: KafkaError, partition_id: int | None) -> None:
        if error.code() == KafkaError._AUTO_OFFSET_RESET and partition_id in self._next:  # noqa: SLF001
            self._overtaken.add(partition_id)
        else:
            self._trouble.hear(error)
