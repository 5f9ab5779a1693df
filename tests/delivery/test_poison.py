"""Whatever is in a message: a good one arrives, any other is kept with its bytes and a reason, and ingest goes on."""

from __future__ import annotations

import json
from collections import Counter
from decimal import Decimal
from random import Random
from typing import Any

from rtdash.model.places import CITIES, ORGANIZATIONS
from rtdash.sources.kafka import CLICKSTREAM_TOPIC, DONATIONS_TOPIC
from tests.delivery.ledger import settle
from tests.messages import DONATION, EVENT, donation, event
from tests.world import World

PARTITIONS = 4
LONGEST_REASON = 500

NO_MESSAGES = {
    "a tombstone": None,
    "empty": b"",
    "blank": b" \n",
    "not UTF-8": b"\xff\xfe",
    "not JSON": b"not JSON",
    "1 MB": b"x" * (1 << 20),
    "a byte order mark": b"\xef\xbb\xbf{}",
    "half of one": b'{"transaction_id":1,"event_time":',
    "null": b"null",
    "a number": b"17",
    "a list": b"[]",
    "no fields": b"{}",
    "nested deeply": b"[" * 100_000,
    "nested deeply and closed": b"[" * 100_000 + b"]" * 100_000,
    "escapes for a terminal": b"\x1b[2J\x1b]0;title\x07",
}


def with_raw(message: bytes, field: str, value: bytes) -> bytes:
    """The message with another field at its end, as it stands; of two with the same name the last counts."""
    return message[:-1] + b',"' + field.encode() + b'":' + value + b"}"


BAD_DONATIONS = {
    **NO_MESSAGES,
    "two in one": donation() + b"," + donation(),
    "an event": event(),
    **{
        f"without {field}": json.dumps({k: v for k, v in DONATION.items() if k != field}).encode() for field in DONATION
    },
    **{f"{field} is null": donation(**{field: None}) for field in DONATION},
    "text for an amount": donation(total_amount="7.25"),
    "a truth for a number": donation(transaction_id=True),
    "a number for a truth": donation(is_campaign_active=1),
    "a number for a time": donation(transaction_date=1_700_000_000),
    "a time with a zone": donation(transaction_date="2025-11-22T02:14:20Z"),
    "no such day": donation(transaction_date="2025-02-30 00:00:00"),
    "negative": donation(total_amount=-1),
    "nothing": donation(total_amount=0),
    "a part of a cent": donation(total_amount=1.234),
    "NaN": donation(total_amount=float("nan")),
    "infinite": donation(total_amount=float("inf")),
    "too large for a double": with_raw(donation(), "total_amount", b"1e400"),
    "north of the pole": donation(latitude=90.1),
    "NaN for a place": donation(longitude=float("nan")),
    "an id of 64 bits": donation(transaction_id=1 << 63),
    "an id of 5,000 digits": with_raw(donation(), "transaction_id", b"9" * 5_000),
    "half an id": donation(transaction_id=1.5),
    "another city": donation(city="Paris"),
    "a city with a control character": donation(city="Brest\u0000"),
    "a city in red": donation(city="\x1b[31mBrest"),
    "an organisation with a tab": donation(organization="Pure\tJoy"),
    "half a character": with_raw(donation(), "city", b'"\\ud800"'),
    "a raw control character": with_raw(donation(), "city", b'"Brest\x07"'),
    "the last of two counts": with_raw(donation(), "city", b'"Paris"'),
    "nested in what is not asked for": with_raw(donation(), "more", b"[" * 1_000 + b"]" * 1_000),
}
BAD_EVENTS = {
    **NO_MESSAGES,
    "a donation": donation(),
    **{f"without {field}": json.dumps({k: v for k, v in EVENT.items() if k != field}).encode() for field in EVENT},
    **{f"{field} is null": event(**{field: None}) for field in EVENT},
    "text for a number": event(device_id="5"),
    "half a number": event(customer_id=1.5),
    "negative": event(session_id=-1),
    "64 bits": event(session_id=1 << 63),
    "NaN": event(device_id=float("nan")),
    "5,000 digits": with_raw(event(), "device_id", b"9" * 5_000),
    "no name": event(browser=""),
    "a long name": event(browser="x" * 65),
    "two lines": event(browser="a\nb"),
    "a zero": event(country="\u0000"),
    "in red": event(country="\x1b[31mFR"),
    "from right to left": event(event_type="\u202ekcilc"),
    "half a character": with_raw(event(), "country", b'"\\ud800"'),
    "the last of two counts": with_raw(event(), "customer_id", b"0"),
}
GOOD_DONATIONS = [
    with_raw(donation(city="Paris", transaction_id=1), "city", b'"Brest"'),
    with_raw(donation(transaction_id=2), "more", b'{"of":["it"]}'),
    donation(transaction_id=(1 << 63) - 1, total_amount=1_000_000),
]
GOOD_EVENTS = [
    with_raw(event(customer_id=0), "customer_id", b"3"),
    event(browser="\\N", country="\\.", event_type="\"'\\t,"),
    event(browser="\u2603" * 64, session_id=(1 << 63) - 1),
]


def assert_sorted(world: World, topic: str, bad: list[bytes | None], good: list[bytes], moments: Random) -> None:
    """Sends all of them, in any order; `good` are all stored, and only they."""
    messages = [(payload, True) for payload in bad] + [(payload, False) for payload in good]
    moments.shuffle(messages)
    sent = {partition: messages[partition::PARTITIONS] for partition in range(PARTITIONS)}
    for partition, some in sent.items():
        world.send(topic, *(payload for payload, _ in some), partition=partition)
    settle(world)
    assert dead(world, topic) == {
        (partition, offset): payload or b""
        for partition, some in sent.items()
        for offset, (payload, is_bad) in enumerate(some)
        if is_bad
    }
    assert world.delivered("loaded", topic) == len(good)


