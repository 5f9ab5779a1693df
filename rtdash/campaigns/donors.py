"""Makes donations: who gives how much to whom, written as messages.

The JSON is put together from prepared pieces, since encoding each message from objects costs several times as much.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from rtdash.campaigns.clock import stamp
from rtdash.campaigns.weights import WanderingWeights, cumulative
from rtdash.model.campaign import Campaign
from rtdash.model.places import CITIES, ORGANIZATIONS, City, Organization
from rtdash.model.transaction_id import SEQUENCE_BITS, transaction_id

AMOUNTS = {cents: f"{cents // 100}.{cents % 100:02d}" for cents in range(100, 1001)}
"""1.00 … 10.00 by their cents, as JSON numbers."""
_AMOUNTS = list(AMOUNTS.values())

Message = dict[str, Any]
"""As `produce_batch` takes it: {"value": JSON}."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A city and an organisation, with what each of their messages says of them."""

    customer_id: int
    text: str


class Donors:
    """The donors of one runner. Ids count up, so two runners of a campaign need two producer numbers."""

    def __init__(self, campaign: Campaign, now_us: Callable[[], int], random: Random) -> None:
        self._now_us = now_us
        self._random = random
        cities = [city for city in CITIES if city.name in campaign.cities]
        organizations = [one for one in ORGANIZATIONS if one.name in campaign.organizations]
        self._pairs = [_pair(city, organization) for city in cities for organization in organizations]
        self._city_weights = WanderingWeights(len(cities), random)
        self._organization_weights = WanderingWeights(len(organizations), random)
        self._cumulative = self._weights()
        self._ending = f',"campaign_id":{campaign.campaign_id},"is_campaign_active":true}}'
        self._next_id = transaction_id(campaign.campaign_id, campaign.producer, 0)
        self._end_of_ids = self._next_id + (1 << SEQUENCE_BITS)

    def walk(self) -> None:
        """Let the tastes wander, once a second."""
        self._city_weights.walk()
        self._organization_weights.walk()
        self._cumulative = self._weights()

    def make(self, count: int) -> tuple[list[Message], list[Pair]]:
        """`count` donations as messages for `produce_batch`, and where each came from. Stamped one by one."""
        first = self._next_id
        if first + count > self._end_of_ids:
            raise ValueError("the campaign has used up its transaction ids")
        self._next_id += count
        pairs = self._random.choices(self._pairs, cum_weights=self._cumulative, k=count)
        amounts = self._random.choices(_AMOUNTS, k=count)
        now_us, ending = self._now_us, self._ending
        messages = [
            {
                "value": f'{{"transaction_id":{number},{pair.text},"transaction_date":"{stamp(now_us())}",'
                f'"total_amount":{amount}{ending}'
            }
            for number, pair, amount in zip(range(first, first + count), pairs, amounts, strict=True)
        ]
        return messages, pairs

    def _weights(self) -> list[float]:
        organizations = self._organization_weights.weights()
        return cumulative([city * one for city in self._city_weights.weights() for one in organizations])


def _pair(city: City, organization: Organization) -> Pair:
    fields = {
        "city": city.name,
        "latitude": city.latitude,
        "longitude": city.longitude,
        "organization": organization.name,
    }
    text = json.dumps(fields, ensure_ascii=False, separators=(",", ":"))
    return Pair(organization.customer_id, text.removeprefix("{").removesuffix("}"))


def choose_cities(names: Sequence[str], count: int, random: Random) -> tuple[str, ...]:
    """Each of the named cities once, or `count` of the twenty at random when none is named."""
    return tuple(dict.fromkeys(names)) or tuple(random.sample([city.name for city in CITIES], count))
