"""Runs one campaign: makes donations and visits at the wanted rate, and knows what became of each."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from contextlib import closing
from dataclasses import dataclass
from random import Random

from rtdash.campaigns import brake
from rtdash.campaigns.clock import ServerClock
from rtdash.campaigns.delivery import MOST_QUEUED, Delivery
from rtdash.campaigns.donors import Donors, choose_cities
from rtdash.campaigns.heartbeat import Heartbeat
from rtdash.campaigns.pace import SLICE_S, Pacer
from rtdash.campaigns.store import CampaignStore, Progress
from rtdash.campaigns.visits import Visits
from rtdash.errors import SettingsError, SourceError
from rtdash.model.campaign import CITIES_A_CAMPAIGN, DEFAULT_RATE_PER_S, Campaign, CampaignState
from rtdash.model.places import ORGANIZATIONS
from rtdash.settings import Settings
from rtdash.sources import donations
from rtdash.sources.kafka import CLICKSTREAM_TOPIC, DONATIONS_TOPIC

log = logging.getLogger(__name__)

_MOST_A_SLICE = 2_000
_FINISH_S = 10.0
_WALK_S = 1.0
_RATE_OVER_S = 2.0


@dataclass(frozen=True, slots=True)
class CampaignOptions:
    """What is asked of a campaign. Without a name it gets its number, without cities four at random."""

    name: str = ""
    rate_per_s: int = DEFAULT_RATE_PER_S
    cities: tuple[str, ...] = ()
    beside: bool = False
    """Leave the running campaigns alone."""
    count: int | None = None
    """End after this many donations."""
    duration_s: float | None = None
    """End after this time, s."""


class CampaignRunner:
    """One campaign from its entry in the table to its last delivery report."""

    def __init__(self, settings: Settings, options: CampaignOptions, random: Random | None = None) -> None:
        """Raises SettingsError when an address is missing, ValueError on an unknown city."""
        if settings.dsn_of_donations_owner is None or settings.kafka_bootstrap_servers is None:
            raise SettingsError("a campaign needs the settings donations_owner_dsn and kafka_bootstrap_servers")
        self._dsn = settings.dsn_of_donations_owner
        self._bootstrap_servers: str = settings.kafka_bootstrap_servers
        self._max_events_per_s = settings.max_events_per_s
        self._options = options
        self._random = random or Random()  # noqa: S311 (donations, not secrets)
        self._cities = choose_cities(options.cities, CITIES_A_CAMPAIGN, self._random)

    def run(self, stop: threading.Event) -> Progress:
        """Run until `stop`, until the table says so, or until count or duration is reached; returns the final counts.

        Raises SourceError when Kafka or the database cannot be reached at the start or at the end.
        """
        delivery = Delivery(self._bootstrap_servers)
        try:
            clock = ServerClock()
            campaign = self._register(clock)
            run = _Run(campaign, delivery, clock, self._max_events_per_s, self._random)
            heartbeat = Heartbeat(self._dsn, campaign, clock, run.progress)
            heartbeat.start()
            failure: Exception | None = None
            try:
                run.produce(self._options, heartbeat, stop)
                heartbeat.state = CampaignState.STOPPING
                delivery.flush()
            except SourceError as unreachable:
                failure = unreachable
            finally:
                heartbeat.stop()
        finally:
            delivery.close()
        progress = run.progress()
        self._finish(campaign, progress)
        if error := failure or heartbeat.error:
            raise error
        return progress

    def _register(self, clock: ServerClock) -> Campaign:
        with closing(donations.connect(self._dsn, "campaign")) as connection:
            clock.measure(connection)
            campaign = CampaignStore(connection).register(
                self._options.name,
                self._cities,
                [organization.name for organization in ORGANIZATIONS],
                self._options.rate_per_s,
                beside=self._options.beside,
            )
        log.info("campaign %d runs in %s", campaign.campaign_id, ", ".join(campaign.cities))
        return campaign

    def _finish(self, campaign: Campaign, progress: Progress) -> None:
        deadline_s = time.monotonic() + _FINISH_S
        while True:
            try:
                with closing(donations.connect(self._dsn, "campaign", deadline_s=_FINISH_S)) as connection:
                    CampaignStore(connection).finish(campaign.campaign_id, progress)
                break
            except SourceError:
                if time.monotonic() > deadline_s:
                    raise
                time.sleep(0.5)
        log.info("campaign %d ended: %d generated, %d acked", campaign.campaign_id, progress.generated, progress.acked)


class _Run:
    """What a campaign makes, and the account of it."""

    def __init__(
        self, campaign: Campaign, delivery: Delivery, clock: ServerClock, max_events_per_s: int, random: Random
    ) -> None:
        self._delivery = delivery
        self._clock = clock
        self._donors = Donors(campaign, clock.now_us, random)
        self._visits = Visits(campaign, max_events_per_s, random)
        self._recent: deque[tuple[float, int]] = deque([(time.monotonic(), 0)], maxlen=64)
        self._braked = ""

    def produce(self, options: CampaignOptions, heartbeat: Heartbeat, stop: threading.Event) -> None:
        """Make donations until somebody or something ends the campaign."""
        started_s = walked_s = time.monotonic()
        pacer = Pacer(0, started_s)
        wanted = -1
        while not (stop.is_set() or heartbeat.stop_wanted or self._reached(options, started_s)):
            now_s = time.monotonic()
            if heartbeat.orders is not None and heartbeat.orders.rate_per_s != wanted:
                wanted = heartbeat.orders.rate_per_s
                self._visits.set_rate(wanted)
            pacer.set_rate(wanted * self._brake(heartbeat))
            if now_s - walked_s >= _WALK_S:
                self._donors.walk()
                walked_s = now_s

            room = min(_MOST_A_SLICE, MOST_QUEUED - self._delivery.queued)
            if options.count is not None:
                room = min(room, options.count - self._delivery.donations.generated)
            if room > 0:
                self._make(pacer.due(now_s, room))
                self._delivery.take_reports()
                stop.wait(pacer.wait_s())
            else:
                self._delivery.take_reports(SLICE_S)

    def _brake(self, heartbeat: Heartbeat) -> float:
        """The share of the wanted rate that is allowed, of the visits too: they are made with the donations."""
        donations, events = self._delivery.donations, self._delivery.events
        waiting = donations.acked - heartbeat.settled.donations
        allowed = brake.share(brake.waiting_bytes(waiting, events.generated / max(1, donations.generated)))
        self._braked = f"braked, visits too: {waiting:,} acked and not known to be loaded" if allowed < 1 else ""
        return allowed

    def _reached(self, options: CampaignOptions, started_s: float) -> bool:
        if options.count is not None and self._delivery.donations.generated >= options.count:
            return True
        return options.duration_s is not None and time.monotonic() - started_s >= options.duration_s

    def _make(self, count: int) -> None:
        messages, pairs = self._donors.make(count)
        self._delivery.send(DONATIONS_TOPIC, messages)
        self._delivery.send(CLICKSTREAM_TOPIC, self._visits.make(pairs, self._clock.now_us()))

    def progress(self) -> Progress:
        """The account now, also for other threads: reports are read before what was generated, so that what is in
        flight is never negative.
        """
        tally, events = self._delivery.donations, self._delivery.events
        acked, failed, unknown, events_acked = tally.acked, tally.failed, tally.unknown, events.acked
        generated = tally.generated
        now_s = time.monotonic()
        self._recent.append((now_s, generated))
        while len(self._recent) > 2 and now_s - self._recent[0][0] > _RATE_OVER_S:
            self._recent.popleft()
        since_s, before = self._recent[0]
        return Progress(
            generated=generated,
            acked=acked,
            failed=failed,
            unknown=unknown,
            events_generated=events.generated,
            events_acked=events_acked,
            visit_fraction=self._visits.fraction,
            real_rate_per_s=(generated - before) / max(now_s - since_s, 1e-3),
            note=(self._delivery.note or self._braked)[:500],
        )
