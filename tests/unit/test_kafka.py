"""What Kafka's clients are told, and what is made of the reasons that librdkafka tells aside."""

from __future__ import annotations

from pathlib import Path

import pytest
from confluent_kafka import KafkaError, KafkaException, Producer
from pydantic import SecretStr

from rtdash.campaigns.delivery import Delivery
from rtdash.errors import Refused, Unreachable
from rtdash.model.kafka import Kafka
from rtdash.sources.kafka import Trouble, client_config

PASSWORD = "hunter2-geheim"
SECURED = Kafka("h:9092", "SASL_SSL", "SCRAM-SHA-256", "u", SecretStr(PASSWORD), Path("ca.pem"))
DOWN = KafkaError(KafkaError._ALL_BROKERS_DOWN, "1/1 brokers are down")
NO_ANSWER = KafkaException(KafkaError(KafkaError._TRANSPORT, "Failed to get metadata: Local: Broker transport failure"))
AWAY = KafkaError(
    KafkaError._TRANSPORT, "h:9092/bootstrap: Connect to ipv4#1 failed: Connection refused (after 0ms in X)"
)
PASSWORD_REFUSED = KafkaError(
    KafkaError._AUTHENTICATION,
    "sasl_ssl://h:9092/bootstrap: SASL authentication error: invalid credentials \x1b[2J (after 309ms in AUTH_REQ)",
)
CERTIFICATE_REFUSED = KafkaError(
    KafkaError._SSL,
    "sasl_ssl://h:9092/bootstrap: SSL handshake failed: error:0A000086:SSL routines::certificate verify failed: broker"
    " certificate could not be verified, verify that ssl.ca.location is correctly configured or root CA certificates"
    " are installed (install ca-certificates package) (after 6ms in state SSL_HANDSHAKE)",
)


def test_a_client_is_told_what_its_protocol_has_a_use_for():
    bare = {"bootstrap.servers": "h:9092", "client.id": "rtdash-test", "log_level": 0}
    credentials = {"sasl.mechanism": "SCRAM-SHA-256", "sasl.username": "u", "sasl.password": PASSWORD}
    certificates = {"ssl.ca.location": "ca.pem"}
    for protocol, more in (
        ("PLAINTEXT", {}),
        ("SSL", certificates),
        ("SASL_PLAINTEXT", credentials),
        ("SASL_SSL", credentials | certificates),
    ):
        kafka = Kafka("h:9092", protocol, "SCRAM-SHA-256", "u", SecretStr(PASSWORD), Path("ca.pem"))
        assert client_config(kafka, "test") == bare | {"security.protocol": protocol} | more
    assert "ssl.ca.location" not in client_config(Kafka("h:9092", "SSL"), "test"), "the system's own are trusted"


@pytest.mark.parametrize("mechanism", ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"])
def test_librdkafka_knows_the_names(mechanism):
    Producer(client_config(Kafka("h:9092", "SASL_SSL", mechanism, "u", SecretStr("p")), "test")).close()


def test_how_kafka_is_reached_can_be_printed():
    assert PASSWORD not in repr(SECURED) + str(SECURED)


@pytest.mark.parametrize(
    ("heard", "kind", "said"),
    [
        (
            [PASSWORD_REFUSED, DOWN, PASSWORD_REFUSED],
            Refused,
            "SASL authentication error: invalid credentials ·[2J; see kafka_sasl_mechanism, kafka_sasl_username and"
            " kafka_sasl_password",
        ),
        (
            [AWAY, DOWN, CERTIFICATE_REFUSED, AWAY],
            Refused,
            "SSL handshake failed: error:0A000086:SSL routines::certificate verify failed: broker certificate could not"
            " be verified; see kafka_ssl_ca, and name the brokers as their certificate does",
        ),
        ([AWAY, DOWN], Unreachable, "Connect to ipv4#1 failed: Connection refused"),
        ([DOWN, AWAY], Unreachable, "Connect to ipv4#1 failed: Connection refused"),
        (
            [DOWN],
            Unreachable,
            "1/1 brokers are down; if they hang up, they want another kafka_security_protocol than SASL_SSL",
        ),
        ([], Unreachable, "Failed to get metadata: Local: Broker transport failure"),
    ],
)
def test_no_answer_has_a_reason(heard, kind, said):
    trouble = Trouble(SECURED)

    def listen(timeout_s: float) -> None:
        assert timeout_s == 0
        for error in heard:
            trouble.hear(error)

    with pytest.raises(kind) as caught, trouble.explained(listen):
        raise NO_ANSWER
    assert str(caught.value) == f"Kafka at h:9092: {said}"
    assert caught.value.__cause__ is None


def test_an_answer_speaks_for_itself():
    trouble = Trouble(SECURED)
    trouble.hear(PASSWORD_REFUSED)
    error = trouble.explain(KafkaException(KafkaError(KafkaError.TOPIC_AUTHORIZATION_FAILED, "no right")))
    assert (type(error), str(error)) == (Unreachable, "Kafka at h:9092: no right")


def test_what_is_over_is_no_reason_any_more():
    trouble = Trouble(SECURED)
    trouble.hear(PASSWORD_REFUSED)
    with trouble.explained():
        pass
    assert trouble.what == ""
    trouble.hear(DOWN)
    assert str(trouble.explain(NO_ANSWER)) == "Kafka at h:9092: 1/1 brokers are down", "they have not hung up before"


def test_of_several_brokers_it_is_said_which():
    trouble = Trouble(Kafka("h:9092,i:9092"))
    trouble.hear(AWAY)
    assert trouble.what == "h:9092: Connect to ipv4#1 failed: Connection refused"


def test_each_kind_of_trouble_is_complained_of_once_until_it_is_over():
    said: list[str] = []
    trouble = Trouble(Kafka("h:9092"))
    trouble.complain = said.append
    for error in (AWAY, DOWN, AWAY, DOWN):
        trouble.hear(error)
    assert said == ["Connect to ipv4#1 failed: Connection refused", "1/1 brokers are down"]
    with trouble.explained():
        pass
    trouble.hear(DOWN)
    assert len(said) == 2, "an answer to another question is no end of it"
    trouble.over()
    trouble.hear(DOWN)
    assert said[2:] == ["1/1 brokers are down"]


def test_a_campaign_hears_why_before_it_is_entered(monkeypatch, caplog):
    monkeypatch.setattr("rtdash.campaigns.delivery._CONNECT_S", 0.5)
    with pytest.raises(Unreachable, match=r"^Kafka at 127\.0\.0\.1:1: Connect to ipv4#127\.0\.0\.1:1 failed: Conn"):
        Delivery(Kafka("127.0.0.1:1"))
    assert not caplog.records, "it is said once"