def dead(world: World, topic: str) -> dict[tuple[int, int], bytes]:
    """The bytes of the dead letters, by partition and offset; each has a reason that can be shown."""
    question = "SELECT partition_id, message_offset, payload, reason FROM dead_letters WHERE topic = %s"
    if topic == DONATIONS_TOPIC:
        letters = world.rows(question, topic)
    else:
        letters = world.clickstream.execute(question, (topic,)).fetchall()
    for _, _, payload, reason in letters:
        assert reason.isprintable(), (payload, reason)
        assert 0 < len(reason) <= LONGEST_REASON, (payload, reason)
    return {(partition_id, offset): bytes(payload) for partition_id, offset, payload, _ in letters}


def test_poison_is_kept_and_what_is_good_arrives(world: World, moments: Random):
    donations = GOOD_DONATIONS + [donation(transaction_id=number) for number in range(3, 100)]
    events = GOOD_EVENTS + [event(session_id=number) for number in range(1, 100)]
    with world.ingest_process() as ingest:
        assert_sorted(world, DONATIONS_TOPIC, list(BAD_DONATIONS.values()), donations, moments)
        assert_sorted(world, CLICKSTREAM_TOPIC, list(BAD_EVENTS.values()), events, moments)
        assert ingest.poll() is None
    assert world.rows("SELECT transaction_id, city FROM donation_transactions WHERE transaction_id <= 2") == (
        (1, "Brest"),
        (2, "Béziers"),
    )
    names = world.clickstream.execute("SELECT DISTINCT event_type, country, browser FROM events").fetchall()
    assert set(names) == {
        ("click", "FR", "Fire\\fox"),
        ("\"'\\t,", "\\.", "\\N"),
        ("click", "FR", "\u2603" * 64),
    }


NASTY: dict[type, list[Any]] = {
    str: [
        *(
            "",
            " ",
            "\u0000",
            "\x1b[2J",
            "\u202e",
            "\u2028",
            "\ufffe",
            "\U0010ffff",
            "\\N",
            "\\.",
            "\\",
            "\t",
            "\r\n",
            "'",
        ),
        *('"', "%s", "{}", "é" * 64, "x" * 65, "brest", "Nimes", "2000-01-01 00:00:00", "2100-01-01 00:00:00"),
        *("2099-12-31 23:59:59.999999", "2024-02-29", "20250101T000000", "2025-01-01 00:00:00.1234567"),
        *("2025-01-01 24:00:00", "2025-01-01T00:00:00+01:00", "0000-00-00 00:00:00"),
        *(city.name for city in CITIES),
        *(organization.name for organization in ORGANIZATIONS),
    ],
    int: [0, -1, 1, 5_000, (1 << 22) - 1, 1 << 22, 1 << 31, (1 << 63) - 1, 1 << 63, 10**30, 1.5, "7"],
    float: [
        *(-0.0, 0.01, 0.005, 0.07, 0.1 + 0.2, 4.35, 1_000_000, 1_000_000.01, 1e308, 5e-324, 1e-7, 90, -90, -180),
        *(180.0000001, 89.99999999999999, float("nan"), float("inf"), float("-inf"), "7.25"),
    ],
    bool: [True, False, 1, "true"],
    object: [None, True, [], {}, [[]], {"a": 1}, 10**400],
}


def spoil(message: dict[str, Any], moments: Random) -> bytes:
    """The message with some of its fields replaced; it may still be a good one."""

    def nasty(value: object) -> object:
        kind = object if moments.random() < 0.05 else type(value)
        return moments.choice(NASTY[kind])

    fields = moments.sample(list(message), moments.choice((1, 1, 2)))
    spoilt = message | {field: nasty(message[field]) for field in fields}
    return json.dumps(spoilt, ensure_ascii=moments.random() < 0.5).encode()


def test_whatever_is_taken_for_good_can_be_stored(world: World, moments: Random):
    """No message that passes the checks is refused by a database, or means something else there."""
    donations = [spoil(DONATION | {"transaction_id": number}, moments) for number in range(1, 601)]
    events = [spoil(EVENT | {"session_id": number}, moments) for number in range(1, 601)]
    world.send(DONATIONS_TOPIC, *donations)
    world.send(CLICKSTREAM_TOPIC, *events)
    with world.ingest_process() as ingest:
        settle(world)
        assert ingest.poll() is None
    columns = ("transaction_id", "city", "latitude", "longitude", "organization", "campaign_id", "is_campaign_active")
    stored = world.rows(f"SELECT {', '.join(columns)}, total_amount FROM donation_transactions")
    good = taken(world, DONATIONS_TOPIC, donations)
    # Of those with the same id the first is there.
    first = {one["transaction_id"]: one for one in reversed(good)}.values()
    assert set(stored) == {
        (*(one[column] for column in columns), Decimal(str(round(one["total_amount"], 2)))) for one in first
    }
    assert len(stored) == len(good) - world.delivered("duplicates") > 50
    columns = ("customer_id", "event_type", "country", "browser", "device_id", "session_id")
    stored = world.clickstream.execute(f"SELECT {', '.join(columns)} FROM events").fetchall()
    assert Counter(stored) == Counter(
        tuple(one[column] for column in columns) for one in taken(world, CLICKSTREAM_TOPIC, events)
    )
    assert len(stored) > 50


def taken(world: World, topic: str, messages: list[bytes]) -> list[dict[str, Any]]:
    """Those of partition 0 that were not buried."""
    buried = dead(world, topic)
    return [json.loads(message) for offset, message in enumerate(messages) if (0, offset) not in buried]
