"""Lives of a topic that follow one another, and ingests that do."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest

from rtdash.errors import Refused, SourceError, Unreachable
from rtdash.ingest.donations import DonationSink
from rtdash.ingest.offsets import Cursor, OffsetTable
from rtdash.ingest.stream import Stream
from rtdash.model.letter import LetterAddress
from tests.messages import donation
from tests.world import World, until

ROW = (
    "INSERT INTO ingest_offsets (topic, incarnation, partition_id, next_offset, latest_offset, updated_at)"
    " VALUES ('donations', %s, %s, %s, %s, %s)"
)
LIVES = "SELECT incarnation, SUM(loaded), SUM(lost) FROM ingest_offsets GROUP BY incarnation ORDER BY incarnation"


class Watched(DonationSink):
    """Counts what it is asked for."""

    connects = transactions = 0

    def connect(self) -> None:
        self.connects += 1
        super().connect()

    def transaction(self) -> AbstractContextManager[Cursor]:
        self.transactions += 1
        return super().transaction()


@contextmanager
def following(world: World, life: Callable[[], str]) -> Iterator[Watched]:
    """Ingest of the donations; what life the topic has `life` says."""
    stop = threading.Event()
    sink = Watched(world.settings.donations_dsn)
    stream = Stream(sink, world.broker.kafka, lambda *_: life())
    thread = threading.Thread(target=stream.run, args=(stop,))
    thread.start()
    try:
        yield sink
    finally:
        stop.set()
        thread.join(5)
        assert not thread.is_alive()


@pytest.fixture
def info(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level("INFO", "rtdash.ingest")
    return caplog


def test_a_standby_takes_over_in_the_life_that_the_topic_has_by_then(world: World, info: pytest.LogCaptureFixture):
    lives = ["first"]
    world.send("donations", donation())
    with following(world, lambda: lives[-1]) as sink:
        until(lambda: world.delivered("loaded") == 1)
        # Another has been quicker, and is at work until further notice.
        world.rows(ROW, "first", 9, 0, 0, "2100-01-01")
        world.rows("UPDATE ingest_offsets SET next_offset = 2, latest_offset = 2 WHERE partition_id = 0")
        world.send("donations", donation(transaction_id=2))
        until(lambda: "standing by" in info.text)
        looks = sink.transactions + 3
        until(lambda: sink.transactions >= looks)
        # It has followed the topic into its second life, and left one of two messages there.
        lives.append("second")
        world.rows(ROW, "second", 0, 1, 2, "2000-01-01")
        world.rows("UPDATE ingest_offsets SET updated_at = '2000-01-01'")
        until(lambda: world.delivered("loaded") == 2)
    assert world.rows(LIVES) == (("first", 1, 0), ("second", 1, 0))


@pytest.fixture
def read_ahead(world: World) -> None:
    """Ingest has read three messages of a log that has since begun again, and knows of a fourth."""
    world.rows(ROW, "one", 0, 3, 4, "2000-01-01")
    world.rows("UPDATE ingest_offsets SET loaded = 2, dead = 1")
    world.rows(
        "INSERT INTO dead_letters (topic, incarnation, partition_id, message_offset, payload, reason, recorded_at)"
        " VALUES ('donations', 'one', 0, 1, 'old', 'no use', '2000-01-01')"
    )


@pytest.mark.usefixtures("read_ahead")
def test_a_log_that_begins_again_under_the_same_name_is_read_from_its_beginning(world: World):
    world.send("donations", donation(), b"new")
    with following(world, lambda: "one"):
        until(lambda: world.delivered("loaded") == 3)
        world.send("donations", donation(transaction_id=2))
        until(lambda: world.delivered("loaded") == 4)
        until(lambda: world.delivered("latest_offset") == world.delivered("next_offset"))
    rows = world.rows("SELECT next_offset, loaded, dead, duplicates, lost FROM ingest_offsets WHERE partition_id = 0")
    assert sorted(rows) == [(3, 2, 1, 0, 0), (4, 2, 1, 0, 1)]
    letters = world.rows("SELECT incarnation, payload FROM dead_letters WHERE message_offset = 1 ORDER BY recorded_at")
    (earlier, old), (life, new) = letters
    assert (life, old, new) == ("one", b"old", b"new")
    assert world.rows("SELECT incarnation FROM ingest_offsets WHERE next_offset = 4") == ((earlier,),)
    assert str(LetterAddress.parse(f"donations:0:1@{earlier}")).endswith(earlier)


@pytest.mark.parametrize("kind", [Unreachable, Refused])
def test_what_was_read_waits_for_the_broker_and_a_sign_of_life_does_not(world: World, kind: type[SourceError]):
    away = threading.Event()

    def life() -> str:
        if away.is_set():
            raise kind("Kafka: no answer")
        return "one"

    world.send("donations", donation())
    with following(world, life) as sink:
        until(lambda: world.delivered("loaded") == 1)
        connects = sink.connects
        away.set()
        world.send("donations", donation(transaction_id=2))
        signs = []
        for _ in range(4):
            signs.append(
                until(
                    lambda: (at := world.rows("SELECT MIN(updated_at) FROM ingest_offsets")[0][0]) not in signs and at
                )
            )
        assert world.delivered("loaded") == 1
        away.clear()
        until(lambda: world.delivered("loaded") == 2)
        assert sink.connects == connects
    assert world.delivered("duplicates") == 0


class Told:
    """A reader whose ends are those of a life that has just begun."""

    def ends(self, within_s: float) -> dict[int, int]:
        assert within_s < 1
        return {0: 300}


@pytest.mark.parametrize(("life", "end"), [("one", 300), ("two", 100)])
def test_ends_of_a_new_life_are_not_put_down_to_the_old(world: World, life: str, end: int):
    """Or what the old one never held would be lost with it."""
    world.rows(ROW, "one", 0, 100, 100, "2000-01-01")
    sink = DonationSink(world.settings.donations_dsn)
    sink.connect()
    Stream(sink, world.broker.kafka, lambda *_: life)._touch(Told(), OffsetTable("donations", "one"))
    sink.close()
    assert world.rows("SELECT latest_offset, updated_at > '2001-01-01' FROM ingest_offsets") == ((end, 1),)
