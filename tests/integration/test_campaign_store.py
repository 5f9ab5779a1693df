"""The table `campaigns`: who may change what of a campaign, whatever arrives late, twice or in another order."""

from __future__ import annotations

from contextlib import closing

import pytest

from rtdash.campaigns.brake import Settled
from rtdash.campaigns.store import CampaignStore, Progress
from rtdash.model.campaign import CampaignPlan, CampaignState
from rtdash.resources import sql_folder
from rtdash.schema.apply import apply
from rtdash.sources import donations


@pytest.fixture
def connection(donations_dsn):
    apply(donations_dsn, sql_folder("mariadb", "schema"), lambda _: None)
    with closing(donations.connect(donations_dsn, "test")) as opened:
        yield opened


@pytest.fixture
def store(connection):
    return CampaignStore(connection)


def entered(store: CampaignStore, **more: object) -> int:
    return store.register(CampaignPlan("spring", 5, ("Pau",), ("PureJoy",), **more)).campaign_id


def states(store: CampaignStore) -> list[str]:
    """Of all campaigns, in the order in which they were entered."""
    return [each.state for each in reversed(store.latest())]


def test_one_that_begins_stops_those_that_began_before_it_and_no_later_ones(store):
    first, planned = entered(store), entered(store, delay_s=60.0)
    assert states(store) == ["running", "planned"]
    entered(store)
    assert states(store) == ["stopping", "planned", "running"]
    assert store.begin(planned, beside=False)
    assert states(store) == ["stopping", "running", "stopping"]
    entered(store, beside=True)
    assert states(store) == ["stopping", "running", "stopping", "running"]
    assert store.get(first).started_at < store.get(planned).started_at


def test_a_begin_whose_answer_was_lost_is_repeated(store):
    entered(store)
    planned = entered(store, delay_s=60.0)
    assert store.begin(planned, beside=False)
    assert store.begin(planned, beside=False)
    assert states(store) == ["stopping", "running"]


def test_one_that_was_stopped_before_it_began_stops_no_other(store):
    entered(store)
    planned = entered(store, delay_s=60.0)
    assert store.request_stop(planned)
    assert not store.begin(planned, beside=False)
    assert states(store) == ["running", "stopping"]


def test_one_that_was_given_up_is_taken_back_but_a_stop_is_not_forgotten(store):
    for stopped, taken_back in ((False, "running"), (True, "stopping")):
        campaign_id = entered(store, beside=True)
        if stopped:
            assert store.request_stop(campaign_id)
        assert store.close_stale(0.0) >= 1
        assert store.get(campaign_id).state is CampaignState.LOST
        store.heartbeat(campaign_id, CampaignState.RUNNING, Progress())
        assert store.heartbeat(campaign_id, CampaignState.RUNNING, Progress()).state == taken_back
        store.finish(campaign_id, Progress())


def test_a_heartbeat_that_comes_late_changes_no_final_account(store):
    campaign_id = entered(store)
    store.finish(campaign_id, Progress(generated=100, acked=100))
    store.heartbeat(campaign_id, CampaignState.RUNNING, Progress(generated=90, acked=50))
    ended = store.get(campaign_id)
    assert (ended.state, ended.generated, ended.acked) == ("ended", 100, 100)


def test_old_letters_that_are_replayed_make_nothing_wait_again(store, connection):
    campaign_id = entered(store)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO ingest_offsets"
            " (incarnation, topic, partition_id, next_offset, latest_offset, dead, updated_at)"
            " VALUES ('a life', 'donations', 0, 0, 0, 7000, UTC_TIMESTAMP(6))"
        )
        settled, seen = Settled(campaign_id), []
        for change in ("dead = dead", "lost = 5", "dead = 0, loaded = 7000", "dead = 2"):
            cursor.execute(f"UPDATE ingest_offsets SET {change}")
            settled.ask(connection)
            seen.append(settled.donations)
    assert seen == [0, 5, 5, 7]
    assert settled.campaigns == 1
