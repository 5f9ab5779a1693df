"""Batches: what is read of them, what they add up to, and how long a server is waited for."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from rtdash.errors import Refused, Unreachable
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
    assert [value["transaction_id"] for value in parsed.values] == [1]
    assert [(letter.partition_id, letter.offset) for letter in parsed.dead] == [(3, 11), (3, 12), (3, 13), (3, 14)]
    assert [letter.payload for letter in parsed.dead] == [payload for _, payload in stretch.messages[1:]]
    assert parsed.dead[3].reason.startswith("city: Input should be 'Amiens', ")
    assert all(letter.reason.isprintable() and len(letter.reason) <= 300 for letter in parsed.dead)


donations = st.builds(
    lambda number, city, latitude, organization, micros, cents, campaign, is_active: parse_donation(
        message(
            transaction_id=number,
            city=city.name,
            latitude=latitude,
            longitude=city.longitude,
            organization=organization.name,
            transaction_date=f"2025-11-22 02:14:{20 + micros // 10**6}.{micros % 10**6:06d}",
            total_amount=cents / 100,
            campaign_id=campaign,
            is_campaign_active=is_active,
        )
    ),
    st.integers(1, (1 << 63) - 1),
    st.sampled_from(CITIES[:3]),
    st.sampled_from([1.5, 48.0]),
    st.sampled_from(ORGANIZATIONS[:2]),
    st.integers(0, 2 * 10**6),
    st.integers(1, 100_000_000),
    st.integers(1, 2),
    st.booleans(),
)


@given(st.lists(donations, max_size=40))
def test_rows_are_the_donations_one_by_one(batch: list[Donation]):
    _, rows = sums_of(batch)
    assert [tuple(line.split("\t")) for line in rows.decode().splitlines()] == [
        (
            str(one["transaction_id"]),
            one["transaction_date"].isoformat(),
            str(Decimal(round(one["total_amount"] * 100)) / 100 + Decimal("0.00")),
            one["city"],
            str(one["latitude"]),
            str(one["longitude"]),
            one["organization"],
            str(one["campaign_id"]),
            str(int(one["is_campaign_active"])),
        )
        for one in batch
    ]


@given(st.lists(donations, max_size=40))
def test_totals_seconds_and_arrivals_are_those_of_the_donations(batch: list[Donation]):
    totals, seconds, arrivals = defaultdict(list), defaultdict(list), Counter()
    for one in batch:
        amount, at = Decimal(round(one["total_amount"] * 100)) / 100, one["transaction_date"]
        group = one["campaign_id"], one["city"], one["organization"]
        totals[group].append(amount)
        second = at.isoformat(timespec="seconds")
        seconds[second, *group].append(amount)
        arrivals[f"{second}.{at.microsecond // 20_000 * 20:03d}"] += 1
    sums, _ = sums_of(batch)
    assert {row[:3]: row[5:] for row in sums.total_rows()} == {key: (len(of), sum(of)) for key, of in totals.items()}
    assert {row[:4]: row[4:] for row in sums.second_rows()} == {key: (len(of), sum(of)) for key, of in seconds.items()}
    assert len(list(sums.total_rows())) == len(totals)
    assert len(list(sums.second_rows())) == len(seconds)
    rows = list(sums.arrival_rows(1000))
    assert [row[0] for row in rows] == list(range(1000, 1000 + len(arrivals)))
    assert {row[1]: row[2] for row in rows} == dict(arrivals)


def test_a_row_is_what_the_table_takes():
    # The last is a whole number of cents only as nearly as floats are: LOAD DATA would warn of its digits.
    amounts = (1000000, 0.01, 7.0, 1.0100000000000002)
    _, rows = sums_of([parse_donation(message(total_amount=amount, is_campaign_active=False)) for amount in amounts])
    assert rows.decode().splitlines() == [
        f"1\t2025-11-22T02:14:20.123456\t{text}\tBrest\t48.3904\t-4.4861\tPureJoy\t9\t0"
        for text in ("1000000.00", "0.01", "7.00", "1.01")
    ]


def test_waits_grow_and_one_complaint_is_made_for_each_change_of_state(caplog):
    caplog.set_level("INFO")
    retry = Retry("ingest of x")
    assert [retry.failed(Unreachable("away")) for _ in range(5)] == [0.25, 0.5, 1.0, 1.0, 1.0]
    retry.succeeded()
    retry.succeeded()
    assert retry.failed(Unreachable("away")) == 0.25
    assert [retry.failed(Refused("wrong password")) for _ in range(2)] == [0.5, 1.0]
    assert [record.getMessage() for record in caplog.records] == [
        "ingest of x: away; trying again",
        "ingest of x: works again",
        "ingest of x: away; trying again",
        "ingest of x: wrong password; trying again",
    ]
