"""A runner's link to the database: says four times a second what was done, and hears what is wanted.

A thread with a connection of its own, so that a slow database never holds up production.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from contextlib import closing

from pydantic import SecretStr

from rtdash.campaigns.brake import Settled
from rtdash.campaigns.clock import ServerClock
from rtdash.campaigns.store import CampaignStore, Orders, Progress
from rtdash.errors import SourceError
from rtdash.model.campaign import Campaign, CampaignState
from rtdash.sources import donations

log = logging.getLogger(__name__)

BEAT_S = 0.25
_CLOCK_S = 60.0
_RETRY_S = 0.5
_DEADLINE_S = 10.0
_WANTED = (CampaignState.PLANNED, CampaignState.RUNNING)


class Heartbeat:
    """`start()`, read `orders` and `settled` at any time, `stop()`. Any error but the database's ends up in `error`."""

    def __init__(
        self, dsn: SecretStr, campaign: Campaign, clock: ServerClock, progress: Callable[[], Progress]
    ) -> None:
        self._dsn = dsn
        self._campaign_id = campaign.campaign_id
        self._clock = clock
        self._progress = progress
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="heartbeat", daemon=True)
        self.state = campaign.state
        """What the runner does; the runner sets it."""
        self.orders: Orders | None = Orders(campaign.state, campaign.rate_per_s)
        """What is wanted; None when the campaign is gone from the table."""
        self.settled = Settled(campaign.campaign_id)
        """What Kafka need not keep any longer, when last seen."""
        self.error: Exception | None = None

    def start(self) -> None:
        """Begin to beat."""
        self._thread.start()

    def stop(self) -> None:
        """Stop beating and wait until the thread has ended."""
        self._ending.set()
        self._thread.join()

    @property
    def stop_wanted(self) -> bool:
        """Whether the runner shall come to an end: it was asked to, the campaign is gone, or this thread failed."""
        orders = self.orders
        return self.error is not None or orders is None or orders.state not in _WANTED

    def _run(self) -> None:
        answering = True
        while not self._ending.is_set():
            try:
                with closing(donations.connect(self._dsn, "campaign", deadline_s=_DEADLINE_S)) as connection:
                    if not answering:
                        log.info("campaign %d: the database answers again", self._campaign_id)
                    answering = True
                    store = CampaignStore(connection)
                    measured_s = time.monotonic()
                    while not self._ending.is_set():
                        self._beat(store)
                        self.settled.ask(connection)
                        if time.monotonic() - measured_s > _CLOCK_S:
                            self._clock.measure(connection)
                            measured_s = time.monotonic()
                        self._ending.wait(BEAT_S)
            except SourceError as error:
                if answering:
                    log.warning("campaign %d goes on without heartbeat: %s", self._campaign_id, error)
                answering = False
                self._ending.wait(_RETRY_S)
            except Exception as error:
                log.exception("campaign %d: the heartbeat failed", self._campaign_id)
                self.error = error
                return

    def _beat(self, store: CampaignStore) -> None:
        orders = store.heartbeat(self._campaign_id, self.state, self._progress())
        if orders and orders.state in _WANTED and self.state is CampaignState.STOPPING:
            store.request_stop(self._campaign_id)
        self.orders = orders
