"""Who leaves the dashboard has each stop carried out, on a real table and with runners that only pretend to run."""

from __future__ import annotations

import threading
from functools import partial

from desk import Desk, IdleRunner, spring

from rtdash.errors import RtdashError
from rtdash.model.campaign import CampaignState, next_rate
from tests.world import until

WAITING = "SELECT 1 FROM information_schema.processlist WHERE db = DATABASE() AND state LIKE 'Waiting for%lock'"


def test_one_runner_that_is_slow_to_end_keeps_no_other_from_being_stopped(campaigns_dsn):
    desk = Desk(campaigns_dsn)
    asked = threading.Barrier(3)
    for _ in range(3):
        desk.control.start_campaign()
        desk.next()
        desk.control._launched_at -= 60

    def refuse() -> None:
        asked.wait(10)
        raise RtdashError("it takes long")

    def end(runner: IdleRunner) -> None:
        asked.wait(10)
        runner.returncode = 0

    first, *others = desk.runners
    first.stop = refuse
    for runner in others:
        runner.stop = partial(end, runner)
    desk.control.close(stop_own=True)
    assert [runner.returncode for runner in desk.runners] == [None, 0, 0]
    assert desk.next() == ("", "it takes long")
    assert desk.said.empty()


def test_leaving_carries_out_the_stop_of_each_campaign_that_waits(campaigns_dsn, store):
    meant = [store.register(spring(5, beside=True)).campaign_id for _ in range(3)]
    desk = Desk(campaigns_dsn)
    with store._connection.cursor() as cursor:
        cursor.execute("LOCK TABLES campaigns WRITE")
        desk.control.stop_campaign(meant[0])
        until(lambda: cursor.execute(WAITING))
        for campaign_id in (meant[1], meant[2], meant[1]):
            desk.control.stop_campaign(campaign_id)
            desk.control.change_rate(next_rate, campaign_id)
        leaving = threading.Thread(target=lambda: desk.control.close(stop_own=False))
        leaving.start()
        until(lambda: desk.control._commands.qsize() == 3)  # two stops, end
        cursor.execute("UNLOCK TABLES")
    leaving.join(20)
    assert [desk.next()[0] for _ in meant] == ["stopping spring: waiting for its last delivery reports"] * 3
    assert desk.said.empty()
    assert {store.get(campaign_id).state for campaign_id in meant} == {CampaignState.STOPPING}


def test_leaving_carries_out_a_stop_that_waits_and_nothing_else(campaigns_dsn, store):
    """Each command may wait for its deadline when the database hangs, here for the lock on a table."""
    running = store.register(spring(200))
    desk = Desk(campaigns_dsn)
    with store._connection.cursor() as cursor:
        cursor.execute("LOCK TABLES campaigns WRITE")
        desk.control.change_rate(next_rate, running.campaign_id)
        until(lambda: cursor.execute(WAITING))
        for _ in range(3):
            desk.control.change_rate(next_rate, running.campaign_id)
            desk.control.stop_campaigns()
        leaving = threading.Thread(target=lambda: desk.control.close(stop_own=True))
        leaving.start()
        until(lambda: desk.control._commands.qsize() == 3)  # stop, stop our own, end
        cursor.execute("UNLOCK TABLES")
    leaving.join(20)
    assert [desk.next()[0] for _ in range(3)] == [
        "spring: 500/s",
        "stopping: waiting for the last delivery reports",
        "campaigns stopped",
    ]
    assert desk.said.empty()
    assert store.get(running.campaign_id).state is CampaignState.STOPPING


def test_leaving_stops_our_own_runner_only_when_asked(campaigns_dsn):
    for stop_own, ended in ((False, None), (True, 0)):
        desk = Desk(campaigns_dsn)
        desk.control.start_campaign()
        desk.next()
        desk.control.close(stop_own=stop_own)
        assert desk.runners[0].returncode == ended
