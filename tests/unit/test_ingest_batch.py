"""Batches: what is read of them, what they add up to, and how long a server is waited for."""

from __future__ import annotations

import json
from collections import Counter
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from rtdash.errors import Unreachable
from rtdash.ingest.batch import Stretch, parse
from rtdash.ingest.retry import Retry
from rtdash.ingest.sums import sums_of
from rtdash.model.donation import Donation, parse_donation
from rtdash.model.places import CITIES, ORGANIZATIONS


def message(**changes: object) -> bytes:
    fields = {
        "transaction_id": 1,
        "city": "Brest",
        "latitude": 48.3904,
        "longitude": -4.4861,
        "organization": "PureJoy",
        "transaction_date": "2025-11-22 02:14:20.123456",
        "total_amount": 7.25,
        "campaign_id": 9,
        "is_campaign_active": True,
    }
    return json.dumps(fields | changes).encode()


def test_good_and_bad_are_told_apart_one_by_one():
    joined = [message()[:40], message()[40:]]
    stretch = Stretch(3, 10, 15, 20, list(enumerate([message(), b"{", *joined, message(city="Paris\x1b[2J")], 10)))
    parsed = parse(stretch, parse_donation)
    assert [value.transaction_id for value in parsed.values] == [1]
    assert [(letter.partition_id, letter.offset) for letter in parsed.dead] == [(3, 11), (3, 12), (3, 13), (3, 14)]
    assert [letter.payload for letter in parsed.dead] == [payload for _, payload in stretch.messages[1:]]
    assert parsed.dead[3].reason.startswith("city: Input should be 'Amiens', ")
    assert all(letter.reason.isprintable() and len(letter.reason) <= 300 for letter in parsed.dead)


donations = st.builds(
    lambda number, city, organization, micros, cents, campaign: parse_donation(
        message(
            transaction_id=number,
            city=city.name,
            latitude=city.latitude,
            longitude=city.longitude,
            organization=organization.name,
            transaction_date=f"2025-11-22 02:14:{20 + micros // 10**6}.{micros % 10**6:06d}",
            total_amount=cents / 100,
            campaign_id=campaign,
        )
    ),
    st.integers(1, (1 << 63) - 1),
    st.sampled_from(CITIES[:3]),
    st.sampled_from(ORGANIZATIONS[:2]),
    st.integers(0, 2 * 10**6),
    st.integers(1, 10_000),
    st.integers(1, 2),
)


@given(st.lists(donations, max_size=40))
def test_rows_totals_seconds_and_arrivals_agree(batch: list[Donation]):
    sums, rows = sums_of(batch)
    lines = [line.split("\t") for line in rows.decode().splitlines()]
    assert [int(line[0]) for line in lines] == [donation.transaction_id for donation in batch]
    cents = sum(round(donation.total_amount * 100) for donation in batch)
    amount = Decimal(cents) / 100
    assert sum((Decimal(line[6]) for line in lines), Decimal(0)) == amount
    totals, seconds, arrivals = list(sums.total_rows()), list(sums.second_rows()), list(sums.arrival_rows(1000))
    assert sum((row[-1] for row in totals), Decimal(0)) == sum((row[-1] for row in seconds), Decimal(0)) == amount
    assert sum(row[-2] for row in totals) == sum(row[-2] for row in seconds) == len(batch)
    assert len({row[:3] for row in totals}) == len(totals)
    assert len({row[:4] for row in seconds}) == len(seconds)
    assert [row[0] for row in arrivals] == list(range(1000, 1000 + len(arrivals)))
    cut = Counter(
        f"{donation.transaction_date:%Y-%m-%d %H:%M:%S}.{donation.transaction_date.microsecond // 20_000 * 20:03d}"
        for donation in batch
    )
    assert {row[1]: row[2] for row in arrivals} == dict(cut)


def test_a_row_is_what_the_table_takes():
    _, rows = sums_of([parse_donation(message(total_amount=1000000, is_campaign_active=False))])
    assert rows.decode() == ("1\tBrest\t48.3904\t-4.4861\tPureJoy\t2025-11-22 02:14:20.123456\t1000000.00\t9\t0\n")


def test_waits_grow_and_one_complaint_is_made_for_each_change_of_state(caplog):
    caplog.set_level("INFO")
    retry = Retry("ingest of x")
    assert [retry.failed(Unreachable("away")) for _ in range(5)] == [0.25, 0.5, 1.0, 1.0, 1.0]
    retry.succeeded()
    retry.succeeded()
    assert retry.failed(Unreachable("away")) == 0.25
    assert [record.getMessage() for record in caplog.records] == [
        "ingest of x: away; trying again",
        "ingest of x: works again",
        "ingest of x: away; trying again",
    ]
