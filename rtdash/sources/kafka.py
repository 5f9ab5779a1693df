"""Kafka client settings that producers, consumers and the admin client share."""

from __future__ import annotations

from typing import Any

from confluent_kafka import KafkaException, Producer

from rtdash.errors import Unreachable

DONATIONS_TOPIC = "donations"
CLICKSTREAM_TOPIC = "clickstream"
_METADATA_S = 5.0


def client_config(bootstrap_servers: str, purpose: str) -> dict[str, Any]:
    """librdkafka's settings for any client; its own log lines never reach the terminal."""
    return {
        "bootstrap.servers": bootstrap_servers,
        "client.id": f"rtdash-{purpose}",
        "log_level": 0,
    }


def make_topics(bootstrap_servers: str) -> None:
    """Have a broker that makes topics on first use make both, so that ingest has something to follow.

    Raises Unreachable.
    """
    producer = Producer(client_config(bootstrap_servers, "topics"))
    try:
        for topic in (DONATIONS_TOPIC, CLICKSTREAM_TOPIC):
            producer.list_topics(topic, timeout=_METADATA_S)
    except KafkaException as error:
        raise Unreachable(f"Kafka at {bootstrap_servers}: {error.args[0].str()}") from None
    finally:
        producer.close()
