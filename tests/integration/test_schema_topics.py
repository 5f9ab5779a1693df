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
        settings = {"donations_dsn": donations_dsn, "kafka_bootstrap_servers": own_broker.bootstrap_servers}
        Settings(**settings | changes).save(file)
        status = main(["init", *arguments, f"--settings={file}"])
        said = capsys.readouterr()
        return status, said.out.splitlines(), said.err

    return run


@pytest.fixture
def topics(own_broker):
    """The topics that the broker has, with their partitions."""
    admin = AdminClient(client_config(own_broker.bootstrap_servers, "test"))
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
    kafka = lines[lines.index("kafka") + 1 :]
    assert [line.split()[:2] for line in kafka] == [["✗", "donations"], ["✗", "clickstream"]]
    assert f"By hand: kafka-topics.sh --bootstrap-server {own_broker.bootstrap_servers} --create" in kafka[0]
    assert topics() == {}
    assert not has_schema()


def test_what_the_broker_refuses_is_said_when_all_else_is_done(init, topics, has_schema):
    status, lines, errors = init()
    assert (status, errors) == (1, "")
    kafka = lines[lines.index("kafka") + 1 :]
    assert [line.split()[0] for line in kafka] == ["donations", "clickstream"]
    assert all("ms  ✗ the broker does not make it: it names no controller" in line for line in kafka)
    assert topics() == {}
    assert has_schema()


def test_topics_that_are_there_are_left_alone(init, topics, own_broker):
    make_topics(own_broker.bootstrap_servers)
    for arguments in ((), ("--plan",)):
        status, lines, _ = init(*arguments, kafka_partitions=8)
        assert status == 0
        for line in lines[lines.index("kafka") + 1 :]:
            assert line.endswith("is there, with 4 partitions; the settings want 8 partitions, messages kept 24 h")
    assert topics() == {"donations": 4, "clickstream": 4}


@pytest.mark.parametrize("arguments", [(), ("--plan",)])
def test_a_broker_that_is_away_is_one_line_after_the_databases(init, has_schema, own_broker, monkeypatch, arguments):
    monkeypatch.setattr("rtdash.schema.topics._METADATA_S", 0.2)
    own_broker.stop()
    status, lines, errors = init(*arguments)
    assert status == 2
    assert lines[-1] == "kafka"
    assert errors.startswith("rtdash: Kafka at 127.0.0.1:")
    assert errors.count("\n") == 1
    assert has_schema() is (arguments == ())


def test_topics_alone(init):
    status, lines, _ = init(donations_dsn=None)
    assert (status, lines[0], len(lines)) == (1, "kafka", 3)
