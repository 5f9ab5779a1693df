"""The dashboard's hand on the campaigns, on a real table and with runners that only pretend to run."""

from __future__ import annotations

import time
from queue import SimpleQueue

import pytest
from desk import Desk, IdleRunner, spring

from rtdash.campaigns.control import close_stale
from rtdash.campaigns.store import CampaignStore
from rtdash.errors import RtdashError
from rtdash.model.campaign import CampaignPlan, CampaignState, next_preset, next_rate, previous_rate
from tests.world import until


@pytest.fixture
def desk(campaigns_dsn):
    desk = Desk(campaigns_dsn)
    yield desk
    desk.control.close(stop_own=True)


def test_a_key_pressed_again_means_the_same_campaign(desk):
    desk.control.start_campaign()
    desk.control.start_campaign()
    assert desk.next() == ("starting a campaign at 200/s", None)
    assert desk.next() == ("a campaign is starting already", None)
    assert desk.launched == [CampaignPlan()]


def test_a_campaign_that_is_over_is_not_starting(desk):
    desk.control.start_campaign()
    desk.next()
    desk.runners[0].returncode = 0
    desk.control.start_campaign()
    assert desk.next() == ("starting a campaign at 200/s", None)


def test_rate_steps_for_the_campaign_that_is_meant_or_for_the_next(desk, store):
    desk.control.change_rate(next_rate)
    assert desk.next() == ("next campaign: 500/s", None)
    meant, other = (store.register(spring(2000, beside=True)).campaign_id for _ in range(2))
    desk.control.change_rate(previous_rate, meant)
    assert desk.next() == ("spring: 1,000/s", None)
    desk.control.change_rate(next_preset, meant)
    assert desk.next() == ("spring: 10,000/s", None)
    assert [store.get(number).rate_per_s for number in (meant, other)] == [10_000, 2000]
    # What was chosen for one is what the next one begins with, and one that has ended has no rate to change.
    assert desk.control.plan.rate_per_s == 10_000
    store.request_stop(meant)
    desk.control.change_rate(previous_rate, meant)
    assert desk.next() == ("next campaign: 5,000/s", None)


def test_a_campaign_is_started_again_with_the_last_settings(desk):
    plan = spring(50, duration_s=60.0, delay_s=30.0)
    desk.control.start_campaign(plan)
    assert desk.next() == ("starting spring, to begin in 30 s, at 50/s", None)
    desk.runners[0].returncode = 0
    desk.control.start_campaign(beside=True)
    assert desk.next() == ("starting spring at 50/s, beside", None)
    assert desk.launched == [plan, spring(50, duration_s=60.0, beside=True)]


def test_one_campaign_is_stopped_and_the_others_are_not(desk, store):
    meant, other = (store.register(spring(5, beside=True)).campaign_id for _ in range(2))
    desk.control.stop_campaign(meant)
    assert desk.next() == ("stopping spring: waiting for its last delivery reports", None)
    desk.control.stop_campaign(meant)
    assert desk.next() == ("spring is stopping already", None)
    desk.control.stop_campaign(99)
    assert desk.next() == ("there is no campaign 99", None)
    assert store.get(other).state is CampaignState.RUNNING


def test_on_mariadb_there_is_no_pipeline_to_start(desk):
    desk.control.toggle_pipeline()
    assert desk.next() == ("", "on MariaDB there is no pipeline: `rtdash ingest` loads the donations")


def test_stop_asks_every_running_campaign(desk, store):
    running = store.register(spring(5))
    desk.control.stop_campaigns()
    assert desk.next()[0].startswith("stopping")
    assert store.get(running.campaign_id).state is CampaignState.STOPPING
    desk.control.stop_campaigns()
    assert desk.next() == ("no campaign is running", None)


@pytest.mark.parametrize(
    ("returncode", "why"),
    [(1, "failed: Kafka: nobody answers"), (-9, "was ended by signal 9"), (137, "was ended by signal 9")],
)
def test_a_runner_that_fails_is_said(campaigns_dsn, returncode, why):
    desk = Desk(campaigns_dsn, returncode=returncode)
    desk.control.start_campaign()
    desk.next()
    assert desk.next() == ("", f"the campaign's runner {why}")
    desk.control.close(stop_own=False)


def test_of_a_runner_that_has_ended_nothing_is_left_open(desk, monkeypatch):
    put_away = []
    monkeypatch.setattr(IdleRunner, "stop", lambda runner: put_away.append(runner))
    desk.control.start_campaign()
    desk.next()
    desk.runners[0].returncode = 0
    until(lambda: put_away == desk.runners)


