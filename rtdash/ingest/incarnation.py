"""Which life of a topic this is: offsets mean nothing in another."""

from __future__ import annotations

from confluent_kafka import KafkaException, TopicCollection
from confluent_kafka.admin import AdminClient

from rtdash.errors import Unreachable
from rtdash.settings import Settings
from rtdash.sources.kafka import client_config


class Incarnations:
    """Asks the broker for a topic's id, unless the settings name the life of a broker that has none."""

    def __init__(self, settings: Settings) -> None:
        self._named = settings.kafka_incarnation
        self._admin = (
            None if self._named else AdminClient(client_config(settings.kafka_bootstrap_servers or "", "ingest"))
        )

    def of(self, topic: str, within_s: float = 2.0) -> str:
        """The topic's id; from brokers older than 2.8, which have none, the cluster's. Raises Unreachable."""
        if self._admin is None:
            return str(self._named)
        try:
            answer = self._admin.describe_topics(TopicCollection([topic]), request_timeout=within_s)
            topic_id = answer[topic].result().topic_id
            if topic_id.get_most_significant_bits() or topic_id.get_least_significant_bits():
                return str(topic_id)
            return str(self._admin.list_topics(timeout=within_s).cluster_id)
        except KafkaException as error:
            raise Unreachable(f"Kafka: the id of topic {topic} is not known: {error.args[0].str()}") from None
