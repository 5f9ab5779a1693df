"""kill -9 of a campaign's process: what it knew to be delivered is there, once; beyond, only what has no known fate."""

from __future__ import annotations

from random import Random

import pytest

from rtdash.model.campaign import Campaign, CampaignState
from rtdash.model.transaction_id import SEQUENCE_BITS, transaction_id
from rtdash.sources.kafka import CLICKSTREAM_TOPIC, DONATIONS_TOPIC
from tests.delivery.killing import kill_anywhen
from tests.delivery.ledger import settle, spoiled
from tests.world import World, until

RATE_PER_S = 4_000
# Of those that were told to the table, and of those that were made later: their number, ids, and the first one's time.
_ARRIVED = """
SELECT COUNT(*), COUNT(DISTINCT transaction_id), COALESCE(MIN(transaction_id), %s), MIN(transaction_date)
FROM donation_transactions WHERE campaign_id = %s AND transaction_id {} %s
"""
_EVENTS = "SELECT count(*) FROM events WHERE session_id >= %s AND session_id < %s"


def kill_one(world: World, moments: Random) -> Campaign:
    """The campaign, given up for lost."""
    with world.campaign_process(RATE_PER_S) as process:
        until(lambda: (newest := world.campaigns.latest(1)) and newest[0].is_active and newest[0].acked)
        kill_anywhen(process, world, moments)
    until(lambda: world.campaigns.close_stale(1.0) == 1)
    lost = world.campaigns.latest(1)[0]
    assert lost.state is CampaignState.LOST
    assert lost.generated == lost.acked + lost.failed + lost.unknown
    assert lost.failed == 0
    return lost


def assert_fate(world: World, lost: Campaign) -> None:
    first = transaction_id(lost.campaign_id, lost.producer, 0)
    told = first + lost.generated
    ((count, distinct, least, _),) = world.rows(_ARRIVED.format("<"), first, lost.campaign_id, told)
    assert least >= first
    assert lost.acked <= count == distinct <= lost.acked + lost.unknown
    ((later, distinct, _, since),) = world.rows(_ARRIVED.format(">="), first, lost.campaign_id, told)
    assert later == distinct
    if later:
        # Made after the account that its last sign of life gave, which takes a moment to come into the table.
        assert (lost.heartbeat_at - since).total_seconds() < 1
    events = world.clickstream.execute(_EVENTS, (first, first + (1 << SEQUENCE_BITS))).fetchone()[0]
    assert events >= lost.events_acked
    print(f"{lost.acked} acked, {lost.unknown} unknown: {count} arrived, and {later} made after the last sign of life")


def kill_again_and_again(world: World, kills: int, moments: Random) -> None:
    with world.ingest_process():
        campaigns = [kill_one(world, moments) for _ in range(kills)]
        settle(world)
    for lost in campaigns:
        assert_fate(world, lost)
    for topic in (DONATIONS_TOPIC, CLICKSTREAM_TOPIC):
        assert spoiled(world, topic) == {"dead": 0, "duplicates": 0, "lost": 0}


def test_two_killed_campaigns_lose_nothing_that_was_acked(world: World, moments: Random):
    kill_again_and_again(world, 2, moments)


@pytest.mark.long
def test_fifteen_killed_campaigns_lose_nothing_that_was_acked(world: World, moments: Random):
    kill_again_and_again(world, 15, moments)
