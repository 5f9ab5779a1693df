"""What the procedure of the pipeline stores is what the message's model and ingest's own sums say."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError
from pymysql.connections import Connection

from rtdash.ingest.sums import sums_of
from rtdash.model.donation import parse_donation
from rtdash.model.places import CITIES, ORGANIZATIONS
from rtdash.resources import sql_folder
from rtdash.schema.apply import apply
from rtdash.sources.donations import connect
from tests.messages import DONATION, NOW, donation
from tests.singlestore.procedure import Procedure


@pytest.fixture
def connection(donations_dsn: SecretStr) -> Iterator[Connection[Any]]:
    apply(donations_dsn, sql_folder("mariadb", "schema"), lambda _: None)
    with closing(connect(donations_dsn, "test")) as connection:
        yield connection


@pytest.fixture
def procedure(connection: Connection[Any]) -> Procedure:
    return Procedure(connection)


def rows(connection: Connection[Any], statement: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return list(cursor.fetchall())


def without(key: str) -> bytes:
    return json.dumps({name: value for name, value in DONATION.items() if name != key}).encode()


GOOD = [
    donation(),
    *(donation(city=city.name, latitude=city.latitude, longitude=city.longitude) for city in CITIES),
    *(donation(organization=one.name) for one in ORGANIZATIONS),
    donation(transaction_id=(1 << 63) - 1),
    donation(latitude=-90, longitude=180),
    donation(latitude=90, longitude=-180),
    donation(total_amount=0.01),
    donation(total_amount=1_000_000),
    donation(total_amount=7),
    donation(campaign_id=(1 << 22) - 1),
    donation(is_campaign_active=False),
    donation(transaction_date="2025-11-22T02:14:20.5"),
    donation(transaction_date="2000-01-01 00:00:00"),
    donation(transaction_date="2099-12-31 23:59:59.999999"),
    donation(transaction_date="2024-02-29 00:00:00"),
    donation(donor="one key more"),
]
BAD = [
    *(without(key) for key in DONATION),
    *(donation(**{key: None}) for key in DONATION),
    *(donation(**{key: {}}) for key in DONATION),
    *(donation(**{key: "'; DROP TABLE campaigns; --"}) for key in DONATION),
    *(donation(transaction_id=number) for number in (0, -1, 1 << 63, (1 << 64) + 1, 10**30, 1.5)),
    *(donation(city=name) for name in ("pau", "Pau ", "Nimes", "NÎMES", "", "Paris", "Pau\u0000", "🙂")),
    *(donation(organization=name) for name in ("purejoy", "PureJoy ", "")),
    *(donation(latitude=number) for number in (90.0001, -91, 1e300, "4e1x")),
    *(donation(longitude=number) for number in (180.5, -181)),
    b'{"transaction_id":1,"latitude":NaN}',
    *(donation(total_amount=amount) for amount in (0, -1, 0.001, 7.255, 1_000_000.01, 1e12)),
    *(donation(campaign_id=number) for number in (0, -1, 1 << 22, 1.5, 10**20)),
    *(donation(is_campaign_active=flag) for flag in (2, "yes", "")),
    *(
        donation(transaction_date=text)
        for text in (
            "1999-12-31 23:59:59", "2100-01-01 00:00:00", "2025-02-29 00:00:00", "2025-11-22 24:00:00", "yesterday",
            "2025-11-22 02:60:00", "2025-13-01 00:00:00", "2025-11-22 02:14:20Z", "2025-11-22 02:14:20+01:00",
        )
    ),
    b"[]", b"1", b'"text"', b"null", b"{}",
]  # fmt: skip


def is_donation(message: bytes) -> bool:
    try:
        parse_donation(message)
    except ValidationError:
        return False
    return True


def test_it_takes_what_the_model_takes(procedure):
    assert [message for message in GOOD if not is_donation(message)] == []
    assert {message: reason for message, reason in procedure.reasons(GOOD).items() if reason} == {}


def test_it_refuses_what_the_model_refuses_with_the_key_that_is_wrong(procedure):
    assert [message for message in BAD if is_donation(message)] == []
    reasons = procedure.reasons(BAD)
    assert [message for message in BAD if reasons[message] is None] == []
    assert {str(reason).partition(":")[0] for reason in reasons.values()} == set(DONATION)
    assert reasons[donation(city="Paris")] == "city: not one of the 20"


# Messages that the two do not judge alike, and what the model says.
DIFFERENCES = {
    donation(transaction_id="7"): False,
    donation(total_amount="7.25"): False,
    donation(is_campaign_active=1): False,
    donation(latitude="43.3"): False,
    donation().replace(b'"total_amount": 7.25', b'"total_amount": 725e-2'): True,
    donation().replace(b'"latitude": 43.3442', b'"latitude": 433442e-4'): True,
    donation(transaction_date="2025-11-22 02:14"): True,
    donation().replace(b'"total_amount": 7.25', b'"total_amount": 7.250000000000001'): True,
}


def test_the_differences_are_those_that_its_file_names(procedure):
    assert {message: is_donation(message) for message in DIFFERENCES} == DIFFERENCES
    reasons = procedure.reasons(DIFFERENCES)
    assert {message: reason is not None for message, reason in reasons.items()} == DIFFERENCES


def batch(first: int, count: int) -> list[bytes]:
    return [
        donation(
            transaction_id=number,
            city=CITIES[number % 20].name,
            latitude=CITIES[number % 20].latitude,
            longitude=CITIES[number % 20].longitude,
            organization=ORGANIZATIONS[number % 3].name,
            transaction_date=f"2025-11-22 02:14:{number % 7:02}.{number * 7919 % 1_000_000:06}",
            total_amount=(100 + number) / 100,
            campaign_id=1 + number % 2,
        )
        for number in range(first, first + count)
    ]


def test_a_batch_adds_up_to_what_ingest_would_have_added_up(procedure, connection):
    messages = batch(1, 120)
    procedure.call(messages)
    sums, _ = sums_of([parse_donation(message) for message in messages])
    totals = "SELECT campaign_id, city, organization, latitude, longitude, donations, amount FROM donation_totals"
    assert rows(connection, f"{totals} ORDER BY campaign_id, city, organization") == list(sums.total_rows())
    seconds = "SELECT `second`, campaign_id, city, organization, donations, amount FROM donation_seconds"
    expected = [(datetime.fromisoformat(str(second)), *rest) for second, *rest in sums.second_rows()]
    assert rows(connection, f"{seconds} ORDER BY `second`, campaign_id, city, organization") == expected
    arrivals = rows(connection, "SELECT arrival_id, produced_at, donations FROM donation_arrivals ORDER BY arrival_id")
    told = [(datetime.fromisoformat(str(moment)), count) for _, moment, count in sums.arrival_rows(0)]
    assert [arrival[1:] for arrival in arrivals] == told
    ids = [arrival[0] for arrival in arrivals]
    assert ids == list(range(ids[0], ids[0] + len(ids)))
    assert 0 <= time.time_ns() // 1000 - ids[0] < 60e6, "microseconds of the Unix epoch"
    stored = rows(connection, "SELECT COUNT(*), SUM(total_amount), MIN(is_campaign_active) FROM donation_transactions")
    assert stored == [(120, Decimal(sum(sums.cents.values())) / 100, 1)]


def account(connection: Connection[Any]) -> tuple[Any, ...]:
    (row,) = rows(
        connection,
        "SELECT incarnation, topic, partition_id, next_offset, latest_offset, loaded, dead, duplicates, lost"
        " FROM ingest_offsets",
    )
    return row


def test_each_donation_counts_once_in_a_batch_and_over_batches(procedure, connection):
    procedure.call([*batch(1, 30), *batch(11, 10)])
    assert account(connection) == ("pipeline", "donations", -1, 0, 0, 30, 0, 10, 0)
    before = rows(connection, "SELECT * FROM donation_totals")
    procedure.call(batch(1, 30))
    assert account(connection) == ("pipeline", "donations", -1, 0, 0, 30, 0, 40, 0)
    assert rows(connection, "SELECT * FROM donation_totals") == before
    procedure.call([*batch(26, 10), donation(transaction_id=7, city="Paris")])
    assert account(connection) == ("pipeline", "donations", -1, 0, 0, 35, 1, 45, 0)
    for table in ("donation_totals", "donation_seconds", "donation_arrivals"):
        assert rows(connection, f"SELECT SUM(donations) FROM {table}") == [(35,)], table
    assert rows(connection, "SELECT COUNT(*) FROM donation_transactions") == [(35,)]


def test_of_copies_that_differ_the_same_one_is_taken_everywhere(procedure, connection):
    procedure.call([donation(total_amount=amount, transaction_date=NOW) for amount in (3.5, 1.25, 2.75)])
    (amounts,) = rows(
        connection,
        "SELECT (SELECT SUM(amount) FROM donation_totals), (SELECT SUM(amount) FROM donation_seconds),"
        " (SELECT SUM(total_amount) FROM donation_transactions)",
    )
    assert len(set(amounts)) == 1
    assert account(connection)[5:8] == (1, 0, 2)


def test_what_is_no_donation_is_kept_with_its_json_under_numbers_of_its_own(procedure, connection):
    dead = [donation(city="Paris"), donation(city="Paris"), b"[]"]
    procedure.call([*batch(1, 2), *dead])
    procedure.call([donation(total_amount=0)])
    letters = rows(
        connection,
        "SELECT incarnation, topic, partition_id, payload, reason FROM dead_letters ORDER BY message_offset",
    )
    assert [letter[:3] for letter in letters] == [("pipeline", "donations", -1)] * 4
    assert sorted(letter[3] for letter in letters[:3]) == sorted(dead)
    assert letters[3][3:] == (
        donation(total_amount=0),
        "total_amount: not an amount from 0.01 to 1000000 in whole cents",
    )
    assert account(connection)[5:8] == (2, 4, 0)
