"""Panels ⑬–⑰: the last hour by country, type and browser, by customer, and by step towards a donation."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest
from asking import Screen

from rtdash.model.data import Bars, Counts
from rtdash.model.places import ORGANIZATIONS

DIMENSIONS = {"13": "country", "14": "event_type", "15": "browser"}
HOUR = "event_time <= now() AND event_time >= date_bin('5 minutes', now() - interval '1 hour', timestamptz 'epoch')"


@pytest.fixture
def visited(clickstream):
    """Visits of four known customers and one more, in the last two hours, with what is not known of them."""
    choose = random.Random(5)
    now = datetime.now(UTC)
    with clickstream.connect() as connection:
        rows = [
            {
                "event_time": now - timedelta(minutes=choose.uniform(0, 120)),
                "customer_id": choose.choice([1, 1, 1, 2, 2, 3, 4, 17]),
                "event_type": choose.choice(["page_view", "page_view", "click", "donate", None]),
                "country": choose.choice(["FR", "FR", "BE", "unknown", None, *(f"C{i}" for i in range(25))]),
                "browser": choose.choice(["Chrome", "Firefox", None]),
                "device_id": choose.randint(1, 80),
                "session_id": choose.randint(1, 300),
            }
            for _ in range(2000)
        ]
        clickstream.insert(connection, *rows)
        clickstream.roll_up(connection, "live_aggregation")
        yield connection


@pytest.mark.parametrize("number", DIMENSIONS)
def test_bars_are_the_raw_events_of_one_customer_in_the_stated_window(visited, number):
    with visited.transaction():
        shown = Screen(visited).ask(number, 2)
        truth = visited.execute(
            f"""SELECT coalesce({DIMENSIONS[number]}, 'unknown'), count(*) FROM events
            WHERE customer_id = 2 AND {HOUR} GROUP BY 1 ORDER BY 2 DESC, 1"""
        ).fetchall()
        age = datetime.now(UTC) - shown.since
    assert isinstance(shown, Bars)
    assert "unknown" in {bar.label for bar in shown.items}
    assert [(bar.label, bar.value) for bar in shown.items] == truth[:20]
    assert timedelta(hours=1) <= age <= timedelta(hours=1, minutes=6)
    assert (len(truth) > 20) == (number == "13")


def test_a_customer_without_events_has_no_bars(visited):
    assert [Screen(visited).ask(number, 99).items for number in DIMENSIONS] == [(), (), ()]


def test_customers_are_ranked_and_have_their_names(visited):
    with visited.transaction():
        shown = Screen(visited).rows("16")
        truth = visited.execute(
            f"""SELECT customer_id, count(*), count(DISTINCT device_id), count(DISTINCT session_id)
            FROM events WHERE {HOUR} GROUP BY 1 ORDER BY 2 DESC, 1"""
        ).fetchall()
    names = {organization.customer_id: organization.name for organization in ORGANIZATIONS}
    assert {customer for customer, *_ in truth} == {*names, 17}
    assert [(row["customer"], row["events"]) for row in shown] == [
        (names.get(customer, f"customer {customer}"), events) for customer, events, *_ in truth
    ]
    total = sum(events for _, events, *_ in truth)
    for row, (_, events, devices, sessions) in zip(shown, truth, strict=True):
        assert float(row["share %"]) == pytest.approx(100 * events / total, abs=0.06)
        assert row["devices ±2.3 %"] == pytest.approx(devices, rel=0.1)
        assert row["sessions ±2.3 %"] == pytest.approx(sessions, rel=0.1)


def test_a_hundred_customers_are_shown_and_all_are_in_the_total(clickstream, screen):
    with clickstream.connect() as connection:
        connection.execute("INSERT INTO events (customer_id) SELECT 100 + i FROM generate_series(1, 125) AS i")
        clickstream.roll_up(connection, "live_aggregation")
    shown = screen.rows("16")
    assert len(shown) == 100
    assert {float(row["share %"]) for row in shown} == {0.8}


def test_steps_are_counted_in_sessions_with_the_share_of_the_step_before(clickstream, screen):
    sessions = {"page_view": range(40), "click": range(10), "donate": range(1), "share": range(60)}
    with clickstream.connect() as connection:
        for customer_id in (1, 2):
            clickstream.insert(
                connection,
                *(
                    {"customer_id": customer_id, "event_type": step, "session_id": session + 1, "device_id": 1}
                    for step, numbers in sessions.items()
                    for session in [*numbers, *numbers]
                ),
            )
        clickstream.insert(connection, {"event_time": datetime.now(UTC) - timedelta(hours=2), "event_type": "donate"})
        clickstream.roll_up(connection, "live_aggregation")
    shown = screen.ask("17")
    assert isinstance(shown, Counts)
    assert [(item.label, item.value, float(item.error)) for item in shown.items] == [
        ("page_view", 40, pytest.approx(0.92)),
        ("click, 25.0 %", 10, pytest.approx(0.23)),
        ("donate, 2.5 %", 1, pytest.approx(0.023)),
    ]
    assert timedelta(hours=1) <= datetime.now(UTC) - shown.since <= timedelta(hours=1, minutes=6)


def test_steps_that_nobody_took_have_no_share(clickstream, screen):
    assert [(item.label, item.value) for item in screen.ask("17").items] == [
        ("page_view", 0),
        ("click", 0),
        ("donate", 0),
    ]
    with clickstream.connect() as connection:
        clickstream.insert(connection, {"event_type": "donate", "session_id": 3})
        clickstream.roll_up(connection, "live_aggregation")
    assert [(item.label, item.value) for item in screen.ask("17").items][1:] == [("click", 0), ("donate", 1)]
