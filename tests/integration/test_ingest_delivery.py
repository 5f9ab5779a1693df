"""From the campaign to the databases: every donation once, whatever dies on the way."""

from __future__ import annotations

import itertools
import json
import signal
import threading
from datetime import UTC, datetime

import pytest

from rtdash.ingest.batch import Stretch
from rtdash.ingest.donations import DonationSink
from rtdash.ingest.offsets import OffsetTable, OffsetTaken
from rtdash.settings import Settings
from tests.world import World, until

NOW = datetime.now(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")
DONATION = {
    "transaction_id": 1,
    "city": "Béziers",
    "latitude": 43.3442,
    "longitude": 3.215,
    "organization": "PureJoy",
    "transaction_date": NOW,
    "total_amount": 7.25,
    "campaign_id": 9,
    "is_campaign_active": True,
}
EVENT = {
    "event_time": NOW,
    "customer_id": 3,
    "event_type": "click",
    "country": "FR",
    "browser": "Fire\\fox",
    "device_id": 5,
    "session_id": 1 << 62,
}


def donation(**changes: object) -> bytes:
    return json.dumps(DONATION | changes, ensure_ascii=False).encode()


def event(**changes: object) -> bytes:
    return json.dumps(EVENT | changes, ensure_ascii=False).encode()


def test_a_campaign_arrives_whole_in_both_databases(world: World):
    with world.ingest():
        final = world.campaign(rate_per_s=5000, count=3000)
        assert final.generated == final.acked == 3000
        assert (final.failed, final.unknown, final.note) == (0, 0, "")
        until(lambda: world.delivered("loaded") == 3000)
        until(lambda: world.events() == final.events_acked)
        until(
            lambda: (
                world.clickstream.execute(
                    "SELECT coalesce(sum(event_count), 0) FROM live_totals WHERE width = '1 hour'"
                ).fetchone()[0]
                == final.events_acked
            )
        )
    with world.ingest():
        # The workshop's rollups run at the start and then each minute, since no server does it here.
        for table in ("rollup_events_5min", "rollup_events_1hr"):
            counted = f"SELECT coalesce(sum(event_count), 0) FROM {table}"
            until(lambda counted=counted: world.clickstream.execute(counted).fetchone()[0] == final.events_acked)
    donations, amount = world.balance()
    assert donations == 3000
    assert 3000 <= amount <= 30_000
    assert world.rows("SELECT SUM(donations) FROM donation_arrivals") == ((3000,),)
    assert final.events_generated == final.events_acked > 0
    campaign = world.campaigns.latest()[0]
    assert (campaign.state, campaign.generated, campaign.acked) == ("ended", 3000, 3000)
    assert campaign.visit_fraction == pytest.approx(5000 / 50_000, rel=0.05)
    ((first, last, end),) = world.rows(
        "SELECT MIN(transaction_date), MAX(transaction_date), (SELECT ended_at FROM campaigns)"
        " FROM donation_transactions"
    )
    assert campaign.started_at <= first < last <= end


def test_what_cannot_be_used_is_kept_with_its_reason(world: World):
    poison = [
        b"",
        b"\xff\xfe",
        b"not JSON",
        b"null",
        donation() + b"," + donation(transaction_id=77),
        donation(total_amount="7.25"),
        donation(total_amount=-1),
        donation(total_amount=float("nan")),
        donation(transaction_id=1 << 63),
        donation(transaction_id=1.5),
        donation(city="Paris"),
        donation(city="Brest\u0000"),
        donation(organization="Pure\tJoy"),
        donation(latitude=None),
        donation(transaction_date="2025-02-30 00:00:00"),
        b"x" * 900_000,
    ]
    world.send("donations", donation(), *poison, donation(transaction_id=2))
    world.send("clickstream", event(), event(browser="a\nb"), event(device_id="5"), b"{", event(session_id=1))
    with world.ingest():
        until(lambda: world.delivered("dead") == len(poison))
        until(lambda: world.events() == 2)
    assert world.balance()[0] == world.delivered("loaded") == 2
    letters = world.rows("SELECT message_offset, payload, reason FROM dead_letters ORDER BY message_offset")
    assert [letter[0] for letter in letters] == list(range(1, len(poison) + 1))
    assert [letter[1] for letter in letters] == poison
    assert all(reason.isprintable() and reason for _, _, reason in letters)
    assert letters[6][2] == "total_amount: Input should be greater than 0"
    buried = world.clickstream.execute("SELECT payload FROM dead_letters ORDER BY message_offset").fetchall()
    assert [bytes(row[0]) for row in buried] == [event(browser="a\nb"), event(device_id="5"), b"{"]
    assert world.clickstream.execute("SELECT DISTINCT browser FROM events").fetchall() == [("Fire\\fox",)]


def test_duplicates_are_dropped_before_the_totals(world: World):
    world.send("donations", donation(), donation(transaction_id=2))
    with world.ingest():
        until(lambda: world.delivered("loaded") == 2)
        # Again in another batch, twice in one batch, and in another partition.
        world.send("donations", donation(), donation(transaction_id=3), donation(transaction_id=3))
        world.send("donations", donation(transaction_id=2), donation(transaction_id=4), partition=1)
        until(lambda: world.delivered("loaded") + world.delivered("duplicates") == 7)
    assert world.delivered("duplicates") == 3
    donations, amount = world.balance()
    assert (donations, str(amount)) == (4, "29.00")


def test_ingest_killed_again_and_again_loses_and_doubles_nothing(world: World):
    with world.campaign_beside(rate_per_s=2500, count=10_000) as final:
        for kill in range(4):
            with world.ingest_process() as process:
                until(lambda least=kill * 2_000: world.delivered("loaded") > least)
                process.send_signal(signal.SIGKILL)
                process.wait()
        with world.ingest_process() as process:
            assert final().acked == 10_000
            until(lambda: world.delivered("loaded") == 10_000)
            until(lambda: world.events() == final().events_acked)
            until(lambda: "ingest runs" in (world.folder / "ingest.log").read_text())
            process.terminate()
            assert process.wait(2.5) == 0
    assert world.balance()[0] == 10_000
    assert [world.delivered(column) for column in ("dead", "duplicates", "lost")] == [0, 0, 0]


def test_a_database_that_goes_away_is_waited_for(world: World, caplog):
    world.send("donations", donation())
    with world.ingest():
        until(lambda: world.delivered("loaded") == 1)
        for (connection_id,) in world.rows(
            "SELECT id FROM information_schema.processlist WHERE db = DATABASE() AND id <> CONNECTION_ID()"
        ):
            world.rows("KILL %s", connection_id)
        world.clickstream.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        world.send("donations", donation(transaction_id=2))
        world.send("clickstream", event())
        until(lambda: world.delivered("loaded") == 2)
        until(lambda: world.events() == 1)
    assert world.balance()[0] == 2
    complaints = [record.getMessage() for record in caplog.records if "trying again" in record.getMessage()]
    assert 1 <= len(complaints) <= 6
    assert not any("mysql://" in line or "postgresql://" in line for line in complaints)


def test_of_two_ingests_one_works_and_the_other_takes_over(world: World):
    ids = itertools.count(1)
    names = ("one.log", "other.log")

    def standing_by() -> list[bool] | None:
        world.send("donations", *(donation(transaction_id=next(ids)) for _ in range(50)))
        found = ["donations: another ingest is at work" in (world.folder / name).read_text() for name in names]
        return found if any(found) else None

    with world.ingest_process(names[0]) as one, world.ingest_process(names[1]) as other:
        idle = until(standing_by)
        assert sum(idle) == 1
        sent = next(ids)
        until(lambda: world.delivered("loaded") == sent - 1)
        working, idle_log = (other, names[0]) if idle[0] else (one, names[1])
        working.kill()
        working.wait()
        world.send("donations", donation(transaction_id=sent))
        until(lambda: world.delivered("loaded") == sent, deadline_s=3)
        assert "taking over" in (world.folder / idle_log).read_text()
    assert world.balance()[0] == sent
    assert [world.delivered(column) for column in ("dead", "duplicates", "lost")] == [0, 0, 0]


def test_a_stale_offset_stores_nothing(world: World):
    offsets = OffsetTable("donations", "a life")
    stretch = Stretch(0, 0, 1, 1, [(0, donation())])
    sink = DonationSink(world.settings.donations_dsn)
    sink.connect()
    try:
        with sink.transaction() as cursor:
            offsets.begin(cursor, 0, 0)
        sink.store(offsets, sink.prepare([stretch]))
        with pytest.raises(OffsetTaken):
            sink.store(offsets, sink.prepare([stretch]))
    finally:
        sink.close()
    assert world.balance()[0] == world.delivered("next_offset") == 1


def test_offsets_of_an_earlier_broker_do_not_count(world: World):
    world.send("donations", donation(), donation(transaction_id=2))
    with world.ingest():
        until(lambda: world.delivered("loaded") == 2)
    # What ingest had seen and not read when the broker died is lost.
    world.rows(
        "UPDATE ingest_offsets SET latest_offset = next_offset + 5 WHERE topic = 'donations' AND partition_id = 0"
    )
    world.broker.stop()
    world.broker.start()
    world.send("donations", donation(transaction_id=3))
    settings = world.settings.model_copy(
        update={
            "kafka_bootstrap_servers": world.broker.bootstrap_servers,
            "kafka_incarnation": world.broker.incarnation,
        }
    )
    with world.ingest(settings):
        until(lambda: world.delivered("loaded") == 3)
    assert world.balance()[0] == 3
    lives = world.rows(
        "SELECT incarnation, SUM(loaded), SUM(lost), SUM(latest_offset - next_offset) FROM ingest_offsets"
        " WHERE topic = 'donations' GROUP BY incarnation ORDER BY MIN(updated_at)"
    )
    assert lives == (
        (world.settings.kafka_incarnation, 2, 5, 0),
        (world.broker.incarnation, 1, 0, 0),
    )


def test_messages_that_the_broker_dropped_are_counted_as_lost(world: World):
    world.send("donations", donation())
    with world.ingest():
        until(lambda: world.delivered("loaded") == 1)
    # The built-in broker keeps 5 MB of a partition.
    world.send("donations", *(b"x" * 900_000 for _ in range(8)))
    world.send("donations", donation(transaction_id=2))
    with world.ingest():
        until(lambda: world.delivered("loaded") == 2)
        lost = world.delivered("lost")
        assert lost > 0
        assert lost + world.delivered("dead") == 8
        until(lambda: world.delivered("latest_offset") == world.delivered("next_offset"))


def test_lag_and_liveness_show_while_nothing_comes(world: World):
    world.send("donations", donation())
    age = "SELECT TIMESTAMPDIFF(MICROSECOND, MIN(updated_at), UTC_TIMESTAMP(6)) / 1e6 FROM ingest_offsets"
    with world.ingest():
        until(lambda: world.delivered("loaded") == 1)
        first = world.rows("SELECT MIN(updated_at) FROM ingest_offsets")
        until(lambda: world.rows("SELECT MIN(updated_at) FROM ingest_offsets") > first)
        assert world.rows(age)[0][0] < 1.0


def test_a_broker_that_goes_away_leaves_ingest_alive(world: World, caplog):
    world.send("donations", donation())
    with world.ingest():
        until(lambda: world.delivered("loaded") == 1)
        world.broker.stop()
        until(lambda: "Kafka, donations: " in caplog.text)
        first = world.rows("SELECT MIN(updated_at) FROM ingest_offsets")
        until(lambda: world.rows("SELECT MIN(updated_at) FROM ingest_offsets") > first)
    lines = [record.getMessage() for record in caplog.records if record.name.startswith("rtdash.ingest")]
    assert len(lines) == len(set(lines)) <= 8


def test_a_part_that_fails_for_good_ends_the_process(world: World, monkeypatch):
    def fail(*_: object) -> None:
        raise RuntimeError("a fault of the program")

    monkeypatch.setattr(DonationSink, "store", fail)
    from rtdash.ingest.run import run

    stop = threading.Event()
    world.send("donations", donation())
    assert run(world.settings, stop) == 1
    assert stop.is_set()


def test_no_ingest_without_addresses():
    from rtdash.errors import SettingsError
    from rtdash.ingest.run import run

    with pytest.raises(SettingsError, match="kafka_bootstrap_servers"):
        run(Settings(), threading.Event())
