"""Under load, for a minute: nothing lost, nothing blank, nothing late."""

from __future__ import annotations

from dataclasses import replace

import pytest
from board import Board

from rtdash.model.campaign import CampaignState
from rtdash.servers.mariadb import PrivateMariaDB
from rtdash.servers.postgres import PrivatePostgres
from tests.world import World, until

pytestmark = pytest.mark.long

RATE_PER_S = 2_000
DURATION_S = 60.0


@pytest.fixture
def guarded(
    world: World, postgres: PrivatePostgres, mariadb: PrivateMariaDB, citus_database: str, donations_database: str
) -> World:
    """The world as in the demo: the dashboard reads by accounts that may do nothing else."""
    mariadb.authorize(donations_database)
    settings = world.settings.model_copy(
        update={
            "citus_dsn": postgres.dsn("reader", citus_database),
            "citus_owner_dsn": world.settings.citus_dsn,
            "donations_dsn": mariadb.dsn("reader", donations_database),
            "donations_owner_dsn": world.settings.donations_dsn,
        }
    )
    return replace(world, settings=settings)


def assert_exact(world: World) -> None:
    """Generated = acked = loaded = rows = totals = seconds, events too; nothing dead, doubled or lost."""
    (campaign,) = world.campaigns.latest()
    assert campaign.state is CampaignState.ENDED
    assert campaign.generated == campaign.acked
    assert campaign.events_generated == campaign.events_acked
    until(lambda: world.delivered("loaded") >= campaign.acked)
    until(lambda: world.events() >= campaign.events_acked)
    assert world.balance()[0] == world.delivered("loaded") == campaign.acked
    assert world.events() == campaign.events_acked
    spoiled = "SELECT COALESCE(SUM(dead + duplicates + lost), 0) FROM ingest_offsets"
    assert world.rows(spoiled) == ((0,),)
    assert world.clickstream.execute(spoiled).fetchone() == (0,)


def test_a_minute_at_2000_a_second_is_whole_full_and_prompt(guarded: World):
    board = Board(guarded.settings)
    with guarded.ingest_process(), guarded.campaign_process(RATE_PER_S, DURATION_S) as campaign:
        board.watch(lambda: campaign.poll() is not None, deadline_s=DURATION_S + 30, full_after_s=8)
        assert campaign.returncode == 0, (guarded.folder / "campaign.log").read_text()
        assert_exact(guarded)
    assert guarded.campaigns.latest()[0].generated == pytest.approx(RATE_PER_S * DURATION_S, rel=0.02)
    assert board.answered >= board.panels
    assert board.errors == []
    # Nothing is dead, so the dead letters have nothing to show.
    assert set(board.empty) == {"28_dead_letters"}
    assert len(board.p95s_ms) > 2 * DURATION_S
    assert max(board.p95s_ms) <= 1000