def test_a_stop_right_after_a_start_ends_the_runner_that_has_no_campaign_yet(desk):
    desk.control.start_campaign()
    desk.control.stop_campaigns()
    desk.control.start_campaign()
    assert [desk.next()[0] for _ in range(3)] == [
        "starting a campaign at 200/s",
        "stopping: waiting for the last delivery reports",
        "starting a campaign at 200/s",
    ]
    assert [runner.returncode for runner in desk.runners] == [0, None]


def test_a_stop_right_after_a_start_asks_the_table_first_and_waits_for_no_runner_but_the_last(desk, store):
    """Those before have entered their campaigns, and end by what the table says."""
    running = store.register(spring(5))
    states = SimpleQueue()
    desk.control.start_campaign()
    desk.next()
    desk.control._launched_at -= 60
    desk.control.start_campaign(beside=True)
    desk.next()

    def refuse() -> None:
        states.put(store.get(running.campaign_id).state)
        raise RtdashError("it takes long")

    desk.runners[1].stop = refuse
    desk.control.stop_campaigns()
    assert [desk.next(), desk.next()] == [
        ("", "it takes long"),
        ("stopping: waiting for the last delivery reports", None),
    ]
    assert states.get_nowait() is CampaignState.STOPPING
    assert desk.runners[0].returncode is None
    desk.runners[1].returncode = 0


def test_a_stop_ends_the_runner_that_starts_also_when_the_database_is_away(desk, monkeypatch):
    def fail(_: object) -> int:
        raise RtdashError("nobody answers")

    monkeypatch.setattr(CampaignStore, "stop_all", fail)
    desk.control.start_campaign()
    desk.control.stop_campaigns()
    assert [desk.next(), desk.next()] == [("starting a campaign at 200/s", None), ("", "nobody answers")]
    assert desk.runners[0].returncode == 0


def test_a_silent_campaign_is_given_up_after_watching_for_5_s(desk, store):
    silent = store.register(spring(5))
    started = time.monotonic()
    assert desk.next() == ("", "1 campaign(s) fell silent and were given up as lost")
    assert time.monotonic() - started > 5
    assert store.get(silent.campaign_id).state is CampaignState.LOST


def test_what_a_dead_demo_left_running_is_lost_at_the_next_start(campaigns_dsn, store):
    left = store.register(spring(5))
    assert close_stale(campaigns_dsn, 0.0) == 1
    assert store.get(left.campaign_id).state is CampaignState.LOST


def test_a_database_that_is_away_is_said_and_found_again(desk, store):
    running = store.register(spring(200))
    desk.control.change_rate(next_rate, running.campaign_id)
    desk.next()
    with store._connection.cursor() as cursor:
        cursor.execute("SELECT id FROM information_schema.processlist WHERE id <> CONNECTION_ID() AND db = DATABASE()")
        for (connection_id,) in cursor.fetchall():
            cursor.execute(f"KILL {connection_id}")
    desk.control.change_rate(next_rate, running.campaign_id)
    assert desk.next()[1].startswith("donations database:")
    desk.control.change_rate(next_rate, running.campaign_id)
    assert desk.next() == ("spring: 1,000/s", None)


def test_no_failure_of_the_watch_ends_the_control_and_each_is_said_once(desk, monkeypatch):
    looks = SimpleQueue()

    def fail(*_: object) -> int:
        looks.put(None)
        raise KeyError("campaign_id")

    monkeypatch.setattr("rtdash.campaigns.control._WATCH_S", 0.05)
    monkeypatch.setattr(desk.control._stale, "look", fail)
    assert desk.next() == ("", "KeyError (see the log)")
    for _ in range(3):
        looks.get(timeout=15)
    desk.control.change_rate(next_rate)
    assert desk.next() == ("next campaign: 500/s", None)


def test_what_a_runner_says_cannot_steer_the_terminal(campaigns_dsn, monkeypatch):
    monkeypatch.setattr(IdleRunner, "log_tail", lambda _: ["rtdash: Kafka: \x1b[2Jgone\u202e"])
    desk = Desk(campaigns_dsn, returncode=1)
    desk.control.start_campaign()
    desk.next()
    assert desk.next() == ("", "the campaign's runner failed: Kafka: ·[2Jgone·")
    desk.control.close(stop_own=False)
