"""From the campaign to the databases: every donation once, whatever dies on the way."""

from __future__ import annotations

import threading
from itertools import pairwise

import pytest
from psycopg.rows import dict_row
from pymysql.cursors import DictCursor

from rtdash.ingest.batch import Stretch
from rtdash.ingest.donations import DonationSink
from rtdash.ingest.offsets import OffsetTable, OffsetTaken
from rtdash.model.conservation import Received
from rtdash.panels.header import read
from rtdash.resources import sql_folder
from rtdash.settings import Settings
from tests.messages import donation, event
from tests.world import World, until

CONSERVATION = read(sql_folder("donations", "probes") / "conservation.sql").sql
CONSERVATION_OF_EVENTS = read(sql_folder("citus", "probes") / "conservation_events.sql").sql


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
    ((loaded, others, longest_ms),) = world.rows(
        "SELECT SUM(loaded), SUM(dead + duplicates), MAX(took_ms) FROM ingest_batches"
    )
    assert (loaded, others) == (3000, 0)
    assert longest_ms > 0
    assert final.events_generated == final.events_acked > 0
    campaign = world.campaigns.latest()[0]
    assert (campaign.state, campaign.generated, campaign.acked) == ("ended", 3000, 3000)
    assert campaign.visit_fraction == pytest.approx(5000 / 50_000, rel=0.05)
    ((first, last, end),) = world.rows(
        "SELECT MIN(transaction_date), MAX(transaction_date), (SELECT ended_at FROM campaigns)"
        " FROM donation_transactions"
    )
    assert campaign.started_at <= first < last <= end


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


def test_late_donations_count_to_their_campaign(world: World):
    with world.ingest():
        final = world.campaign(rate_per_s=1000, count=100)
        until(lambda: world.delivered("loaded") == 100)
        campaign_id = world.campaigns.latest()[0].campaign_id
        world.send("donations", *(donation(transaction_id=number, campaign_id=campaign_id) for number in range(1, 6)))
        until(lambda: world.delivered("loaded") == 105)
    assert final.acked == 100
    for table in ("donation_totals", "donation_seconds"):
        assert world.rows(f"SELECT campaign_id, SUM(donations) FROM {table} GROUP BY 1") == ((campaign_id, 105),)
    assert world.balance()[0] == 105


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


def test_what_ends_with_the_broker_is_lost_to_the_last_message(world: World, monkeypatch: pytest.MonkeyPatch):
    with monkeypatch.context() as slow:
        slow.setattr("rtdash.ingest.reader._MOST_MESSAGES", 1)
        with world.ingest():
            world.send("donations", donation(transaction_id=1))
            until(lambda: world.delivered("loaded") == 1)
            for partition in range(4):
                ids = range(1_000 * partition + 2, 1_000 * partition + 502)
                world.send("donations", *(donation(transaction_id=number) for number in ids), partition=partition)
            # It ends at once: what came since its last sign of life is known by its last look alone.
    read = world.delivered("loaded")
    assert read < 2_001
    world.broker.stop()
    world.broker.start()
    world.send("donations", donation(transaction_id=10_001))
    settings = world.settings.model_copy(update=world.broker.addresses())
    with world.ingest(settings):
        until(lambda: world.delivered("loaded") == read + 1)
    assert world.balance()[0] == read + 1
    lives = world.rows(
        "SELECT incarnation, SUM(loaded), SUM(lost), SUM(latest_offset - next_offset) FROM ingest_offsets"
        " WHERE topic = 'donations' GROUP BY incarnation ORDER BY MIN(updated_at)"
    )
    assert lives == (
        (world.settings.kafka_incarnation, read, 2_001 - read, 0),
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


def test_batches_of_the_last_minutes_are_kept_with_what_could_not_be_used(world: World):
    world.rows("INSERT INTO ingest_batches VALUES ((UNIX_TIMESTAMP(NOW(6)) - 301) * 1000000, 1, 0, 0, 1.0)")
    world.send("donations", donation(), b"poison", donation())
    with world.ingest():
        until(lambda: world.delivered("loaded") == 1)
        until(lambda: world.rows("SELECT COUNT(*) FROM ingest_batches WHERE took_ms = 1.0") == ((0,),))
    assert world.rows("SELECT SUM(loaded), SUM(dead), SUM(duplicates) FROM ingest_batches") == ((1, 1, 1),)


def lags_known(world: World) -> tuple[bool, bool]:
    """Whether the lag of each topic is known, as the dashboard reads it."""
    with world.donations.cursor(DictCursor) as cursor:
        cursor.execute(CONSERVATION)
        donations = cursor.fetchone()
    with world.clickstream.cursor(row_factory=dict_row) as cursor:
        events = cursor.execute(CONSERVATION_OF_EVENTS).fetchone()
    return Received.read(donations, is_own=True).is_attended, Received.read(events, is_own=False).is_attended


def test_the_lag_is_known_as_long_as_the_broker_answers(world: World):
    world.send("donations", donation())
    world.send("clickstream", event())
    with world.ingest():
        until(lambda: lags_known(world) == (True, True))
        world.broker.stop()
        until(lambda: lags_known(world) == (False, False))
        for topic in ("donations", "clickstream"):
            signs = world.delivered("EXTRACT(SECOND FROM updated_at)", topic)
            until(lambda topic=topic, signs=signs: world.delivered("EXTRACT(SECOND FROM updated_at)", topic) != signs)
        assert lags_known(world) == (False, False)


def test_a_broker_that_goes_away_leaves_ingest_alive(world: World, caplog, monkeypatch):
    # How often it looks whether the topic is another one, which takes as long as it waits for an answer.
    monkeypatch.setattr("rtdash.ingest.stream._REVIEW_S", 0.5)
    world.send("donations", donation())
    with world.ingest():
        until(lambda: world.delivered("loaded") == 1)
        world.broker.stop()
        until(lambda: "Kafka, donations: " in caplog.text)
        signs = []
        for _ in range(4):
            signs.append(
                until(
                    lambda: (at := world.rows("SELECT MIN(updated_at) FROM ingest_offsets")[0][0]) not in signs and at
                )
            )
    # A standby would take longer silence for its end.
    assert max((later - sign).total_seconds() for sign, later in pairwise(signs)) < 1.5
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
