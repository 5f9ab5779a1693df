"""Campaigns against a real database and broker: started, steered and stopped through the table."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import threading
import time
from contextlib import closing
from dataclasses import replace

import pytest

from rtdash.campaigns.runner import CampaignRunner
from rtdash.campaigns.store import CampaignStore, Progress
from rtdash.errors import SettingsError, Unreachable
from rtdash.model.campaign import AS_FAST_AS_IT_CAN, CampaignPlan, CampaignState
from rtdash.servers.mariadb import PrivateMariaDB
from rtdash.settings import Settings
from rtdash.sources import donations
from tests.world import World, until

_CAMPAIGN = """
import sys
from pathlib import Path
from rtdash.campaigns.run import run
from rtdash.model.campaign import CampaignPlan
from rtdash.settings import load
ended = run(load(Path(sys.argv[1])), CampaignPlan(rate_per_s=500))
sys.exit(ended.acked != ended.generated)
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


def test_a_planned_campaign_waits_for_its_start_and_has_a_planned_end(world: World):
    with (
        world.campaign_beside(rate_per_s=20) as running,
        world.campaign_beside(rate_per_s=50, delay_s=1.5, count=9) as later,
    ):
        planned = until(lambda: next((one for one in world.campaigns.latest() if one.state == "planned"), None))
        assert (planned.started_at, planned.wanted, planned.ends_at, planned.generated) == (None, 9, None, 0)
        assert planned.starts_at > planned.heartbeat_at
        until(lambda: (world.campaigns.get(planned.campaign_id) or planned).state == "running")
        # It stops those that run when it begins, not when it is planned.
        counts = running()
        assert later().acked == 9
        begun = until(lambda: next(one for one in [world.campaigns.get(planned.campaign_id)] if one.state == "ended"))
    assert counts.generated > 20
    assert begun.acked == 9
    assert 0 <= (begun.started_at - begun.starts_at).total_seconds() < 1


def test_a_planned_campaign_that_is_stopped_never_begins(world: World):
    ended = world.campaign(rate_per_s=20, count=5)
    with world.campaign_beside(rate_per_s=20, delay_s=60.0, duration_s=30.0) as final:
        planned = until(lambda: next((one for one in world.campaigns.latest() if one.state == "planned"), None))
        assert (planned.ends_at - planned.starts_at).total_seconds() == 30
        world.campaigns.set_rate(planned.campaign_id, 100)
        assert world.campaigns.stop_all() == 1
        assert final().generated == 0
    stopped = world.campaigns.get(planned.campaign_id)
    assert (stopped.state, stopped.rate_per_s, stopped.started_at, stopped.ended_at) == ("ended", 100, None, None)
    # The screen stays with what ended last.
    assert [number for (number,) in world.rows("SELECT campaign_id FROM current_campaigns")] == [1]
    assert ended.acked == 5


def test_as_fast_as_it_can_is_faster_than_any_step_and_thins_its_visits(world: World):
    unbraked = replace(world, settings=world.settings.model_copy(update={"brake_mb": 0}))
    final = unbraked.campaign(rate_per_s=AS_FAST_AS_IT_CAN, duration_s=2.0)
    assert final.acked == final.generated > 2 * 50_000
    assert final.events_generated < 4 * world.settings.max_events_per_s
    assert final.events_acked == final.events_generated


def test_a_stop_says_what_it_waits_for(world: World, monkeypatch):
    monkeypatch.setattr("rtdash.campaigns.delivery._REPORTS_S", 3.0)
    with world.campaign_beside(rate_per_s=500) as final:
        until(lambda: world.campaigns.latest() and newest(world).acked > 50)
        world.broker.stop()
        until(lambda: newest(world).in_flight > 20)
        world.campaigns.stop_all()
        until(lambda: re.match(r"stopping: waiting for [\d,]+ delivery reports", newest(world).note))
        assert final().unknown > 0


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


def test_ids_go_on_after_what_the_totals_know(world: World):
    world.rows("INSERT INTO donation_totals VALUES (41, 'Brest', 'PureJoy', 48.39, -4.48, 1, 1.00)")
    assert world.campaigns.register(CampaignPlan("", 5, CITIES, ORGANIZATIONS)).campaign_id == 42
    assert newest(world).name == "Campaign 42"


def test_registering_at_once_gives_different_ids(world: World):
    ids: list[int] = []

    def register() -> None:
        with closing(donations.connect(world.settings.donations_dsn, "test")) as connection:
            store = CampaignStore(connection)
            ids.extend(
                store.register(CampaignPlan("", 5, CITIES, ORGANIZATIONS, beside=True)).campaign_id for _ in range(5)
            )

    threads = [threading.Thread(target=register) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(ids) == list(range(1, 21))


def test_the_control_account_may_steer_but_not_more(world: World, mariadb: PrivateMariaDB, donations_database: str):
    mariadb.authorize(donations_database)
    campaign = world.campaigns.register(CampaignPlan("", 5, CITIES, ORGANIZATIONS))
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
        CampaignRunner(Settings(), CampaignPlan())
    nobody = world.settings.model_copy(update={"kafka_bootstrap_servers": "127.0.0.1:1"})
    begun_s = time.monotonic()
    with pytest.raises(Unreachable, match=r"Kafka at 127\.0\.0\.1:1: "):
        CampaignRunner(nobody, CampaignPlan()).run(threading.Event())
    assert time.monotonic() - begun_s < 7
    assert world.campaigns.latest() == ()
    with pytest.raises(ValueError, match="'Paris' is not one of the cities"):
        CampaignPlan(cities=("Paris",))
