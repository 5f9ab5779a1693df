"""Makes the visits behind the donations, about ten events for each: some end in a donation, most do not."""

from __future__ import annotations

import json
from collections.abc import Sequence
from random import Random

from rtdash.campaigns.clock import stamp
from rtdash.campaigns.donors import Message, Pair
from rtdash.campaigns.weights import cumulative
from rtdash.model.campaign import Campaign
from rtdash.model.transaction_id import transaction_id

EVENTS_A_DONATION = 10.0
VISITS_A_DONATION = 2.5
DEVICES = 200_000

# Steps before the last one. A visit that ends in a donation has 5 events on average, another one 3 1/3.
_STEPS = ("page_view", "ad_impression", "click", "page_view", "share")
_STEP_WEIGHTS = cumulative([5, 3, 2, 3, 1])
_DONOR_STEPS = (3, 4, 5)
_VISITOR_STEPS = (1, 2, 3, 3, 5, 6)
_MEAN_GAP_US = 2_000_000

# Few devices make many visits: one in a hundred makes a sixth of them. Where and with what it comes stays its own.
_SKEW = 2.5
_COUNTRIES = {
    "FR": 62, "BE": 7, "CH": 5, "DE": 4, "GB": 4, "ES": 3, "IT": 3, "US": 2.5, "CA": 2, "NL": 1.5,
    "PT": 1, "LU": 1, "MA": 1, "TN": 0.7, "SE": 0.5, "PL": 0.5, "IE": 0.4, "DK": 0.4, "AT": 0.3, "JP": 0.2,
}  # fmt: skip
_BROWSERS = {"Chrome": 55, "Safari": 24, "Firefox": 10, "Edge": 8, "Opera": 3}
_PROFILES_COUNT = 4999


class Visits:
    """The visits to one campaign, thinned to `max_events_per_s` by leaving out whole visits."""

    def __init__(self, campaign: Campaign, max_events_per_s: int, random: Random) -> None:
        self._random = random
        self._max_events_per_s = max_events_per_s
        self._share = 1.0
        self._next_session = transaction_id(campaign.campaign_id, campaign.producer, 0)
        self._without_donation = 0.0
        self._to_keep = 0.0
        self.happened = 0
        self.kept = 0
        profiles = Random(20)  # noqa: S311 (the same devices in every campaign)
        self._profiles = [
            json.dumps({"country": country, "browser": browser}, separators=(",", ":"))[1:-1]
            for country, browser in zip(
                profiles.choices(list(_COUNTRIES), list(_COUNTRIES.values()), k=_PROFILES_COUNT),
                profiles.choices(list(_BROWSERS), list(_BROWSERS.values()), k=_PROFILES_COUNT),
                strict=True,
            )
        ]

    @property
    def fraction(self) -> float:
        """Visits that were kept, of those that happened since the start; 1 when none was left out."""
        return self.kept / self.happened if self.happened else 1.0

    def set_rate(self, donations_per_s: float) -> None:
        """Thin so that this many donations a second stay within the bound."""
        self._share = min(1.0, self._max_events_per_s / max(donations_per_s * EVENTS_A_DONATION, 1e-9))

    def make(self, pairs: Sequence[Pair], now_us: int) -> list[Message]:
        """Events of the visits behind these donations, and of those that came to nothing meanwhile.

        A visit ends now; its earlier steps lie some seconds back.
        """
        self._without_donation += len(pairs) * (VISITS_A_DONATION - 1)
        others = int(self._without_donation)
        self._without_donation -= others
        messages: list[Message] = []
        for pair in self._random.sample(pairs, self._keep(len(pairs))):
            self._visit(messages, pair.customer_id, _DONOR_STEPS, "donate", now_us)
        for pair in self._random.choices(pairs, k=self._keep(others)) if pairs else ():
            self._visit(messages, pair.customer_id, _VISITOR_STEPS, None, now_us)
        return messages

    def _keep(self, visits: int) -> int:
        """How many of `visits` to keep: a running share, so that few visits are thinned as fairly as many."""
        self._to_keep += visits * self._share
        kept = visits if self._share == 1.0 else min(visits, int(self._to_keep))
        self._to_keep -= kept
        self.happened += visits
        self.kept += kept
        return kept

    def _visit(
        self, messages: list[Message], customer_id: int, lengths: Sequence[int], last: str | None, now_us: int
    ) -> None:
        random = self._random.random
        steps = self._random.choices(_STEPS, cum_weights=_STEP_WEIGHTS, k=lengths[int(random() * len(lengths))])
        steps[0] = "page_view"
        if last is not None:
            steps.append(last)
        session_id = self._next_session
        self._next_session += 1
        device_id = 1 + int(DEVICES * random() ** _SKEW)
        ending = f'{self._profiles[device_id % _PROFILES_COUNT]},"device_id":{device_id},"session_id":{session_id}}}'
        moment_us = now_us
        for step in reversed(steps):
            messages.append(
                {
                    "value": f'{{"event_time":"{stamp(moment_us)}","customer_id":{customer_id},'
                    f'"event_type":"{step}",{ending}'
                }
            )
            moment_us -= int(_MEAN_GAP_US * (0.2 + 1.6 * random()))
