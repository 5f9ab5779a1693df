"""A private Kafka broker: the one built into librdkafka, in a process of its own.

It makes topics on first use, with four partitions, keeps about 5 MB of each partition and nothing beyond its own life.
"""

from __future__ import annotations

import secrets
import signal
import sys
from pathlib import Path
from typing import Any

from rtdash.model.kafka import Kafka
from rtdash.servers.folders import DataFolder
from rtdash.servers.server import PrivateServer

_ADDRESS = "bootstrap.servers="


class PrivateBroker(PrivateServer):
    """The built-in broker, on a free port of 127.0.0.1."""

    title = "Kafka"
    runs_as_ourselves = True

    def __init__(self, data: DataFolder) -> None:
        super().__init__(data)
        self.kafka = Kafka("")
        """How it is reached, once it is started."""
        self.incarnation = ""
        """Names one life of the broker, since offsets begin at 0 again after a restart."""

    def addresses(self) -> dict[str, Any]:
        """What `Settings` needs to reach it, by the names of its fields; whatever else is set is for another broker."""
        return {
            "kafka_bootstrap_servers": self.kafka.bootstrap_servers,
            "kafka_security_protocol": self.kafka.security_protocol,
            "kafka_incarnation": self.incarnation,
        }

    def _command(self) -> list[str | Path]:
        self.kafka = Kafka("")
        self.incarnation = secrets.token_hex(8)
        return [sys.executable, "-P", "-m", "rtdash.servers.broker"]

    def _answers(self) -> bool:
        """It says its address once it listens."""
        lines = self._process.log_tail() if self._process else []
        addresses = [line.removeprefix(_ADDRESS) for line in lines if line.startswith(_ADDRESS)]
        self.kafka = Kafka(addresses[-1] if addresses else "")
        return bool(addresses)


def main() -> None:
    """Run the broker until SIGTERM."""
    # Before librdkafka starts its threads, which then do not get the signal.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    from confluent_kafka import Producer

    broker = Producer({"test.mock.num.brokers": 1, "bootstrap.servers": "mock", "log_level": 0})
    (listener,) = broker.list_topics(timeout=10).brokers.values()
    print(f"{_ADDRESS}{listener.host}:{listener.port}", flush=True)  # noqa: T201 (standard output is the log)
    signal.sigwait({signal.SIGTERM})


if __name__ == "__main__":
    main()
