"""The topics of Kafka: what is there is left alone, what is missing is made as the settings say."""

from __future__ import annotations

import shlex
from dataclasses import dataclass

from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import AdminClient, ConfigResource, NewTopic, ResourceType  # type: ignore[attr-defined]

from rtdash.model.kafka import Kafka
from rtdash.schema.finding import Finding
from rtdash.settings import Settings
from rtdash.sources.kafka import CLICKSTREAM_TOPIC, DONATIONS_TOPIC, Trouble, client_config

_ANSWER_S = 10.0
_METADATA_S = 5.0
_HOUR_MS = 3_600_000


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic, as it is wanted or as it was found."""

    name: str
    partitions: int
    retention_ms: int | None
    """-1: for ever; None where the broker does not tell."""

    @property
    def config(self) -> dict[str, str]:
        """What Kafka is told of its messages."""
        return {"cleanup.policy": "delete", "retention.ms": str(self.retention_ms)}

    def __str__(self) -> str:
        partitions = f"{self.partitions} partition{'' if self.partitions == 1 else 's'}"
        if self.retention_ms is None:
            return partitions
        kept = "for ever" if self.retention_ms < 0 else f"{self.retention_ms / _HOUR_MS:g} h"
        return f"{partitions}, messages kept {kept}"

    def differs_from(self, wanted: Topic) -> bool:
        """Whether it is known to be another than the wanted one."""
        return self.partitions != wanted.partitions or self.retention_ms not in {None, wanted.retention_ms}

    def command(self, kafka: Kafka) -> str:
        """The line that makes it by hand; `client.properties` says to Kafka's own tools who they are."""
        line = ["kafka-topics.sh", "--bootstrap-server", kafka.bootstrap_servers]
        if kafka.has_credentials or kafka.is_encrypted:
            line += ["--command-config", "client.properties"]
        line += ["--create", "--topic", self.name]
        line += ["--partitions", str(self.partitions)]
        for name, value in self.config.items():
            line += ["--config", f"{name}={value}"]
        return shlex.join(line)


def wanted_topics(settings: Settings) -> list[Topic]:
    """Both topics as the settings want them."""
    retention_ms = round(settings.kafka_retention_hours * _HOUR_MS)
    return [Topic(name, settings.kafka_partitions, retention_ms) for name in (DONATIONS_TOPIC, CLICKSTREAM_TOPIC)]


class Broker:
    """Kafka, asked for all topics at once: a broker that makes topics on first use makes none when it is asked so."""

    def __init__(self, kafka: Kafka) -> None:
        """Raises Refused or Unreachable."""
        self._kafka = kafka
        trouble = Trouble(kafka)
        self._admin = AdminClient(client_config(kafka, "init", trouble))
        with trouble.explained(self._admin.poll):
            self._seen = self._admin.list_topics(timeout=_METADATA_S)

    def plan(self, wanted: Topic) -> Finding:
        """What `make` would do; the broker itself is asked whether it would, and makes nothing."""
        return self._found(wanted) or self._said(wanted, self._create(wanted, only_asking=True), "will be made")

    def make(self, wanted: Topic) -> Finding:
        """Make a topic unless it is there; not possible where the broker refuses."""
        return self._found(wanted) or self._said(wanted, self._create(wanted), "made")

    def _found(self, wanted: Topic) -> Finding | None:
        if (seen := self._seen.topics.get(wanted.name)) is None:
            return None
        found = Topic(wanted.name, len(seen.partitions), self._retention_ms(wanted.name))
        differs = f"; the settings want {wanted}" if found.differs_from(wanted) else ""
        return Finding(wanted.name, f"is there, with {found}{differs}")

    def _said(self, wanted: Topic, refusal: KafkaError | str | None, done: str) -> Finding:
        if refusal is None:
            return Finding(wanted.name, f"{done}: {wanted}")
        if isinstance(refusal, KafkaError):
            if refusal.code() == KafkaError.TOPIC_ALREADY_EXISTS:
                return Finding(wanted.name, "is there; this account may not see it, or another has just made it")
            refusal = refusal.str()
        by_hand = wanted.command(self._kafka)
        return Finding(wanted.name, f"the broker does not make it: {refusal}. By hand: {by_hand}", is_possible=False)

    def _create(self, wanted: Topic, *, only_asking: bool = False) -> KafkaError | str | None:
        """None when the broker has made it, or would; else why not."""
        if self._seen.controller_id not in self._seen.brokers:
            return "it names no controller (the built-in one has none, and makes topics on first use)"
        refusal = self._ask_to_create(wanted, -1, only_asking=only_asking)
        # Older than 2.4 it has no default that could be asked for; where it is alone there is but one answer.
        if refusal and refusal.code() == KafkaError.INVALID_REPLICATION_FACTOR and len(self._seen.brokers) == 1:
            refusal = self._ask_to_create(wanted, 1, only_asking=only_asking)
        return refusal

    def _ask_to_create(self, wanted: Topic, replication: int, *, only_asking: bool) -> KafkaError | None:
        topic = NewTopic(wanted.name, wanted.partitions, replication, config=wanted.config)
        answers = self._admin.create_topics(
            [topic], operation_timeout=_ANSWER_S, request_timeout=_ANSWER_S, validate_only=only_asking
        )
        try:
            answers[wanted.name].result()
        except KafkaException as error:
            refusal: KafkaError = error.args[0]
            return refusal
        return None

    def _retention_ms(self, name: str) -> int | None:
        """None where the broker has no controller, which is who is asked, or does not tell this account."""
        if self._seen.controller_id not in self._seen.brokers:
            return None
        resource = ConfigResource(ResourceType.TOPIC, name)
        try:
            answer = self._admin.describe_configs([resource], request_timeout=_ANSWER_S)[resource].result()
        except KafkaException:
            return None
        return int(answer["retention.ms"].value)
