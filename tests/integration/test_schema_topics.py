"""`rtdash init` and the topics of a broker that makes none when it is asked."""

from __future__ import annotations

import pytest
from confluent_kafka.admin import AdminClient

from rtdash.cli import main
from rtdash.settings import Settings
from rtdash.sources import donations
from rtdash.sources.kafka import client_config, make_topics


@pytest.fixture
def init(donations_dsn, own_broker, tmp_path, capsys):
    """`init("--plan", kafka_partitions=8)`: exit status, lines, errors."""

    def run(*arguments, **changes):
        file = tmp_path / "settings.toml"
        settings = {"donations_dsn": donations_dsn, **own_broker.addresses()}
        Settings(**settings | changes).save(file)
        status = main(["init", *arguments, f"--settings={file}"])
        said = capsys.readouterr()
        return status, said.out.splitlines(), said.err

    return run


@pytest.fixture
def topics(own_broker):
    """The topics that the broker has, with their partitions."""
    admin = AdminClient(client_config(own_broker.kafka, "test"))
    return lambda: {name: len(each.partitions) for name, each in admin.list_topics(timeout=5).topics.items()}


@pytest.fixture
def has_schema(donations_dsn):
    def ask():
        with donations.connect(donations_dsn, "test") as connection, connection.cursor() as cursor:
            return bool(cursor.execute("SHOW TABLES LIKE 'ingest_offsets'"))

    return ask


def test_a_plan_makes_no_topic_and_says_what_would_be_refused(init, topics, has_schema, own_broker):
    status, lines, errors = init("--plan")
    assert (status, errors) == (1, "")
    assert (lines[0], lines[3]) == ("kafka", "donations")
    kafka = lines[1:3]
    assert [line.split()[:2] for line in kafka] == [["✗", "donations"], ["✗", "clickstream"]]
    assert f"By hand: kafka-topics.sh --bootstrap-server {own_broker.kafka.bootstrap_servers} --create" in kafka[0]
    assert topics() == {}
    assert not has_schema()


def test_what_the_broker_refuses_ends_nothing_else(init, topics, has_schema):
    status, lines, errors = init()
    assert (status, errors) == (1, "")
    assert (lines[0], lines[3]) == ("kafka", "donations")
    kafka = lines[1:3]
    assert [line.split()[0] for line in kafka] == ["donations", "clickstream"]
    assert all("ms  ✗ the broker does not make it: it names no controller" in line for line in kafka)
    assert topics() == {}
    assert has_schema()


def test_topics_that_are_there_are_left_alone(init, topics, own_broker):
    make_topics(own_broker.kafka)
    for arguments in ((), ("--plan",)):
        status, lines, _ = init(*arguments, kafka_partitions=8)
        assert status == 0
        for line in lines[1:3]:
            assert line.endswith("is there, with 4 partitions; the settings want 8 partitions, messages kept 24 h")
    assert topics() == {"donations": 4, "clickstream": 4}


@pytest.mark.parametrize("arguments", [(), ("--plan",)])
def test_a_broker_that_is_away_is_said_before_and_after_the_databases(
    init, has_schema, own_broker, monkeypatch, arguments
):
    monkeypatch.setattr("rtdash.schema.topics._METADATA_S", 0.2)
    own_broker.stop()
    status, lines, errors = init(*arguments)
    assert status == 2
    assert lines[0] == "kafka"
    assert lines[1].startswith("✗ Kafka at 127.0.0.1:")
    assert lines[2] == "donations"
    assert errors.startswith("rtdash: Kafka at 127.0.0.1:")
    assert errors.count("\n") == 1
    assert has_schema() is (arguments == ())


def test_topics_alone(init):
    status, lines, _ = init(donations_dsn=None)
    assert (status, lines[0], len(lines)) == (1, "kafka", 3)
