"""Kafka's clients: the settings that all share, and why one gets no answer."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from confluent_kafka import KafkaError, KafkaException, Producer

from rtdash.errors import Refused, SourceError, Unreachable
from rtdash.model.kafka import Kafka
from rtdash.model.text import plain

DONATIONS_TOPIC = "donations"
CLICKSTREAM_TOPIC = "clickstream"
_METADATA_S = 5.0

# KafkaError's constants are public, and named like this.
_NO_ANSWER = {KafkaError._TIMED_OUT, KafkaError._TRANSPORT, KafkaError._ALL_BROKERS_DOWN}  # noqa: SLF001
_CURES = {
    KafkaError._AUTHENTICATION: "see kafka_sasl_mechanism, kafka_sasl_username and kafka_sasl_password",  # noqa: SLF001
    KafkaError._SSL: "see kafka_ssl_ca, and name the brokers as their certificate does",  # noqa: SLF001
}
_WHERE = re.compile(r"^(?:\w+://)?(\S+?)/\w+: ")
# For how long it had tried, and what its own settings are called.
_ASIDES = re.compile(r", verify that ssl\.ca\.location .*| \(after .*\)$", re.DOTALL)


def client_config(kafka: Kafka, purpose: str, trouble: Trouble | None = None) -> dict[str, Any]:
    """librdkafka's settings for any client; its own log lines never reach the terminal, `trouble` hears of them."""
    config: dict[str, Any] = {
        "bootstrap.servers": kafka.bootstrap_servers,
        "security.protocol": kafka.security_protocol,
        "client.id": f"rtdash-{purpose}",
        "log_level": 0,
    }
    if kafka.has_credentials:
        config["sasl.mechanism"] = kafka.sasl_mechanism
        config["sasl.username"] = kafka.sasl_username
        config["sasl.password"] = kafka.sasl_password.get_secret_value() if kafka.sasl_password else None
    if kafka.is_encrypted and kafka.ssl_ca is not None:
        config["ssl.ca.location"] = str(kafka.ssl_ca)
    if trouble is not None:
        config["error_cb"] = trouble.hear
    return config


class Trouble:
    """Why a client gets no answer: librdkafka tells that to `error_cb`; whoever asks hears of a time-out alone."""

    def __init__(self, kafka: Kafka) -> None:
        self.complain: Callable[[str], None] | None = None
        """Called once for each kind of trouble, until it is `over`."""
        self._kafka = kafka
        self._complained: set[int] = set()
        self._heard: KafkaError | None = None
        self._was_answered = False

    @property
    def what(self) -> str:
        """What was heard, and what helps, as one printable line; empty when nothing was."""
        return "" if self._heard is None else self._say(self._heard)

    def hear(self, error: KafkaError) -> None:
        """What librdkafka calls: it goes on trying, and tells of each attempt."""
        # A refusal says more than the broken line that follows it, and anything more than that all brokers are down.
        if self._heard is None or _weight(error) >= _weight(self._heard):
            self._heard = error
        if self.complain is not None and error.code() not in self._complained:
            self._complained.add(error.code())
            self.complain(self._say(error))

    def over(self) -> None:
        """All is well."""
        self._heard = None
        self._complained.clear()

    @contextmanager
    def explained(self, listen: Callable[[float], object] = lambda _: None, about: str = "") -> Iterator[None]:
        """Within it, a question that fails is Refused or Unreachable.

        `listen` is its client's `poll`, but that of a consumer: there it would take a message, and `consume` listens.
        """
        try:
            yield
        except KafkaException as error:
            listen(0.0)
            raise self.explain(error, about) from None
        listen(0.0)
        self._was_answered, self._heard = True, None

    def explain(self, error: KafkaException, about: str = "") -> SourceError:
        """librdkafka's error as one of ours, printable, without the password."""
        answer: KafkaError = error.args[0]
        heard = self._heard if answer.code() in _NO_ANSWER and self._heard is not None else answer
        said = f"Kafka at {plain(self._kafka.bootstrap_servers)}: {about}{self._say(heard)}"
        if heard.code() in _CURES:
            return Refused(said)
        if heard.code() == KafkaError._ALL_BROKERS_DOWN and not self._was_answered:  # noqa: SLF001
            said += f"; if they hang up, they want another kafka_security_protocol than {self._kafka.security_protocol}"
        return Unreachable(said)

    def _say(self, error: KafkaError) -> str:
        text = _ASIDES.sub("", error.str())
        if (where := _WHERE.match(text)) is not None:
            # Of several brokers it matters which.
            is_known = where[1] == self._kafka.bootstrap_servers
            text = text[where.end() :] if is_known else f"{where[1]}: {text[where.end() :]}"
        cure = _CURES.get(error.code())
        return f"{plain(text)}; {cure}" if cure else plain(text)


def _weight(error: KafkaError) -> int:
    return 2 if error.code() in _CURES else int(error.code() != KafkaError._ALL_BROKERS_DOWN)  # noqa: SLF001


def make_topics(kafka: Kafka) -> None:
    """Have a broker that makes topics on first use make both, so that ingest has something to follow.

    Raises Refused or Unreachable.
    """
    trouble = Trouble(kafka)
    producer = Producer(client_config(kafka, "topics", trouble))
    try:
        for topic in (DONATIONS_TOPIC, CLICKSTREAM_TOPIC):
            with trouble.explained(producer.poll):
                producer.list_topics(topic, timeout=_METADATA_S)
    finally:
        producer.close()
