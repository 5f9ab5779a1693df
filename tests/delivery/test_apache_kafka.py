"""What only the real server does: topics that are deleted and made again, retention, a log that outlives a kill."""

from __future__ import annotations

from itertools import count, islice
from random import Random

import pytest
from confluent_kafka import TopicPartition
from confluent_kafka.admin import AdminClient

from rtdash.ingest import reader
from rtdash.ingest.incarnation import Incarnations
from rtdash.sources.kafka import CLICKSTREAM_TOPIC, DONATIONS_TOPIC, client_config
from tests.delivery.conftest import PARTITIONS, make_topics
from tests.delivery.killing import crash, frozen
from tests.delivery.ledger import assert_all_arrived, offsets, settle, spoiled
from tests.messages import donation, event
from tests.world import World, until

pytestmark = pytest.mark.long

TOPICS = (DONATIONS_TOPIC, CLICKSTREAM_TOPIC)
RATE_PER_S = 2_000
_ids = count(1)


def send(world: World, a_partition: int) -> None:
    """So many new donations and events to each partition."""
    for partition in range(PARTITIONS):
        ids = list(islice(_ids, a_partition))
        world.send(DONATIONS_TOPIC, *[donation(transaction_id=number) for number in ids], partition=partition)
        world.send(CLICKSTREAM_TOPIC, *[event(session_id=number) for number in ids], partition=partition)


def delete_topics(world: World) -> None:
    admin = AdminClient(client_config(world.broker.kafka, "test"))
    for deleted in admin.delete_topics(list(TOPICS)).values():
        deleted.result(10)


def lives(world: World, topic: str) -> dict[str, tuple[int, int]]:
    """Loaded and lost, by the id of the topic."""
    question = "SELECT incarnation, SUM(loaded), SUM(lost) FROM ingest_offsets WHERE topic = %s GROUP BY incarnation"
    if topic == DONATIONS_TOPIC:
        rows = world.rows(question, topic)
    else:
        rows = world.clickstream.execute(question, (topic,)).fetchall()
    return {life: (int(loaded), int(lost)) for life, loaded, lost in rows}


@pytest.mark.parametrize("again", [20, 300], ids=["fewer", "more"])
def test_a_topic_that_is_made_again_is_another_life(kafka_world: World, again: int):
    """Also when it has more messages at once than the old one had: offsets of the old life are there in the new one."""
    world = kafka_world
    old = {topic: Incarnations(world.broker.kafka, None).of(topic) for topic in TOPICS}
    with world.ingest():
        send(world, 100)
        until(lambda: world.balance()[0] == world.events() == 100 * PARTITIONS)
        delete_topics(world)
        make_topics(world.broker)
        send(world, again)
        settle(world)
    assert world.balance()[0] == world.events() == (100 + again) * PARTITIONS
    for topic in TOPICS:
        new = Incarnations(world.broker.kafka, None).of(topic)
        assert lives(world, topic) == {old[topic]: (100 * PARTITIONS, 0), new: (again * PARTITIONS, 0)}
        assert spoiled(world, topic) == {"dead": 0, "duplicates": 0, "lost": 0}


def test_what_a_deleted_topic_still_held_is_lost(kafka_world: World, monkeypatch: pytest.MonkeyPatch):
    world = kafka_world
    with monkeypatch.context() as slow:
        slow.setattr(reader, "_MOST_MESSAGES", 1)
        with world.ingest():
            send(world, 500)
            until(lambda: world.delivered("loaded") and world.delivered("loaded", CLICKSTREAM_TOPIC))
    loaded = {topic: world.delivered("loaded", topic) for topic in TOPICS}
    assert max(loaded.values()) < 500 * PARTITIONS
    delete_topics(world)
    make_topics(world.broker)
    send(world, 1)
    with world.ingest():
        settle(world)
    for topic in TOPICS:
        assert world.delivered("loaded", topic) == loaded[topic] + PARTITIONS
        assert world.delivered("lost", topic) == 500 * PARTITIONS - loaded[topic]


def test_what_retention_has_deleted_is_lost_and_counted(kafka_world: World):
    world = kafka_world
    with world.ingest():
        send(world, 10)
        settle(world)
    send(world, 50)
    admin = AdminClient(client_config(world.broker.kafka, "test"))
    for deleted in admin.delete_records([TopicPartition(topic, 0, 40) for topic in TOPICS]).values():
        deleted.result(10)
    with world.ingest():
        settle(world)
        send(world, 1)
        settle(world)
    for topic in TOPICS:
        assert spoiled(world, topic) == {"dead": 0, "duplicates": 0, "lost": 30}
        assert [row[:3] + row[5:] for row in offsets(world, topic)] == [
            (0, 61, 31, 30),
            *((partition, 61, 61, 0) for partition in range(1, PARTITIONS)),
        ]
    assert world.balance()[0] == world.events() == 61 * PARTITIONS - 30


def test_the_broker_is_killed_again_and_again(kafka_world: World, moments: Random):
    """Its log outlives it, and the producer sends again what it has no answer to: nothing is missing, nothing twice."""
    world = kafka_world
    with world.ingest_process() as ingest, world.campaign_process(RATE_PER_S) as campaign:
        for _ in range(5):
            rows = world.delivered("loaded")
            until(lambda rows=rows: world.delivered("loaded") > rows + moments.uniform(0, 2 * RATE_PER_S), 30)
            crash(world.broker)
        assert ingest.poll() is None
        assert campaign.poll() is None
        campaign.terminate()
        campaign.wait(20)
        (ended,) = world.campaigns.latest()
        print(f"{ended.generated} generated, {ended.acked} acked, {ended.unknown} unknown, {ended.failed} failed")
        assert_all_arrived(world)


def test_what_the_broker_stored_without_an_answer_is_among_the_unknown(kafka_world: World):
    world = kafka_world
    with world.ingest_process(), world.campaign_process(RATE_PER_S) as campaign:
        until(lambda: world.delivered("loaded") > RATE_PER_S)
        with frozen(world.broker):
            until(lambda: world.campaigns.latest()[0].in_flight > RATE_PER_S / 10)
            # It waits for its reports, and ends without them.
            campaign.terminate()
            assert campaign.wait(30) == 1
        (ended,) = world.campaigns.latest()
        settle(world)
        ((arrived, distinct),) = world.rows(
            "SELECT COUNT(*), COUNT(DISTINCT transaction_id) FROM donation_transactions"
        )
        print(f"{ended.acked} acked, {ended.unknown} unknown, {ended.failed} failed: {arrived} arrived")
        assert ended.unknown > 0
        assert ended.acked <= arrived == distinct <= ended.acked + ended.unknown
        assert ended.events_acked <= world.events() <= ended.events_acked + ended.events_unknown
    for topic in TOPICS:
        assert spoiled(world, topic) == {"dead": 0, "duplicates": 0, "lost": 0}
