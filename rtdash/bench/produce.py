"""`rtdash bench produce`: messages a second of a campaign, beside what its producer could take, and the workshop's."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

from rtdash.bench.figures import Figure, Rates, Say
from rtdash.bench.messages import slices
from rtdash.bench.producers import Slice, run_campaign, run_workshop, send_encoded
from rtdash.model.campaign import Campaign
from rtdash.model.moment import epoch_us
from rtdash.resources import sql_folder
from rtdash.schema.apply import apply
from rtdash.servers.broker import PrivateBroker
from rtdash.servers.folders import DataFolder
from rtdash.servers.mariadb import PrivateMariaDB
from rtdash.settings import load

_SLICES = 50


def measure(folder: Path, seconds: float, repeat: int, say: Say) -> list[Figure]:
    """Medians of `repeat` rounds of `seconds` each way, on servers of its own in `folder`. Raises RtdashError."""
    say("starting MariaDB and Kafka")
    with DataFolder.open(folder) as data, PrivateMariaDB(data) as mariadb, PrivateBroker(data) as broker:
        owner, kafka = mariadb.dsn(), broker.kafka
        apply(owner, sql_folder("mariadb", "schema"), lambda _: None)
        # Nobody ingests: what the broker forgets is not missed, and lag is no reason to brake.
        settings = load(donations_dsn=owner, donations_owner_dsn=owner, brake_mb=0, **broker.addresses())
        rates = Rates("messages/s", repeat, say)
        for _ in range(repeat):
            campaign, rate = run_campaign(settings, seconds)
            rates.add("messages_per_s", "a campaign at --rate max", rate)
            encoded = send_encoded(kafka, _encoded(campaign), seconds)
            rates.add("bound_messages_per_s", "the same messages, encoded before", encoded)
            rates.add("workshop_messages_per_s", "the workshop's aggressive loop", run_workshop(kafka, seconds))
    return [
        rates.figure("messages_per_s"),
        rates.figure("bound_messages_per_s"),
        rates.ratio("ratio", "campaign : encoded before", "messages_per_s", "bound_messages_per_s"),
        rates.figure("workshop_messages_per_s"),
    ]


def _encoded(campaign: Campaign) -> list[Slice]:
    """What such a campaign makes, with as many events a donation as it had."""
    assert campaign.started_at is not None  # noqa: S101 (it has run)
    made = slices(campaign, epoch_us(campaign.started_at), campaign.real_rate_per_s, campaign.visit_fraction)
    return [
        ([{"value": one} for one in donations], [{"value": one} for one in events])
        for donations, events in islice(made, _SLICES)
    ]
