"""What `rtdash init` makes of a broker's answers: made, left alone, or told how to make it by hand."""

from __future__ import annotations

from concurrent.futures import Future
from types import SimpleNamespace

import pytest
from confluent_kafka import KafkaError, KafkaException
from pydantic import SecretStr

from rtdash.errors import Unreachable
from rtdash.model.kafka import Kafka
from rtdash.schema.topics import Broker, Topic, wanted_topics
from rtdash.settings import Settings

DAY_MS = 86_400_000
WANTED = Topic("donations", 4, DAY_MS)
BY_HAND = (
    "By hand: kafka-topics.sh --bootstrap-server h:9092 --create --topic donations --partitions 4"
    " --config cleanup.policy=delete --config retention.ms=86400000"
)


def answer(value: object = None) -> Future:
    future = Future()
    if isinstance(value, KafkaError):
        future.set_exception(KafkaException(value))
    else:
        future.set_result(value)
    return future


class Admin:
    """Answers as a test says, and remembers what it was asked to create."""

    def __init__(self) -> None:
        self.brokers = {1: "h"}
        self.controller_id = 1
        self.topics: dict[str, int] = {}
        self.retention: object = {"retention.ms": SimpleNamespace(value=str(DAY_MS))}
        self.refusals: list[KafkaError] = []
        self.asked: list[tuple[str, int, int, dict[str, str], bool]] = []

    def poll(self, timeout_s: float) -> int:
        assert timeout_s == 0
        return 0

    def list_topics(self, timeout: float) -> SimpleNamespace:
        assert timeout > 0
        topics = {name: SimpleNamespace(partitions=dict.fromkeys(range(n))) for name, n in self.topics.items()}
        return SimpleNamespace(brokers=self.brokers, controller_id=self.controller_id, topics=topics)

    def create_topics(self, topics, *, operation_timeout, request_timeout, validate_only) -> dict[str, Future]:
        assert operation_timeout <= request_timeout
        (topic,) = topics
        self.asked.append((topic.topic, topic.num_partitions, topic.replication_factor, topic.config, validate_only))
        return {topic.topic: answer(self.refusals.pop(0) if self.refusals else None)}

    def describe_configs(self, resources, *, request_timeout) -> dict[object, Future]:
        assert request_timeout > 0
        return {resource: answer(self.retention) for resource in resources}


@pytest.fixture
def admin(monkeypatch: pytest.MonkeyPatch) -> Admin:
    admin = Admin()
    monkeypatch.setattr("rtdash.schema.topics.AdminClient", lambda _: admin)
    return admin


def test_both_topics_are_wanted_as_the_settings_say():
    assert wanted_topics(Settings(kafka_partitions=8, kafka_retention_hours=0.5)) == [
        Topic("donations", 8, 1_800_000),
        Topic("clickstream", 8, 1_800_000),
    ]
    assert wanted_topics(Settings())[0] == WANTED


def test_a_missing_topic_is_made_with_the_brokers_own_replication(admin):
    finding = Broker(Kafka("h:9092")).make(WANTED)
    assert (finding.subject, finding.text, finding.is_possible) == (
        "donations", "made: 4 partitions, messages kept 24 h", True
    )  # fmt: skip
    config = {"cleanup.policy": "delete", "retention.ms": str(DAY_MS)}
    assert admin.asked == [("donations", 4, -1, config, False)]


def test_a_plan_asks_and_makes_nothing(admin):
    assert Broker(Kafka("h:9092")).plan(WANTED).text == "will be made: 4 partitions, messages kept 24 h"
    assert [only_asking for *_, only_asking in admin.asked] == [True]


