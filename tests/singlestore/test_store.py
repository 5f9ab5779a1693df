"""What campaigns, their clock and brake, and housekeeping say to SingleStore: as it is sent, and held to the rules.

`sql.py` reads these statements in the source, and cannot see what is put together when they run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import fields
from datetime import datetime
from decimal import Decimal

import pytest

from rtdash.campaigns.brake import Settled
from rtdash.campaigns.clock import ServerClock
from rtdash.campaigns.store import CampaignStore, Orders, Progress
from rtdash.ingest import housekeeping
from rtdash.model.campaign import Campaign, CampaignPlan, CampaignState
from rtdash.sources import donations
from tests.singlestore.peer import Peer
from tests.singlestore.rules import RULES
from tests.singlestore.sql import Statement, files, read
from tests.singlestore.wire import Done, Rows

AT = datetime(2026, 11, 25, 22, 15, 35, 250_000)  # noqa: DTZ001 (as the driver gives it)
NAMES = [field.name for field in fields(Campaign)]
RUNNING = {
    "campaign_id": 7, "name": "Advent", "cities": '["Brest"]', "organizations": '["PureJoy"]', "state": "running",
    "rate_per_s": 2000, "producer": 1, "starts_at": AT, "ends_at": None, "wanted": None, "started_at": AT,
    "ended_at": None, "heartbeat_at": AT, "visit_fraction": 1.0, "real_rate_per_s": 0.0, "note": "",
}  # fmt: skip
ROW = tuple(RUNNING.get(name, 0) for name in NAMES)
PLAN = CampaignPlan(name="Advent", cities=("Brest", "Nîmes", "Pau", "Caen"), organizations=("PureJoy",))
PLANNED = CampaignPlan(cities=PLAN.cities, organizations=PLAN.organizations, delay_s=60.0, duration_s=5.0, count=9)

CALLS: dict[str, tuple[Callable[[CampaignStore], object], ...]] = {
    "register": (lambda store: store.register(PLAN), lambda store: store.register(PLANNED)),
    "begin": (lambda store: store.begin(7, beside=False),),
    "get": (lambda store: store.get(7),),
    "latest": (lambda store: store.latest(),),
    "active": (lambda store: store.active(),),
    "set_rate": (lambda store: store.set_rate(7, 500),),
    "request_stop": (lambda store: store.request_stop(7),),
    "stop_all": (lambda store: store.stop_all(),),
    "heartbeat": (lambda store: store.heartbeat(7, CampaignState.RUNNING, Progress(note="5 % behind")),),
    "finish": (lambda store: store.finish(7, Progress(generated=9)),),
    "ping": (lambda store: store.ping(),),
    "close_stale": (lambda store: store.close_stale(5.0),),
}


@pytest.fixture
def table(peer: Peer) -> Peer:
    """A peer with one campaign, which runs."""
    peer.tell(r"^SELECT GREATEST\(COALESCE", Rows(("newest",), [(6,)]))
    peer.tell(r"^SELECT `campaign_id`, .* FROM campaigns ", Rows(NAMES, [ROW]))
    peer.tell(r"^SELECT `state`, rate_per_s FROM campaigns ", Rows(("state", "rate_per_s"), [("running", 2000)]))
    peer.tell(r"^\s*(INSERT IGNORE INTO|UPDATE) campaigns\s", Done(1))
    peer.tell(r"^SELECT 1$", Rows(("1",), [(1,)]))
    return peer


@pytest.fixture
def store(table: Peer) -> Iterator[CampaignStore]:
    with closing(donations.connect(table.dsn(), "campaign")) as connection:
        yield CampaignStore(connection)


def held_to_the_rules(peer: Peer) -> list[str]:
    """What is wrong with what was sent, given the tables that there are."""
    sent = [Statement("sent", heard.statement.strip()) for heard in peer.heard]
    schema = read({name: text for name, text in files().items() if name.startswith("sql/singlestore/schema/")})
    # Some rules look at one statement after another.
    return [str(found) for rule in RULES for found in rule([*schema, *sent]) if found.file == "sent"]


def test_every_method_of_the_store_is_held_to_the_rules():
    methods = {name for name, value in vars(CampaignStore).items() if callable(value) and not name.startswith("_")}
    assert CALLS.keys() == methods


@pytest.mark.parametrize("call", [pytest.param(call, id=name) for name, calls in CALLS.items() for call in calls])
def test_what_the_store_sends(table, store, call):
    call(store)
    assert held_to_the_rules(table) == []


def test_a_mass_update_would_be_found(table):
    with closing(donations.connect(table.dsn(), "campaign")) as connection, connection.cursor() as cursor:
        cursor.execute("UPDATE campaigns SET note = ''")
    (found,) = held_to_the_rules(table)
    assert found.endswith("UPDATE of campaigns without a condition on a key")


def test_what_the_store_understands(store):
    campaign = store.register(PLAN)
    assert (campaign.campaign_id, campaign.state, campaign.cities) == (7, CampaignState.RUNNING, ("Brest",))
    assert store.heartbeat(7, CampaignState.RUNNING, Progress()) == Orders(CampaignState.RUNNING, 2000)
    assert store.close_stale(5.0) == 1


def test_a_lost_campaign_is_taken_back(table, store):
    table.tell(r"^SELECT `state`, rate_per_s", Rows(("state", "rate_per_s"), [("lost", 2000)]))
    assert store.heartbeat(7, CampaignState.RUNNING, Progress()) == Orders(CampaignState.RUNNING, 2000)
    assert table.statements("^UPDATE campaigns SET `state` = CASE WHEN is_stop_wanted")
    assert held_to_the_rules(table) == []


def test_the_clock_the_brake_and_housekeeping(peer):
    peer.tell(r"^SELECT UTC_TIMESTAMP\(6\)$", Rows(("now",), [(AT,)]))
    peer.tell(r"FROM donation_totals WHERE campaign_id = 7", Rows(("a", "b", "c"), [(Decimal(90), Decimal(1), 1)]))
    peer.tell(r"^DELETE FROM donation_(arrivals|seconds) ", Done(3))
    settled = Settled(7)
    with closing(donations.connect(peer.dsn(), "campaign")) as connection:
        ServerClock().measure(connection)
        settled.ask(connection)
        assert not housekeeping._forget(connection)
    assert settled.donations == 90
    assert held_to_the_rules(peer) == []
