"""Which life of a topic this is: offsets mean nothing in another."""

from __future__ import annotations

from confluent_kafka import TopicCollection
from confluent_kafka.admin import AdminClient

from rtdash.model.kafka import Kafka
from rtdash.sources.kafka import Trouble, client_config


class Incarnations:
    """Asks the broker for a topic's id, unless the life of a broker that has none is `named`."""

    def __init__(self, kafka: Kafka, named: str | None) -> None:
        self._named = named
        self._trouble = Trouble(kafka)
        self._admin = None if named else AdminClient(client_config(kafka, "ingest", self._trouble))

    def of(self, topic: str, within_s: float = 2.0) -> str:
        """The topic's id; the cluster's from brokers older than 2.8, which have none. Raises Refused, Unreachable."""
        if self._admin is None:
            return str(self._named)
        with self._trouble.explained(self._admin.poll, f"the id of topic {topic} is not known: "):
            answer = self._admin.describe_topics(TopicCollection([topic]), request_timeout=within_s)
            topic_id = answer[topic].result().topic_id
            if topic_id.get_most_significant_bits() or topic_id.get_least_significant_bits():
                return str(topic_id)
            return str(self._admin.list_topics(timeout=within_s).cluster_id)
