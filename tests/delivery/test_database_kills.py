"""kill -9 of a database under load, started again on its data: campaign and ingest go on, everything arrives, once."""

from __future__ import annotations

import time
from random import Random

import pytest

from rtdash.model.campaign import CampaignState
from rtdash.servers.mariadb import PrivateMariaDB
from rtdash.servers.postgres import PrivatePostgres
from tests.delivery.killing import crash
from tests.delivery.ledger import assert_all_arrived
from tests.world import World, until

RATE_PER_S = 2_000


def crash_in_turn(world: World, servers: list[PrivatePostgres | PrivateMariaDB], moments: Random) -> None:
    with world.ingest_process() as ingest, world.campaign_process(RATE_PER_S) as campaign:
        for server in servers:
            rows, events = until(lambda: world.balance()[0]), until(lambda: world.events())
            until(lambda rows=rows: world.balance()[0] > rows + moments.uniform(0, RATE_PER_S))
            until(lambda events=events: world.events() > events)
            begun_s = time.monotonic()
            crash(server)
            world.reconnect()
            # Whoever takes its owner for dead while the database was away is wrong: it takes its campaign back.
            world.campaigns.close_stale(0)
            print(f"{server.title} was away for {time.monotonic() - begun_s:.1f} s")
            rows, events = world.balance()[0], world.events()
            until(lambda rows=rows: world.balance()[0] > rows)
            until(lambda events=events: world.events() > events)
            until(lambda: world.campaigns.latest()[0].state is CampaignState.RUNNING)
        assert ingest.poll() is None
        assert campaign.poll() is None
        campaign.terminate()
        assert campaign.wait(20) == 0, (world.folder / "campaign.log").read_text()
        assert_all_arrived(world)
        ingest.terminate()
        assert ingest.wait(2.5) == 0


def test_each_database_is_killed_once(
    world: World, mariadb: PrivateMariaDB, postgres: PrivatePostgres, moments: Random
):
    crash_in_turn(world, [mariadb, postgres], moments)


@pytest.mark.long
def test_each_database_is_killed_again_and_again(
    world: World, mariadb: PrivateMariaDB, postgres: PrivatePostgres, moments: Random
):
    crash_in_turn(world, moments.sample([mariadb, postgres] * 5, 10), moments)
