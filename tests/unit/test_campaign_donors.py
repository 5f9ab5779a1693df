"""What a campaign makes is what ingest takes: both ends read the same message."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime
from random import Random

import pytest

from rtdash.campaigns.clock import stamp
from rtdash.campaigns.donors import Donors, choose_cities
from rtdash.campaigns.visits import DEVICES, EVENTS_A_DONATION, VISITS_A_DONATION, Visits
from rtdash.campaigns.weights import WanderingWeights
from rtdash.model.campaign import Campaign, CampaignState
from rtdash.model.donation import parse_donation
from rtdash.model.event import parse_event
from rtdash.model.moment import epoch_us
from rtdash.model.places import CITIES, ORGANIZATIONS

NOW = datetime(2025, 11, 22, 2, 14, 20, 123456)  # noqa: DTZ001 (UTC, as all times in messages)
NOW_US = epoch_us(NOW)
CAMPAIGN = Campaign(
    campaign_id=7,
    name="spring",
    cities=("Béziers", "Nîmes", "La Rochelle", "Clermont-Ferrand"),
    organizations=tuple(organization.name for organization in ORGANIZATIONS),
    state=CampaignState.RUNNING,
    rate_per_s=200,
    producer=0,
)


def donors(seed: int = 1) -> Donors:
    return Donors(CAMPAIGN, lambda: NOW_US, Random(seed))


def visits(donations_per_s: float, max_events_per_s: int = 5000) -> Visits:
    made = Visits(CAMPAIGN, max_events_per_s, Random(2))
    made.set_rate(donations_per_s)
    return made


def events_of(messages):
    return [parse_event(message["value"].encode()) for message in messages]


def test_every_message_is_a_donation_with_an_id_of_its_own():
    maker = donors()
    messages = [message for _ in range(20) for message in maker.make(100)[0]]
    made = [parse_donation(message["value"].encode()) for message in messages]
    assert [donation["transaction_id"] for donation in made] == [(7 << 41) + number for number in range(2000)]
    places = {city.name: (city.latitude, city.longitude) for city in CITIES}
    assert {(one["city"], one["latitude"], one["longitude"]) for one in made} == {
        (n, *places[n]) for n in CAMPAIGN.cities
    }
    assert {one["organization"] for one in made} == set(CAMPAIGN.organizations)
    assert {one["transaction_date"] for one in made} == {NOW}
    cents = [round(one["total_amount"] * 100) for one in made]
    assert 100 <= min(cents) < 150 < 950 < max(cents) <= 1000
    assert all(one["campaign_id"] == 7 and one["is_campaign_active"] for one in made)


def test_messages_have_exactly_the_fields_that_are_promised():
    messages, pairs = donors().make(1)
    assert list(json.loads(messages[0]["value"])) == [
        "transaction_id",
        "city",
        "latitude",
        "longitude",
        "organization",
        "transaction_date",
        "total_amount",
        "campaign_id",
        "is_campaign_active",
    ]
    (event, *_) = visits(1).make(pairs, NOW_US)
    assert list(json.loads(event["value"])) == [
        "event_time",
        "customer_id",
        "event_type",
        "country",
        "browser",
        "device_id",
        "session_id",
    ]


def test_tastes_wander_but_nobody_takes_all():
    maker, shares = donors(), []
    for _ in range(300):
        maker.walk()
        counts = Counter(pair.text for pair in maker.make(400)[1])
        shares.append({text: count / 400 for text, count in counts.items()})
    leaders = {max(share, key=share.__getitem__) for share in shares}
    assert len(leaders) > 2
    assert max(max(share.values()) for share in shares) < 0.8
    weights = WanderingWeights(4, Random(3))
    for _ in range(10_000):
        weights.walk()
    assert all(0.005 < weight < 200 for weight in weights.weights())


def test_a_donation_has_about_ten_events_and_ends_its_visit():
    _, pairs = donors().make(2000)
    made = visits(100)
    events = events_of(made.make(pairs, NOW_US))
    assert len(events) / 2000 == pytest.approx(EVENTS_A_DONATION, rel=0.03)
    assert made.fraction == 1.0
    sessions: dict[int, list] = {}
    for event in events:
        sessions.setdefault(event["session_id"], []).append(event)
    assert len(sessions) == made.kept == made.happened == 2000 * VISITS_A_DONATION
    converted = [steps for steps in sessions.values() if any(step["event_type"] == "donate" for step in steps)]
    assert len(converted) == 2000
    for steps in sessions.values():
        ordered = sorted(steps, key=lambda step: step["event_time"])
        assert ordered[0]["event_type"] == "page_view"
        assert all(step["event_type"] != "donate" for step in ordered[:-1])
        assert len({(step["customer_id"], step["device_id"], step["country"], step["browser"]) for step in steps}) == 1
    assert Counter(pair.customer_id for pair in pairs) == Counter(steps[0]["customer_id"] for steps in converted)
    assert {event["event_type"] for event in events} == {"page_view", "ad_impression", "click", "share", "donate"}


def test_few_devices_make_many_visits():
    _, pairs = donors().make(4000)
    devices = {event["session_id"]: event["device_id"] for event in events_of(visits(1).make(pairs, NOW_US))}.values()
    assert all(1 <= device <= DEVICES for device in devices)
    assert sum(device <= DEVICES // 100 for device in devices) / len(devices) == pytest.approx(0.01**0.4, rel=0.1)


@pytest.mark.parametrize("donations_per_s", [1000, 2000, 50_000])
def test_beyond_the_bound_whole_visits_are_left_out(donations_per_s):
    maker, made = donors(), visits(donations_per_s)
    wanted = 5000 / (donations_per_s * EVENTS_A_DONATION)
    events = [event for _ in range(400) for event in events_of(made.make(maker.make(donations_per_s // 50)[1], NOW_US))]
    assert len(events) / 8 == pytest.approx(5000, rel=0.1)
    assert made.fraction == pytest.approx(wanted, rel=0.02)
    kept = {event["session_id"] for event in events}
    assert len(kept) == made.kept
    converted = sum(event["event_type"] == "donate" for event in events)
    assert converted / made.kept == pytest.approx(1 / VISITS_A_DONATION, rel=0.05)


def test_no_donations_no_visits():
    assert visits(5).make([], NOW_US) == []
    assert visits(5).fraction == 1.0


def test_cities_are_chosen_among_the_twenty():
    chosen = choose_cities((), 4, Random(1))
    assert len(set(chosen)) == 4
    assert choose_cities(("Pau", "Brest", "Pau"), 4, Random(1)) == ("Pau", "Brest")


def test_stamps_are_utc_with_microseconds():
    assert stamp(NOW_US) == "2025-11-22 02:14:20.123456"
    assert stamp(0) == "1970-01-01 00:00:00.000000"
    now = datetime.now(UTC).replace(tzinfo=None)
    assert stamp(epoch_us(now)) == now.isoformat(" ", "microseconds")


def test_ids_that_are_used_up_are_refused():
    maker = donors()
    maker._next_id = maker._end_of_ids - 1
    assert len(maker.make(1)[0]) == 1
    with pytest.raises(ValueError, match="used up"):
        maker.make(1)
