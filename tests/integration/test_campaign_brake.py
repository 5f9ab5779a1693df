"""A campaign slows down when what it has sent is not loaded, so that no broker has to drop it."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from rtdash.model.campaign import Campaign
from tests.world import World, until


def newest(world: World) -> Campaign:
    return world.campaigns.latest(1)[0]


@pytest.fixture
def braked(world: World) -> World:
    """Free up to 500 donations with ten events each, shut at 1,000."""
    return replace(world, settings=world.settings.model_copy(update={"brake_mb": 1.8}))


def test_the_brake_holds_while_no_ingest_runs(braked: World):
    with braked.campaign_beside(rate_per_s=500):
        until(lambda: braked.campaigns.latest() and newest(braked).note.startswith("braked by lag: "))
        until(lambda: newest(braked).real_rate_per_s < 50)
        made = newest(braked).generated
        assert 500 <= made <= 1100
        with braked.ingest():
            until(lambda: newest(braked).real_rate_per_s > 400 and newest(braked).note == "")


@pytest.mark.long
def test_the_brake_holds_while_the_database_does_not_answer(braked: World):
    with braked.ingest(), braked.campaign_beside(rate_per_s=500):
        until(lambda: braked.campaigns.latest() and braked.balance()[0] > 500)
        assert newest(braked).note == ""
        # Whoever asks the totals hangs: ingest, and the heartbeat with it.
        braked.rows("LOCK TABLES donation_totals WRITE")
        try:
            seen = [produced(braked)]
            until(lambda: seen.append(produced(braked)) or (len(seen) > 15 and seen[-1] == seen[-15]))
        finally:
            braked.rows("UNLOCK TABLES")
        assert seen[-1] - seen[0] <= 1100
        until(lambda: newest(braked).real_rate_per_s > 400 and newest(braked).note == "")


def test_what_was_lost_or_dead_does_not_brake_for_ever(braked: World):
    offsets = (
        "INSERT INTO ingest_offsets (incarnation, topic, partition_id, next_offset, latest_offset, lost, updated_at)"
        " VALUES (%s, 'donations', 0, 0, 0, %s, UTC_TIMESTAMP(6))"
    )
    braked.rows(offsets, "before this campaign", 5000)
    with braked.campaign_beside(rate_per_s=500):
        until(lambda: braked.campaigns.latest() and newest(braked).note.startswith("braked"))
        braked.rows(offsets, "now", 2000)
        until(lambda: newest(braked).note == "" and newest(braked).generated > 1100)


def produced(world: World) -> int:
    """Donations that the broker has."""
    threading.Event().wait(0.1)
    return sum(end for _, end in world.bounds("donations").values())


def test_campaigns_beside_each_other_share_what_may_wait(braked: World):
    with (
        braked.campaign_beside(rate_per_s=500, beside=True) as first,
        braked.campaign_beside(rate_per_s=500, beside=True) as second,
    ):
        until(lambda: sum(one.note.startswith("braked by lag") for one in braked.campaigns.active()) == 2)
        seen: list[int] = []

        def stand_still() -> bool:
            seen.append(produced(braked))
            return len(seen) > 10 and seen[-1] == seen[-10]

        until(stand_still)
        braked.campaigns.stop_all()
        # No more than one alone would have made, and a slice of each.
        assert first().generated + second().generated <= 1200
