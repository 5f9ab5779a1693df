"""What a campaign makes: donations and visits at the wanted rate, and the account of what became of each."""

from __future__ import annotations

import threading
import time
from collections import deque
from random import Random

from rtdash.campaigns import brake
from rtdash.campaigns.clock import ServerClock
from rtdash.campaigns.delivery import MOST_QUEUED, Delivery
from rtdash.campaigns.donors import Donors
from rtdash.campaigns.heartbeat import Heartbeat
from rtdash.campaigns.pace import SLICE_S, Pacer
from rtdash.campaigns.store import Progress
from rtdash.campaigns.visits import Visits
from rtdash.model.campaign import RATE_STEPS, Campaign, CampaignPlan
from rtdash.model.moment import epoch_us
from rtdash.settings import Settings
from rtdash.sources.kafka import CLICKSTREAM_TOPIC, DONATIONS_TOPIC

_MOST_A_SLICE = 2_000
_WALK_S = 1.0
_RATE_OVER_S = 2.0
_FIRST_GUESS_PER_S = 400_000
"""What a campaign without a bound is taken to make, until it is known and where only a share of it is allowed."""


class Production:
    """The donations and visits of one campaign, until somebody or something ends it."""

    def __init__(
        self, campaign: Campaign, delivery: Delivery, clock: ServerClock, settings: Settings, random: Random
    ) -> None:
        self._delivery = delivery
        self._clock = clock
        self._ends_us = None if campaign.ends_at is None else epoch_us(campaign.ends_at)
        self._most_waiting_bytes = settings.brake_mb * 1e6
        self._donors = Donors(campaign, clock.now_us, random)
        self._visits = Visits(campaign, settings.max_events_per_s, random)
        self._recent: deque[tuple[float, int]] = deque([(time.monotonic(), 0)], maxlen=64)
        self._braked = ""
        self.is_ending = False
        """Nothing is made any more, and the last delivery reports are awaited; the runner sets it."""

    def run(self, plan: CampaignPlan, heartbeat: Heartbeat, stop: threading.Event) -> None:
        """Make donations until the end. Raises Unreachable when the producer can send no more at all."""
        walked_s = time.monotonic()
        made_before = 0
        pacer = Pacer(0, walked_s)
        wanted = -1
        while not (stop.is_set() or heartbeat.stop_wanted or self._is_over(plan)):
            now_s = time.monotonic()
            if (orders := heartbeat.orders) is not None and orders.rate_per_s != wanted:
                wanted = orders.rate_per_s
                self._visits.set_rate(min(wanted, _FIRST_GUESS_PER_S))
            allowed = self._brake(heartbeat)
            pacer.set_rate(wanted if allowed == 1 else min(wanted, _FIRST_GUESS_PER_S) * allowed)
            if now_s - walked_s >= _WALK_S:
                self._donors.walk()
                if wanted > RATE_STEPS[-1]:
                    # As many visits as the bound allows: how fast it can is found out on the way.
                    made = self._delivery.donations.generated
                    self._visits.set_rate((made - made_before) / (now_s - walked_s))
                    made_before = made
                walked_s = now_s

            room = min(_MOST_A_SLICE, MOST_QUEUED - self._delivery.queued)
            if plan.count is not None:
                room = min(room, plan.count - self._delivery.donations.generated)
            if room > 0:
                self._make(pacer.due(now_s, room))
                self._delivery.take_reports()
                stop.wait(pacer.wait_s())
            else:
                self._braked = self._braked or f"braked by the queue: {self._delivery.queued:,} messages wait for Kafka"
                self._delivery.take_reports(SLICE_S)

    def _brake(self, heartbeat: Heartbeat) -> float:
        """The share of the wanted rate that is allowed, of the visits too: they are made with the donations."""
        donations, events = self._delivery.donations, self._delivery.events
        waiting = donations.acked - heartbeat.settled.donations
        waiting_bytes = brake.waiting_bytes(waiting, events.generated / max(1, donations.generated))
        allowed = brake.share(waiting_bytes * heartbeat.settled.campaigns, self._most_waiting_bytes)
        self._braked = f"braked by lag: {waiting:,} acked, not known to be loaded" if allowed < 1 else ""
        return allowed

    def _is_over(self, plan: CampaignPlan) -> bool:
        if plan.count is not None and self._delivery.donations.generated >= plan.count:
            return True
        return self._ends_us is not None and self._clock.now_us() >= self._ends_us

    def _make(self, count: int) -> None:
        messages, pairs = self._donors.make(count)
        self._delivery.send(DONATIONS_TOPIC, messages)
        self._delivery.send(CLICKSTREAM_TOPIC, self._visits.make(pairs, self._clock.now_us()))

    def progress(self) -> Progress:
        """The account now, also for other threads: reports are read before what was generated, so that what is in
        flight is never negative.
        """
        tally, events = self._delivery.donations, self._delivery.events
        acked, failed, unknown = tally.acked, tally.failed, tally.unknown
        events_acked, events_failed, events_unknown = events.acked, events.failed, events.unknown
        generated, events_generated = tally.generated, events.generated
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
            events_generated=events_generated,
            events_acked=events_acked,
            events_failed=events_failed,
            events_unknown=events_unknown,
            visit_fraction=self._visits.fraction,
            real_rate_per_s=(generated - before) / max(now_s - since_s, 1e-3),
            note="; ".join(filter(None, (self._awaited or self._braked, self._delivery.note)))[:500],
        )

    @property
    def _awaited(self) -> str:
        """What the end waits for."""
        reports = self._delivery.donations.in_flight + self._delivery.events.in_flight
        return f"stopping: waiting for {reports:,} delivery reports" if self.is_ending and reports else ""
