"""The messages that are sent: those of a campaign, by its own makers, written before the clock runs."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from random import Random

from rtdash.campaigns.donors import Donors, Message
from rtdash.campaigns.visits import EVENTS_A_DONATION, Visits
from rtdash.model.campaign import Campaign

_A_SLICE = 2_000
_MANY = 1_000_000


def slices(
    campaign: Campaign, now_us: int, donations_per_s: float, visit_fraction: float
) -> Iterator[tuple[list[bytes], list[bytes]]]:
    """Without end: 2,000 donations, and the events of this fraction of their visits.

    They tell of times from `now_us` (of the Unix epoch) on, at this rate.
    """
    clock = itertools.count(now_us, round(1e6 / donations_per_s))
    donors = Donors(campaign, clock.__next__, Random(1))  # noqa: S311
    visits = Visits(campaign, _MANY, Random(2))  # noqa: S311
    visits.set_rate(_MANY / EVENTS_A_DONATION / visit_fraction)
    while True:
        messages, pairs = donors.make(_A_SLICE)
        yield _encoded(messages), _encoded(visits.make(pairs, next(clock)))


def _encoded(messages: Iterable[Message]) -> list[bytes]:
    return [message["value"].encode() for message in messages]
