"""`rtdash bench ingest`: rows a second from Kafka into the databases, beside the same rows stored at once."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager, closing
from itertools import chain, islice
from pathlib import Path

from rtdash.bench.feed import Feed
from rtdash.bench.figures import Figure, Rates, Say
from rtdash.bench.messages import slices
from rtdash.bench.routes import ClickstreamRoute, DonationsRoute, Route
from rtdash.campaigns.delivery import Delivery
from rtdash.campaigns.visits import EVENTS_A_DONATION
from rtdash.model.campaign import CITIES_A_CAMPAIGN, Campaign, CampaignState
from rtdash.model.places import CITIES, ORGANIZATIONS
from rtdash.resources import sql_folder
from rtdash.schema.apply import apply
from rtdash.servers.folders import DataFolder
from rtdash.servers.process import GuardedProcess
from rtdash.servers.stack import PrivateStack
from rtdash.settings import Settings, load
from rtdash.sources.kafka import make_topics

StartIngest = Callable[[DataFolder, Settings], AbstractContextManager[GuardedProcess]]
"""Runs `rtdash ingest` in a process of its own."""

_ROWS_PER_S = 100_000
"""The rate that is aimed at, and of which the messages tell."""
_HARDLY_ANY = 1e-9


def measure(folder: Path, start_ingest: StartIngest, seconds: float, repeat: int, say: Say) -> list[Figure]:
    """Rows a second of each topic by itself, and of its bound: medians of `repeat` rounds, on servers in `folder`.

    As many messages as take `seconds` at 100,000 a second. Raises RtdashError.
    """
    say("starting PostgreSQL, MariaDB and Kafka")
    with PrivateStack(folder) as stack:
        say("making messages")
        routes = _routes(stack, round(_ROWS_PER_S * seconds))
        rates = Rates("rows/s", repeat, say)
        for _ in range(repeat):
            for route in routes:
                rates.add(f"{route.topic}_bound_rows_per_s", f"{route.topic} by one {route.at_once}", _at_once(route))
                rates.add(
                    f"{route.topic}_rows_per_s", f"{route.topic} from Kafka", _through(stack, route, start_ingest)
                )
    return list(chain.from_iterable(_figures(rates, route) for route in routes))


def _figures(rates: Rates, route: Route) -> tuple[Figure, ...]:
    name = route.topic
    rate, bound = f"{name}_rows_per_s", f"{name}_bound_rows_per_s"
    ratio = rates.ratio(f"{name}_ratio", f"{name}, Kafka : {route.at_once}", rate, bound)
    return rates.figure(rate), rates.figure(bound), ratio


def _routes(stack: PrivateStack, count: int) -> tuple[Route, Route]:
    """Both, with their messages; the servers' own databases get the schema, for the topic that is not measured."""
    apply(stack.postgres.dsn(), sql_folder("citus", "schema"), lambda _: None)
    apply(stack.mariadb.dsn(), sql_folder("mariadb", "schema"), lambda _: None)
    campaign = Campaign(
        campaign_id=1,
        name="",
        cities=tuple(city.name for city in CITIES[:CITIES_A_CAMPAIGN]),
        organizations=tuple(organization.name for organization in ORGANIZATIONS),
        state=CampaignState.RUNNING,
        rate_per_s=_ROWS_PER_S,
        producer=0,
    )
    # The servers have this machine's clock.
    now_us = time.time_ns() // 1000
    donations = chain.from_iterable(each for each, _ in slices(campaign, now_us, _ROWS_PER_S, _HARDLY_ANY))
    events = chain.from_iterable(
        each for _, each in slices(campaign, now_us, _ROWS_PER_S / EVENTS_A_DONATION, visit_fraction=1)
    )
    return (
        DonationsRoute(stack.mariadb, list(islice(donations, count))),
        ClickstreamRoute(stack.postgres, list(islice(events, count))),
    )


def _at_once(route: Route) -> float:
    with route.database() as dsn, closing(route.connect(dsn)) as connection:
        took_s = route.store_at_once(dsn)
        route.verify(connection, route.rows_stored)
        return len(route.messages) / took_s


def _through(stack: PrivateStack, route: Route, start_ingest: StartIngest) -> float:
    # The same broker with no messages in it.
    stack.broker.stop()
    stack.broker.start()
    kafka = stack.broker.kafka
    make_topics(kafka)
    with route.database() as dsn, closing(route.connect(dsn)) as connection:
        settings = load(**stack.addresses() | {route.setting: dsn})
        with start_ingest(stack.data, settings) as process, closing(Delivery(kafka)) as delivery:
            return Feed(route, delivery, connection).rows_per_s(process.check)