@pytest.mark.parametrize(
    ("partitions", "retention_ms", "found", "differs"),
    [
        (4, DAY_MS, "4 partitions, messages kept 24 h", False),
        (1, DAY_MS, "1 partition, messages kept 24 h", True),
        (4, -1, "4 partitions, messages kept for ever", True),
    ],
)
def test_what_is_there_is_left_alone_and_compared(admin, partitions, retention_ms, found, differs):
    admin.topics = {"donations": partitions}
    admin.retention["retention.ms"].value = str(retention_ms)
    for finding in (Broker(Kafka("h:9092")).plan(WANTED), Broker(Kafka("h:9092")).make(WANTED)):
        assert finding.is_possible
        assert finding.text == f"is there, with {found}" + f"; the settings want {WANTED}" * differs
    assert admin.asked == []


def test_a_retention_that_is_not_told_is_not_compared(admin):
    admin.topics = {"donations": 4}
    admin.retention = KafkaError(KafkaError.TOPIC_AUTHORIZATION_FAILED)
    assert Broker(Kafka("h:9092")).make(WANTED).text == "is there, with 4 partitions"


@pytest.mark.parametrize("ask", [Broker.plan, Broker.make])
@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (KafkaError.TOPIC_AUTHORIZATION_FAILED, "no right to CREATE"),
        (KafkaError.POLICY_VIOLATION, "at least 6 partitions"),
        (KafkaError._TIMED_OUT, "no answer"),
    ],
)
def test_a_refusal_comes_with_its_reason_and_the_line_to_type(admin, ask, code, reason):
    admin.refusals = [KafkaError(code, reason)]
    finding = ask(Broker(Kafka("h:9092")), WANTED)
    assert finding.text == f"the broker does not make it: {reason}. {BY_HAND}"
    assert not finding.is_possible
    assert len(admin.asked) == 1


def test_where_a_broker_is_alone_one_replica_is_enough(admin):
    admin.refusals = [KafkaError(KafkaError.INVALID_REPLICATION_FACTOR, "larger than 0")]
    assert Broker(Kafka("h:9092")).make(WANTED).is_possible
    assert [replication for _, _, replication, *_ in admin.asked] == [-1, 1]


def test_among_several_brokers_it_would_be_too_little(admin):
    admin.brokers = {1: "h", 2: "i"}
    admin.refusals = [KafkaError(KafkaError.INVALID_REPLICATION_FACTOR, "only 2 of 3 are there")]
    assert not Broker(Kafka("h:9092")).make(WANTED).is_possible
    assert len(admin.asked) == 1


def test_a_topic_that_another_makes_meanwhile_is_there(admin):
    admin.refusals = [KafkaError(KafkaError.TOPIC_ALREADY_EXISTS)]
    finding = Broker(Kafka("h:9092")).make(WANTED)
    assert finding.is_possible
    assert finding.text.startswith("is there")


def test_without_a_controller_there_is_nobody_to_ask(admin):
    admin.controller_id = 0
    finding = Broker(Kafka("h:9092")).make(WANTED)
    assert not finding.is_possible
    assert finding.text.startswith("the broker does not make it: it names no controller (")
    assert finding.text.endswith(BY_HAND)
    assert admin.asked == []


def test_nobody_answers(admin, monkeypatch):
    def gone(**_: float) -> None:
        raise KafkaException(KafkaError(KafkaError._TRANSPORT, "nobody"))

    monkeypatch.setattr(admin, "list_topics", gone)
    with pytest.raises(Unreachable, match="Kafka at h:9092: nobody"):
        Broker(Kafka("h:9092"))


def test_what_is_typed_by_hand_is_one_argument_each():
    assert "--bootstrap-server 'h:9092; rm x' " in Topic("donations", 1, 1).command(Kafka("h:9092; rm x"))


@pytest.mark.parametrize("protocol", ["SSL", "SASL_PLAINTEXT", "SASL_SSL"])
def test_by_hand_one_names_oneself_by_a_file(protocol):
    kafka = Kafka("h:9092", protocol, sasl_username="u", sasl_password=SecretStr("hunter2-geheim"))
    begins = "kafka-topics.sh --bootstrap-server h:9092 --command-config client.properties --create --topic donations "
    assert WANTED.command(kafka).startswith(begins)
    assert "hunter2" not in WANTED.command(kafka)
