"""Three ways to send messages for some seconds; each returns how many a second were acknowledged."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime
from itertools import cycle
from random import Random

from confluent_kafka import Producer

from rtdash.campaigns.delivery import MOST_QUEUED, Delivery, Tally
from rtdash.campaigns.donors import Message
from rtdash.campaigns.pace import SLICE_S
from rtdash.campaigns.runner import CampaignRunner
from rtdash.errors import RtdashError
from rtdash.model.campaign import AS_FAST_AS_IT_CAN, Campaign, CampaignPlan
from rtdash.model.kafka import Kafka
from rtdash.model.places import CITIES, ORGANIZATIONS
from rtdash.model.transaction_id import transaction_id
from rtdash.settings import Settings
from rtdash.sources.kafka import CLICKSTREAM_TOPIC, DONATIONS_TOPIC, client_config

Slice = tuple[list[Message], list[Message]]
"""Donations, and the events behind them."""

_WORKSHOP_BATCH = 1000
_WORKSHOP_PAUSE_S = 0.1
_FLUSH_S = 10.0


def run_campaign(settings: Settings, seconds: float) -> tuple[Campaign, float]:
    """A campaign at `--rate max`, from its start to its end in the table; the campaign as it ended, and the rate."""
    runner = CampaignRunner(settings, CampaignPlan(rate_per_s=AS_FAST_AS_IT_CAN, duration_s=seconds))
    runner.run(threading.Event())
    campaign = runner.campaign
    assert campaign is not None  # noqa: S101 (it has run)
    assert campaign.started_at is not None  # noqa: S101
    assert campaign.ended_at is not None  # noqa: S101
    if campaign.acked < campaign.generated or campaign.events_acked < campaign.events_generated:
        raise RtdashError(f"the campaign's messages were not all acknowledged: {campaign.note}")
    return campaign, (campaign.acked + campaign.events_acked) / (
        campaign.ended_at - campaign.started_at
    ).total_seconds()


def send_encoded(kafka: Kafka, slices: Sequence[Slice], seconds: float) -> float:
    """The same slices again and again, by the campaign's own producer and with its delivery reports."""
    with closing(Delivery(kafka)) as delivery:
        begun_s = time.monotonic()
        for donations, events in cycle(slices):
            if time.monotonic() - begun_s >= seconds:
                break
            while delivery.queued > MOST_QUEUED - len(donations):
                delivery.take_reports(SLICE_S)
            delivery.send(DONATIONS_TOPIC, donations)
            delivery.send(CLICKSTREAM_TOPIC, events)
            delivery.take_reports()
        delivery.flush()
        took_s = time.monotonic() - begun_s
        if delivery.note:
            raise RtdashError(delivery.note)
        return (delivery.donations.acked + delivery.events.acked) / took_s


def run_workshop(kafka: Kafka, seconds: float) -> float:
    """The workshop's loop at its aggressive setting: 1000 messages, each encoded from a dictionary, flush, a pause."""
    producer, tally, random = Producer(client_config(kafka, "workshop")), Tally(), Random()  # noqa: S311
    with closing(producer):
        begun_s = time.monotonic()
        while time.monotonic() - begun_s < seconds:
            for _ in range(_WORKSHOP_BATCH):
                tally.generated += 1
                message = json.dumps(_donation(tally.generated, random))
                producer.produce(DONATIONS_TOPIC, value=message.encode(), on_delivery=tally.report)
            producer.flush(_FLUSH_S)
            time.sleep(_WORKSHOP_PAUSE_S)
        took_s = time.monotonic() - begun_s
    if tally.acked < tally.generated:
        raise RtdashError(f"the workshop's messages were not all acknowledged: {tally.error}")
    return tally.acked / took_s


def _donation(sequence: int, random: Random) -> dict[str, object]:
    city, organization = random.choice(CITIES), random.choice(ORGANIZATIONS)
    return {
        "transaction_id": transaction_id(1, 0, sequence),
        "city": city.name,
        "latitude": city.latitude,
        "longitude": city.longitude,
        "organization": organization.name,
        "transaction_date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S.%f"),
        "total_amount": round(random.uniform(1, 10), 2),
        "campaign_id": 1,
        "is_campaign_active": True,
    }
