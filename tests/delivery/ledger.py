"""Whether everything that was acknowledged has arrived, once: what campaigns, broker and databases say of it."""

from __future__ import annotations

from rtdash.ingest.incarnation import Incarnations
from rtdash.model.campaign import CampaignState
from rtdash.model.transaction_id import transaction_id
from rtdash.sources.kafka import CLICKSTREAM_TOPIC, DONATIONS_TOPIC
from tests.world import World, until

_OFFSETS = (
    "SELECT partition_id, next_offset, loaded, dead, duplicates, lost FROM ingest_offsets"
    " WHERE topic = %s AND incarnation = %s"
)
_IDS = (
    "SELECT COUNT(*), COUNT(DISTINCT transaction_id), COALESCE(MIN(transaction_id), 0),"
    " COALESCE(MAX(transaction_id), 0) FROM donation_transactions WHERE campaign_id = %s"
)
_SUMS = (
    "SELECT (SELECT SUM(donations) FROM donation_totals WHERE campaign_id = %s),"
    " (SELECT SUM(donations) FROM donation_seconds WHERE campaign_id = %s)"
)
_ROLLED_UP = "SELECT coalesce(sum(event_count), 0)::bigint FROM live_totals WHERE width = '1 hour'"


def assert_all_arrived(world: World) -> None:
    """No producer died, and each had its reports: what it made is what is there, one for one."""
    campaigns = world.campaigns.latest()
    assert campaigns
    for campaign in campaigns:
        assert campaign.state is CampaignState.ENDED, campaign
        assert campaign.generated == campaign.acked, campaign
        assert campaign.events_generated == campaign.events_acked, campaign
    settle(world)
    for campaign in campaigns:
        first = transaction_id(campaign.campaign_id, campaign.producer, 0)
        count = campaign.acked
        assert world.rows(_IDS, campaign.campaign_id) == ((count, count, first, first + count - 1),)
        assert world.rows(_SUMS, campaign.campaign_id, campaign.campaign_id) == ((count, count),)
    assert world.balance()[0] == sum(campaign.acked for campaign in campaigns)
    events = sum(campaign.events_acked for campaign in campaigns)
    assert world.events() == events
    until(lambda: world.clickstream.execute(_ROLLED_UP).fetchone()[0] == events, deadline_s=30)
    for topic in (DONATIONS_TOPIC, CLICKSTREAM_TOPIC):
        assert spoiled(world, topic) == {"dead": 0, "duplicates": 0, "lost": 0}


def settle(world: World) -> None:
    """Wait until both databases have all that the broker has; each offset is then accounted for."""
    for topic in (DONATIONS_TOPIC, CLICKSTREAM_TOPIC):
        ends = {number: end for number, (_, end) in world.bounds(topic).items()}
        until(lambda topic=topic, ends=ends: read_to(world, topic) == ends, deadline_s=30)
        for partition_id, end, *accounted in offsets(world, topic):
            assert sum(accounted) == end, (topic, partition_id, end, accounted)
    assert world.balance()[0] == world.delivered("loaded")
    assert world.events() == world.delivered("loaded", CLICKSTREAM_TOPIC)


def offsets(world: World, topic: str) -> list[tuple[int, ...]]:
    """Partition, next offset, loaded, dead, duplicates, lost: of the life that the topic has now."""
    values = (topic, Incarnations(world.broker.kafka, world.settings.kafka_incarnation).of(topic))
    rows = (
        world.rows(_OFFSETS, *values)
        if topic == DONATIONS_TOPIC
        else world.clickstream.execute(_OFFSETS, values).fetchall()
    )
    return [tuple(map(int, row)) for row in rows]


def read_to(world: World, topic: str) -> dict[int, int]:
    """The next offset of each partition."""
    return {partition_id: end for partition_id, end, *_ in offsets(world, topic)}


def spoiled(world: World, topic: str) -> dict[str, int]:
    """Messages that were not loaded, by what became of them."""
    columns = zip(*(row[3:] for row in offsets(world, topic)), strict=True)
    return dict(zip(("dead", "duplicates", "lost"), map(sum, columns), strict=True))
