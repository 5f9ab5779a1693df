"""Runs one campaign: from its entry in the table over its planned start to its last delivery report."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import asdict, replace
from random import Random
from typing import TypeVar

from rtdash.campaigns.clock import ServerClock
from rtdash.campaigns.delivery import Delivery
from rtdash.campaigns.donors import choose_cities
from rtdash.campaigns.heartbeat import Heartbeat
from rtdash.campaigns.production import Production
from rtdash.campaigns.store import CampaignStore, Progress
from rtdash.errors import SettingsError, SourceError
from rtdash.model.campaign import CITIES_A_CAMPAIGN, Campaign, CampaignPlan, CampaignState
from rtdash.model.moment import epoch_us
from rtdash.model.places import ORGANIZATIONS
from rtdash.settings import Settings
from rtdash.sources import donations

log = logging.getLogger(__name__)

T = TypeVar("T")

_PERSIST_S = 10.0
_RETRY_S = 0.5
_LOOK_S = 0.1


class CampaignRunner:
    """One campaign from its entry in the table to its last delivery report."""

    def __init__(self, settings: Settings, plan: CampaignPlan, random: Random | None = None) -> None:
        """Raises SettingsError when an address is missing."""
        if settings.dsn_of_donations_owner is None or settings.kafka is None:
            raise SettingsError("a campaign needs the settings donations_owner_dsn and kafka_bootstrap_servers")
        self._dsn = settings.dsn_of_donations_owner
        self._kafka = settings.kafka
        self._settings = settings
        self._random = random or Random()  # noqa: S311 (donations, not secrets)
        self._plan = replace(
            plan,
            cities=choose_cities(plan.cities, CITIES_A_CAMPAIGN, self._random),
            organizations=plan.organizations or tuple(one.name for one in ORGANIZATIONS),
        )
        self.campaign: Campaign | None = None
        """As it was entered in the table, and in the end as the table has it; None until then."""
        self._production: Production | None = None

    def progress(self) -> Progress:
        """The account now, for any thread."""
        return self._production.progress() if self._production is not None else Progress()

    def run(self, stop: threading.Event) -> Progress:
        """Run until `stop`, until the table says so, or until count or duration is reached; returns the final counts.

        Raises SourceError when Kafka or the database cannot be reached at the start or at the end.
        """
        delivery = Delivery(self._kafka)
        try:
            clock = ServerClock()
            self.campaign = campaign = self._register(clock)
            self._production = production = Production(campaign, delivery, clock, self._settings, self._random)
            heartbeat = Heartbeat(self._dsn, campaign, clock, production.progress)
            heartbeat.start()
            failure: Exception | None = None
            try:
                if self._begin(campaign, clock, heartbeat, stop):
                    production.run(self._plan, heartbeat, stop)
                heartbeat.state = CampaignState.STOPPING
                production.is_ending = True
                delivery.flush()
            except SourceError as unreachable:
                failure = unreachable
            finally:
                heartbeat.stop()
        finally:
            delivery.close()
        progress = production.progress()
        self._finish(campaign, progress)
        if error := failure or heartbeat.error:
            raise error
        return progress

    def _register(self, clock: ServerClock) -> Campaign:
        with closing(donations.connect(self._dsn, "campaign")) as connection:
            clock.measure(connection)
            campaign = CampaignStore(connection).register(self._plan)
        log.info("campaign %d is %s in %s", campaign.campaign_id, campaign.state, ", ".join(campaign.cities))
        return campaign

    def _begin(self, campaign: Campaign, clock: ServerClock, heartbeat: Heartbeat, stop: threading.Event) -> bool:
        """Wait for the planned start; False when the campaign is stopped before."""
        if campaign.state is not CampaignState.PLANNED or campaign.starts_at is None:
            return True
        while (left_us := epoch_us(campaign.starts_at) - clock.now_us()) > 0:
            if heartbeat.stop_wanted or stop.wait(min(_LOOK_S, left_us / 1e6)):
                return False
        begun = self._persist(
            lambda store: store.begin(campaign.campaign_id, beside=self._plan.beside),
            # One that runs outlasts a database that is away; so does one that is about to.
            gives_up=lambda: stop.is_set() or heartbeat.stop_wanted,
        )
        if begun:
            heartbeat.state = CampaignState.RUNNING
            log.info("campaign %d runs", campaign.campaign_id)
        return begun

    def _finish(self, campaign: Campaign, progress: Progress) -> None:
        def finish(store: CampaignStore) -> Campaign | None:
            store.finish(campaign.campaign_id, progress)
            return store.get(campaign.campaign_id)

        deadline_s = time.monotonic() + _PERSIST_S
        found = self._persist(finish, gives_up=lambda: time.monotonic() > deadline_s)
        self.campaign = found or replace(campaign, state=CampaignState.ENDED, **asdict(progress))
        log.info("campaign %d ended: %d generated, %d acked", campaign.campaign_id, progress.generated, progress.acked)

    def _persist(self, change: Callable[[CampaignStore], T], gives_up: Callable[[], bool]) -> T:
        """Change the table, and try again while the database does not answer. Raises SourceError when it `gives_up`."""
        while True:
            try:
                with closing(donations.connect(self._dsn, "campaign", deadline_s=_PERSIST_S)) as connection:
                    return change(CampaignStore(connection))
            except SourceError:
                if gives_up():
                    raise
                time.sleep(_RETRY_S)
