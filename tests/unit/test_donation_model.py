"""What is a donation, what is an event, and what is not."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtdash.model.donation import parse_donation
from rtdash.model.event import parse_event
from rtdash.model.transaction_id import (
    CAMPAIGN_BITS,
    MAX_CAMPAIGN_ID,
    PRODUCER_BITS,
    SEQUENCE_BITS,
    transaction_id,
)

DONATION = {
    "transaction_id": (1 << 63) - 1,
    "city": "Besançon",
    "latitude": 47.2378,
    "longitude": 6.0241,
    "organization": "SunriseAid",
    "transaction_date": "2025-11-22 02:14:20.123456",
    "total_amount": 7.25,
    "campaign_id": 9,
    "is_campaign_active": True,
}
EVENT = {
    "event_time": "2025-11-22T02:14:20",
    "customer_id": 3,
    "event_type": "click",
    "country": "Côte d'Ivoire",
    "browser": "Firefox",
    "device_id": 5,
    "session_id": 1 << 62,
}
NUMBERS = st.integers(0, MAX_CAMPAIGN_ID), st.integers(0, (1 << PRODUCER_BITS) - 1), st.integers(0, (1 << 32) - 1)


@given(st.tuples(*NUMBERS), st.tuples(*NUMBERS))
def test_ids_differ_when_any_part_differs(one, other):
    ids = [transaction_id(parts[0] + 1 if parts[0] < MAX_CAMPAIGN_ID else 1, *parts[1:]) for parts in (one, other)]
    assert all(0 < number < 1 << 63 for number in ids)
    parts = [(number >> 41, number >> 32 & 511, number & 0xFFFFFFFF) for number in ids]
    assert (ids[0] == ids[1]) == (parts[0] == parts[1])
    assert parts[0][1:] == one[1:]


def test_parts_that_do_not_fit_are_refused():
    assert CAMPAIGN_BITS + PRODUCER_BITS + SEQUENCE_BITS == 63
    for parts in ((0, 0, 0), (1 << 22, 0, 0), (1, 512, 0), (1, 0, 1 << 32), (1, -1, 0), (1, 0, -1)):
        with pytest.raises(ValueError, match="no transaction id"):
            transaction_id(*parts)


def test_a_donation_is_read_as_it_was_written():
    donation = parse_donation(json.dumps(DONATION, ensure_ascii=False).encode())
    written = donation["transaction_date"].isoformat(" ")
    assert donation | {"transaction_date": written} == DONATION
    read = parse_donation(json.dumps(DONATION | {"more": 1, "total_amount": 7}).encode())
    assert "more" not in read
    assert isinstance(read["total_amount"], float)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *[("transaction_id", value) for value in (0, -1, 1 << 63, 1.5, "1", True, None, [1])],
        *[("city", value) for value in ("Paris", "brest", "Brest ", "Br\u0000est", "", 5, None)],
        *[("organization", value) for value in ("PureJoy\n", "Nobody", None)],
        *[("latitude", value) for value in (91, -91, math.nan, math.inf, "48", None)],
        *[("longitude", value) for value in (181, math.nan, True)],
        *[
            ("total_amount", value)
            for value in (0, -1, 0.005, 1.001, 1e9, math.nan, math.inf, -math.inf, "1", True, None)
        ],
        *[("campaign_id", value) for value in (0, 1 << 22, "9", 9.5)],
        *[("is_campaign_active", value) for value in (1, "true", None)],
        *[
            ("transaction_date", value)
            for value in (
                "2025-02-30 00:00:00",
                "2025-11-22",
                "2025-11-22 02:14:20Z",
                "2025-11-22 02:14:20+01:00",
                "0001-01-01 00:00:00",
                "9999-12-31 00:00:00",
                "1700000000",
                1700000000,
                None,
            )
        ],
    ],
)
def test_what_is_not_a_donation_is_refused(name, value):
    with pytest.raises(ValueError, match=name):
        parse_donation(json.dumps(DONATION | {name: value}).encode())


@pytest.mark.parametrize("name", DONATION)
def test_no_field_may_be_missing(name):
    with pytest.raises(ValueError, match="missing"):
        parse_donation(json.dumps({key: value for key, value in DONATION.items() if key != name}).encode())


@given(st.integers(1, 100_000_000))
def test_every_amount_in_whole_cents_is_taken_exactly(cents):
    message = json.dumps(DONATION | {"total_amount": cents / 100}).encode()
    assert round(parse_donation(message)["total_amount"] * 100) == cents


@given(st.binary(max_size=300))
def test_bytes_that_are_no_donation_raise_nothing_but_value_errors(payload):
    with pytest.raises(ValueError):
        parse_donation(payload)


def test_an_event_is_read_as_it_was_written():
    event = parse_event(json.dumps(EVENT).encode())
    assert event | {"event_time": event["event_time"].isoformat()} == EVENT


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *[
            (name, value)
            for name in ("customer_id", "device_id", "session_id")
            for value in (0, 1 << 63, "5", 5.5, None)
        ],
        *[
            (name, value)
            for name in ("event_type", "country", "browser")
            for value in ("", "a\tb", "a\nb", "a\u0000b", "a\u202eb", "\u001b[2J", "x" * 65, 5, None)
        ],
        ("event_time", "2025-11-22T02:14:20Z"),
        ("event_time", "1899-11-22T02:14:20"),
    ],
)
def test_what_is_not_an_event_is_refused(name, value):
    with pytest.raises(ValueError, match=name):
        parse_event(json.dumps(EVENT | {name: value}).encode())
