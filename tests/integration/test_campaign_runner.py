"""Campaigns against a real database and broker: started, steered and stopped through the table."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from contextlib import closing

import pytest
from world import World, until

from rtdash.campaigns.runner import CampaignOptions, CampaignRunner
from rtdash.campaigns.store import CampaignStore, Progress
from rtdash.errors import SettingsError, Unreachable
from rtdash.ingest.reader import TopicReader
from rtdash.model.campaign import CampaignState
from rtdash.servers.mariadb import PrivateMariaDB
from rtdash.settings import Settings
from rtdash.sources import donations

_CAMPAIGN = """
import sys
from pathlib import Path
from rtdash.campaigns.run import run
from rtdash.campaigns.runner import CampaignOptions
from rtdash.settings import load
sys.exit(run(load(Path(sys.argv[1])), CampaignOptions(rate_per_s=500)))
"""
CITIES = ("Brest", "Pau")
ORGANIZATIONS = ("SmileFund", "WarmHearts")


def newest(world: World):
    return world.campaigns.latest(1)[0]


def test_a_campaign_is_steered_and_stopped_through_the_table(world: World):
    with world.campaign_beside(name="spring", rate_per_s=50, cities=CITIES) as final:
        until(lambda: world.campaigns.latest() and newest(world).acked > 10)
        campaign = newest(world)
        assert (campaign.name, campaign.state, campaign.rate_per_s) == ("spring", CampaignState.RUNNING, 50)
        assert campaign.cities == CITIES
        assert campaign.in_flight >= 0
        world.campaigns.set_rate(campaign.campaign_id, 2000)
        until(lambda: newest(world).real_rate_per_s > 1000)
        assert world.campaigns.request_stop(campaign.campaign_id)
        counts = final()
    ended = newest(world)
    assert ended.state is CampaignState.ENDED
    assert ended.generated == ended.acked == counts.generated > 1000
    assert ended.ended_at > ended.started_at
    assert not world.campaigns.request_stop(campaign.campaign_id)


def test_starting_one_stops_the_running_ones_unless_beside(world: World):
    with world.campaign_beside(rate_per_s=20) as first:
        until(lambda: world.campaigns.latest())
        with world.campaign_beside(rate_per_s=20, beside=True) as second:
            until(lambda: len(world.campaigns.latest()) == 2)
            threading.Event().wait(0.5)
            assert {one.state for one in world.campaigns.latest()} == {CampaignState.RUNNING}
            third = world.campaign(rate_per_s=20, count=3)
            assert first().generated == first().acked
            assert second().generated == second().acked
            assert third.acked == 3
    assert [one.campaign_id for one in world.campaigns.latest()] == [3, 2, 1]
    assert {one.state for one in world.campaigns.latest()} == {CampaignState.ENDED}


def test_the_rate_is_kept(world: World):
    final = world.campaign(rate_per_s=1000, duration_s=2.0)
    assert final.generated == pytest.approx(2000, rel=0.05)


def test_sigterm_ends_the_process_in_good_order(world: World):
    file = world.folder / "settings.toml"
    world.settings.save(file)
    process = subprocess.Popen([sys.executable, "-c", _CAMPAIGN, str(file)], stderr=subprocess.PIPE)
    try:
        until(lambda: world.campaigns.latest() and newest(world).acked > 100)
        process.send_signal(signal.SIGTERM)
        assert process.wait(5) == 0
    finally:
        process.kill()
        process.communicate()
    assert newest(world).state is CampaignState.ENDED
    assert newest(world).acked == newest(world).generated


def test_a_killed_runner_is_given_up_and_a_living_one_taken_back(world: World):
    file = world.folder / "settings.toml"
    world.settings.save(file)
    process = subprocess.Popen([sys.executable, "-c", _CAMPAIGN, str(file)], stderr=subprocess.PIPE)
    try:
        until(lambda: world.campaigns.latest() and newest(world).acked > 100)
        # As if it had been silent: the next heartbeat takes the campaign back.
        assert world.campaigns.close_stale(0) == 1
        until(lambda: newest(world).state is CampaignState.RUNNING)
        process.kill()
        process.wait()
    finally:
        process.kill()
        process.communicate()
    assert world.campaigns.close_stale(5) == 0
    silent = "UPDATE campaigns SET heartbeat_at = UTC_TIMESTAMP(6) - INTERVAL 6 SECOND"
    world.rows(silent)
    assert world.campaigns.close_stale(5) == 1
    lost = newest(world)
    assert lost.state is CampaignState.LOST
    assert lost.ended_at == lost.heartbeat_at
    assert lost.generated == lost.acked + lost.failed + lost.unknown


def test_what_gets_no_report_is_unknown_and_said(world: World, monkeypatch):
    monkeypatch.setattr("rtdash.campaigns.delivery._REPORTS_S", 0.5)
    with world.campaign_beside(rate_per_s=500) as final:
        until(lambda: world.campaigns.latest() and newest(world).acked > 50)
        world.broker.stop()
        until(lambda: newest(world).note.startswith("Kafka: "))
        until(lambda: newest(world).in_flight > 20)
        world.campaigns.stop_all()
        counts = final()
    assert counts.unknown > 20
    assert counts.generated == counts.acked + counts.failed + counts.unknown
    ended = newest(world)
    assert (ended.state, ended.unknown) == (CampaignState.ENDED, counts.unknown)
    assert "not delivered" in ended.note


def test_a_database_that_goes_away_does_not_stop_production(world: World, caplog):
    with world.campaign_beside(rate_per_s=200) as final:
        until(lambda: world.campaigns.latest() and newest(world).acked > 20)
        for _ in range(2):
            before = newest(world).acked
            for (connection_id,) in world.rows(
                "SELECT id FROM information_schema.processlist WHERE db = DATABASE() AND id <> CONNECTION_ID()"
            ):
                world.rows("KILL %s", connection_id)
            until(lambda before=before: newest(world).acked > before + 100)
        world.campaigns.stop_all()
        assert final().acked == final().generated
    assert any("without heartbeat" in record.getMessage() for record in caplog.records)


@pytest.fixture
def quick_brake(monkeypatch):
    """Free up to 500 donations with ten events each, shut at 1,000."""
    monkeypatch.setattr("rtdash.campaigns.brake.FREE_BYTES", 900_000)
    monkeypatch.setattr("rtdash.campaigns.brake.MOST_BYTES", 1_800_000)


@pytest.mark.usefixtures("quick_brake")
def test_the_brake_holds_while_no_ingest_runs(world: World):
    with world.campaign_beside(rate_per_s=500):
        until(lambda: world.campaigns.latest() and newest(world).note.startswith("braked, visits too: "))
        until(lambda: newest(world).real_rate_per_s < 50)
        made = newest(world).generated
        assert 500 <= made <= 1100
        with world.ingest():
            until(lambda: newest(world).real_rate_per_s > 400 and newest(world).note == "")


@pytest.mark.long
@pytest.mark.usefixtures("quick_brake")
def test_the_brake_holds_while_the_database_does_not_answer(world: World):
    with world.ingest(), world.campaign_beside(rate_per_s=500):
        until(lambda: world.campaigns.latest() and world.balance()[0] > 500)
        assert newest(world).note == ""
        # Whoever asks the totals hangs: ingest, and the heartbeat with it.
        world.rows("LOCK TABLES donation_totals WRITE")
        try:
            seen = [produced(world)]
            until(lambda: seen.append(produced(world)) or (len(seen) > 15 and seen[-1] == seen[-15]))
        finally:
            world.rows("UNLOCK TABLES")
        assert seen[-1] - seen[0] <= 1100
        until(lambda: newest(world).real_rate_per_s > 400 and newest(world).note == "")


@pytest.mark.usefixtures("quick_brake")
def test_what_was_lost_or_dead_does_not_brake_for_ever(world: World):
    offsets = (
        "INSERT INTO ingest_offsets (incarnation, topic, partition_id, next_offset, latest_offset, lost, updated_at)"
        " VALUES (%s, 'donations', 0, 0, 0, %s, UTC_TIMESTAMP(6))"
    )
    world.rows(offsets, "before this campaign", 5000)
    with world.campaign_beside(rate_per_s=500):
        until(lambda: world.campaigns.latest() and newest(world).note.startswith("braked"))
        world.rows(offsets, "now", 2000)
        until(lambda: newest(world).note == "" and newest(world).generated > 1100)


def produced(world: World) -> int:
    """Donations that the broker has."""
    threading.Event().wait(0.1)
    reader = TopicReader(world.settings.kafka_bootstrap_servers, "donations")
    try:
        return sum(reader._bounds(partition_id)[1] for partition_id in reader.partitions())
    finally:
        reader.close()


def test_ids_go_on_after_what_the_totals_know(world: World):
    world.rows("INSERT INTO donation_totals VALUES (41, 'Brest', 'PureJoy', 48.39, -4.48, 1, 1.00)")
    assert world.campaigns.register("", CITIES, ORGANIZATIONS, 5).campaign_id == 42
    assert newest(world).name == "Campaign 42"


def test_registering_at_once_gives_different_ids(world: World):
    ids: list[int] = []

    def register() -> None:
        with closing(donations.connect(world.settings.donations_dsn, "test")) as connection:
            store = CampaignStore(connection)
            ids.extend(store.register("", CITIES, ORGANIZATIONS, 5, beside=True).campaign_id for _ in range(5))

    threads = [threading.Thread(target=register) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(ids) == list(range(1, 21))


def test_the_control_account_may_steer_but_not_more(world: World, mariadb: PrivateMariaDB, donations_database: str):
    mariadb.authorize(donations_database)
    campaign = world.campaigns.register("", CITIES, ORGANIZATIONS, 5)
    with closing(donations.connect(mariadb.dsn("control", donations_database), "control")) as connection:
        store = CampaignStore(connection)
        store.ping()
        store.set_rate(campaign.campaign_id, 10)
        assert store.latest()[0].rate_per_s == 10
        assert store.stop_all() == 1
        assert store.close_stale(5) == 0


def test_a_campaign_that_vanished_from_the_table_ends(world: World):
    with world.campaign_beside(rate_per_s=20) as final:
        until(lambda: world.campaigns.latest())
        world.rows("DELETE FROM campaigns")
        assert final().failed == 0


def test_progress_of_an_unknown_campaign_is_none(world: World):
    assert world.campaigns.heartbeat(5, CampaignState.RUNNING, Progress()) is None
    assert world.campaigns.get(5) is None


def test_the_clock_is_the_servers(world: World):
    with world.ingest():
        world.campaign(rate_per_s=100, count=20)
        until(lambda: world.delivered("loaded") == 20)
    ((late, early),) = world.rows(
        "SELECT TIMESTAMPDIFF(MICROSECOND, MAX(d.transaction_date), c.ended_at),"
        " TIMESTAMPDIFF(MICROSECOND, c.started_at, MIN(d.transaction_date))"
        " FROM donation_transactions d JOIN campaigns c GROUP BY c.started_at, c.ended_at"
    )
    assert 0 <= late < 2e6
    assert 0 <= early < 2e6


def test_no_broker_and_no_address_are_one_clear_line(world: World):
    with pytest.raises(SettingsError, match="kafka_bootstrap_servers"):
        CampaignRunner(Settings(), CampaignOptions())
    nobody = world.settings.model_copy(update={"kafka_bootstrap_servers": "127.0.0.1:1"})
    begun_s = time.monotonic()
    with pytest.raises(Unreachable, match=r"Kafka at 127\.0\.0\.1:1: "):
        CampaignRunner(nobody, CampaignOptions()).run(threading.Event())
    assert time.monotonic() - begun_s < 7
    assert world.campaigns.latest() == ()
    with pytest.raises(ValueError, match="'Paris' is not one of the cities"):
        CampaignRunner(world.settings, CampaignOptions(cities=("Paris",)))
