"""Kafka client settings that producers, consumers and the admin client share."""

from __future__ import annotations

from typing import Any

DONATIONS_TOPIC = "donations"
CLICKSTREAM_TOPIC = "clickstream"


def client_config(bootstrap_servers: str, purpose: str) -> dict[str, Any]:
    """librdkafka's settings for any client; its own log lines never reach the terminal."""
    return {
        "bootstrap.servers": bootstrap_servers,
        "client.id": f"rtdash-{purpose}",
        "log_level": 0,
    }
