"""The rows of the lab: the same for every layout, unique, half of them of the campaign that runs, exact to the cent."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest

from rtdash.campaigns.donors import AMOUNTS
from rtdash.lab import rows as lab_rows
from rtdash.lab.rows import CAMPAIGNS, RATE_PER_S, Chunk, Rows, first_rows
from rtdash.model.campaign import CITIES_A_CAMPAIGN
from rtdash.model.places import CITIES, ORGANIZATIONS

END_US = 1_790_000_000_123_456


def lines(*chunks: Chunk) -> list[list[str]]:
    return [line.split("\t") for chunk in chunks for line in chunk.lines.decode().splitlines()]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_the_same_seed_makes_the_same_rows_whatever_the_clock_is_read_for():
    first, second = (list(Rows().past(5_000, END_US)) for _ in range(2))
    assert [chunk.lines for chunk in first] == [chunk.lines for chunk in second]
    assert first[0].lines != next(Rows(seed=2).past(5_000, END_US)).lines


@pytest.mark.parametrize("count", [1, 2, 17, 1_000, 4_001])
def test_there_are_as_many_as_are_wanted_each_once(count: int):
    chunks = list(Rows().past(count, END_US))
    found = lines(*chunks)
    assert len(found) == count == sum(chunk.count for chunk in chunks)
    assert len({row[0] for row in found}) == count


def test_they_reach_back_from_now_at_their_rate_in_the_order_of_time():
    count = 3 * RATE_PER_S + 11
    times = [at(row[1]) for row in lines(*Rows().past(count, END_US))]
    assert times == sorted(times)
    end = datetime.fromtimestamp(END_US // 1_000_000, UTC) + timedelta(microseconds=END_US % 1_000_000)
    assert times[-1] == end - timedelta(seconds=1 / RATE_PER_S)
    assert {later - sooner for sooner, later in pairwise(times)} == {timedelta(seconds=1 / RATE_PER_S)}


def test_the_last_campaign_has_half_of_them_and_is_the_active_one():
    found = lines(*Rows().past(3_601, END_US))
    by_campaign = Counter(int(row[7]) for row in found)
    assert by_campaign[CAMPAIGNS] == 1_801
    assert sorted(by_campaign) == list(range(1, CAMPAIGNS + 1))
    assert max(by_campaign[number] for number in range(1, CAMPAIGNS)) == 200
    assert {row[8] for row in found if int(row[7]) == CAMPAIGNS} == {"1"}
    assert {row[8] for row in found if int(row[7]) < CAMPAIGNS} == {"0"}
    assert [int(row[7]) for row in found] == sorted(int(row[7]) for row in found)


@pytest.mark.parametrize("rows", [1, 2, 9, 10, 100, 12_345])
def test_each_campaign_follows_the_one_before(rows: int):
    bounds = first_rows(rows)
    assert bounds[0] == 0
    assert bounds[-1] == rows
    assert bounds == sorted(bounds)
    assert len(bounds) == CAMPAIGNS + 1


def test_places_and_amounts_are_those_of_campaigns():
    found = lines(*Rows().past(20_000, END_US))
    cities = {(city.name, str(city.latitude), str(city.longitude)) for city in CITIES}
    assert {(row[3], row[4], row[5]) for row in found} == cities
    by_campaign = {number: {row[3] for row in found if int(row[7]) == number} for number in range(1, CAMPAIGNS + 1)}
    assert {len(names) for names in by_campaign.values()} == {CITIES_A_CAMPAIGN}
    assert {row[6] for row in found} == {one.name for one in ORGANIZATIONS}
    assert {row[2] for row in found} <= set(AMOUNTS.values())


def test_the_sums_are_those_of_the_rows(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(lab_rows, "CHUNK", 1_500)
    for chunk in (*Rows().past(4_000, END_US), Rows().current(END_US, END_US + 700_000, 333)):
        donations: Counter[tuple[str, int, str, str]] = Counter()
        amounts: Counter[tuple[str, int, str, str]] = Counter()
        for _, moment, amount, city, _, _, organization, campaign, _ in lines(chunk):
            group = (moment[:19], int(campaign), city, organization)
            donations[group] += 1
            amounts[group] += round(100 * Decimal(amount))
        assert list(chunk.sums.second_rows()) == [
            (*group, count, Decimal(amounts[group]).scaleb(-2)) for group, count in sorted(donations.items())
        ]


def test_what_comes_in_goes_on_where_the_past_has_ended_and_stays_within_its_time():
    rows = Rows()
    past = lines(*rows.past(2_000, END_US))
    now = lines(
        rows.current(END_US, END_US + 2_500_000, 1_000), rows.current(END_US + 2_500_000, END_US + 2_600_000, 7)
    )
    assert len({row[0] for row in (*past, *now)}) == 3_007
    assert {row[7] for row in now} == {str(CAMPAIGNS)}
    times = [at(row[1]) for row in now]
    start = datetime.fromtimestamp(END_US // 1_000_000, UTC) + timedelta(microseconds=END_US % 1_000_000)
    assert start <= min(times)
    assert max(times) < start + timedelta(seconds=2.6)
