"""What a benchmark sends, what it makes of what it measured, and what it refuses to call a measurement."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count, islice
from typing import Any

import pytest

from rtdash.bench.feed import Feed
from rtdash.bench.figures import Rates, table
from rtdash.bench.messages import slices
from rtdash.bench.routes import ClickstreamRoute
from rtdash.campaigns.visits import EVENTS_A_DONATION
from rtdash.errors import RtdashError
from rtdash.model.campaign import Campaign, CampaignState
from rtdash.model.donation import parse_donation
from rtdash.model.event import parse_event
from rtdash.model.moment import epoch_us
from rtdash.model.places import CITIES, ORGANIZATIONS

NOW_US = 1_700_000_000_000_000
CAMPAIGN = Campaign(
    campaign_id=7,
    name="",
    cities=tuple(city.name for city in CITIES[:4]),
    organizations=tuple(organization.name for organization in ORGANIZATIONS),
    state=CampaignState.RUNNING,
    rate_per_s=1000,
    producer=0,
)


def test_slices_tell_of_a_rate_and_of_a_fraction_of_the_visits():
    made = list(islice(slices(CAMPAIGN, NOW_US, 1000.0, 0.5), 3))
    donations = [parse_donation(message) for some, _ in made for message in some]
    assert len({donation["transaction_id"] for donation in donations}) == len(donations) == 6000
    span_us = epoch_us(donations[-1]["transaction_date"]) - epoch_us(donations[0]["transaction_date"])
    assert span_us == pytest.approx(6e6, rel=0.01)
    assert epoch_us(donations[0]["transaction_date"]) == NOW_US
    events = [parse_event(message) for _, some in made for message in some]
    assert len(events) == pytest.approx(0.5 * EVENTS_A_DONATION * len(donations), rel=0.05)


def test_a_figure_is_the_median_and_a_ratio_is_that_of_two():
    said: list[str] = []
    rates = Rates("rows/s", 3, said.append)
    for value in (1500.0, 900.0, 1200.0):
        rates.add("rows", "rows of a kind", value)
        rates.add("bound", "as many as there can be", 2 * value + 600)
    figures = [rates.figure("rows"), rates.ratio("ratio", "of the bound", "rows", "bound")]
    assert [(figure.name, figure.value) for figure in figures] == [("rows", 1200.0), ("ratio", 0.4)]
    assert said[2] == "2 of 3:       900 rows/s  rows of a kind"
    lines = table(figures).splitlines()
    assert [line.split() for line in lines] == [
        ["rows", "of", "a", "kind", "1,200", "rows/s"], ["of", "the", "bound", "0.40"],
    ]  # fmt: skip
    assert len({len(line) for line in lines}) == 1


class Database:
    """Answers as the tables would: what is loaded, what went astray, and how many rows there are."""

    def __init__(self, delivered: Callable[[], tuple[int, int]], rows: int) -> None:
        self._delivered = delivered
        self._rows = rows

    def cursor(self) -> Database:
        return self

    def __enter__(self) -> Database:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def execute(self, statement: str) -> None:
        self._answer = self._delivered() if "ingest_offsets" in statement else (self._rows,)

    def fetchone(self) -> tuple[Any, ...]:
        return self._answer


class Broker:
    """Counts what it gets."""

    def __init__(self) -> None:
        self.got = 0

    def send(self, topic: str, messages: list[dict[str, Any]]) -> None:
        assert topic == "clickstream"
        self.got += len(messages)

    def take_reports(self, _timeout_s: float = 0.0) -> None:
        pass


def feed(delivered: Callable[[], tuple[int, int]], rows: int) -> tuple[Feed, Broker]:
    broker = Broker()
    return Feed(ClickstreamRoute(None, [b"x" * 200] * 100_000), broker, Database(delivered, rows)), broker


def test_no_more_waits_for_ingest_than_the_broker_keeps():
    looks = count()

    def delivered() -> tuple[int, int]:
        loaded = min(100_000, 30_000 * next(looks))
        assert broker.got * 200 <= loaded * 200 + 12_000_000
        return loaded, 0

    measured, broker = feed(delivered, 100_000)
    assert measured.rows_per_s(lambda: None) > 0
    assert broker.got == 100_000


def test_what_went_astray_or_is_not_stored_is_no_measurement():
    measured, _ = feed(lambda: (10, 3), 100_000)
    with pytest.raises(RtdashError, match="clickstream: 3 messages were lost, refused or taken for duplicates"):
        measured.rows_per_s(lambda: None)
    looks = count(1)
    measured, _ = feed(lambda: (min(100_000, 50_000 * next(looks)), 0), 99_999)
    with pytest.raises(RtdashError, match="clickstream: 99999 of 100000 are stored, says SELECT COUNT"):
        measured.rows_per_s(lambda: None)


def test_an_ingest_that_ends_ends_the_measurement():
    def ended() -> None:
        raise RtdashError("ingest ended")

    measured, _ = feed(lambda: (0, 0), 0)
    with pytest.raises(RtdashError, match="ingest ended"):
        measured.rows_per_s(ended)
