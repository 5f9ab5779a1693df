"""`rtdash init` makes the topics of a real broker."""

from __future__ import annotations

import pytest
from confluent_kafka.admin import AdminClient, ConfigResource, ResourceType

from rtdash.cli import main
from rtdash.settings import Settings
from rtdash.sources.kafka import CLICKSTREAM_TOPIC, DONATIONS_TOPIC, client_config
from tests.delivery.apache_kafka import ApacheKafka
from tests.world import until

pytestmark = pytest.mark.long

TOPICS = (DONATIONS_TOPIC, CLICKSTREAM_TOPIC)


def test_init_makes_both_topics_once(apache_kafka: ApacheKafka, tmp_path, capsys):
    file = tmp_path / "settings.toml"
    admin = AdminClient(client_config(apache_kafka.kafka, "test"))

    def init(*arguments: str, **changes: object) -> tuple[int, list[str]]:
        Settings(**apache_kafka.addresses(), **changes).save(file)
        status = main(["init", *arguments, f"--settings={file}"])
        heading, *lines = capsys.readouterr().out.splitlines()
        assert heading == "kafka"
        return status, lines

    def topics() -> dict[str, tuple[int, dict[str, str]]]:
        """Partitions and settings of each."""
        found = {}
        for name, topic in admin.list_topics(timeout=5).topics.items():
            resource = ConfigResource(ResourceType.TOPIC, name)
            config = admin.describe_configs([resource])[resource].result()
            found[name] = (
                len(topic.partitions),
                {key: config[key].value for key in ("retention.ms", "cleanup.policy")},
            )
        return found

    status, lines = init("--plan")
    assert status == 0
    assert [line.split("  ")[-1].strip() for line in lines] == ["will be made: 4 partitions, messages kept 24 h"] * 2
    assert topics() == {}
    status, lines = init()
    assert status == 0
    assert [line.split("ms  ")[-1] for line in lines] == ["made: 4 partitions, messages kept 24 h"] * 2
    made = dict.fromkeys(TOPICS, (4, {"retention.ms": "86400000", "cleanup.policy": "delete"}))
    # The broker hears of them a moment after its controller has made them.
    until(lambda: topics() == made)
    status, lines = init()
    assert status == 0
    assert [line.split("ms  ")[-1] for line in lines] == ["is there, with 4 partitions, messages kept 24 h"] * 2
    status, lines = init(kafka_partitions=8, kafka_retention_hours=1)
    assert status == 0
    assert all(line.endswith("; the settings want 8 partitions, messages kept 1 h") for line in lines)
    assert topics() == made
