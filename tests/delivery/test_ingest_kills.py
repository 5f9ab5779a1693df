"""kill -9 of ingest at random moments under load, started again each time: everything arrives, once."""

from __future__ import annotations

import time
from random import Random

import pytest

from tests.delivery.killing import KILLS, RolledBack
from tests.delivery.ledger import assert_all_arrived
from tests.world import World

RATE_PER_S = 3_000


def kill_again_and_again(world: World, kills: int, moments: Random) -> None:
    begun_s, before = time.monotonic(), RolledBack.of(world)
    with world.campaign_process(RATE_PER_S) as campaign:
        for number in range(kills):
            with world.ingest_process(f"ingest_{number}.log") as ingest:
                moments.choice(KILLS)(ingest, world, moments)
        print(f"{kills} kills in {time.monotonic() - begun_s:.0f} s; {RolledBack.of(world).since(before)}")
        with world.ingest_process():
            assert campaign.poll() is None, "it was to be killed during the campaign"
            campaign.terminate()
            assert campaign.wait(20) == 0, (world.folder / "campaign.log").read_text()
            assert_all_arrived(world)


def test_five_kills_lose_and_double_nothing(world: World, moments: Random):
    kill_again_and_again(world, 5, moments)


@pytest.mark.long
def test_fifty_kills_lose_and_double_nothing(world: World, moments: Random):
    kill_again_and_again(world, 50, moments)


@pytest.mark.long
def test_fifty_kills_on_apache_kafka_lose_and_double_nothing(kafka_world: World, moments: Random):
    kill_again_and_again(kafka_world, 50, moments)
