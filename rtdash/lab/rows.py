"""The donations of the lab: as campaigns make them, the same for every layout, a chunk at a time.

Made column by column and written with prepared pieces, as LOAD DATA reads them: 10 million rows take seconds of ours.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from random import Random

from rtdash.campaigns.clock import stamp
from rtdash.campaigns.donors import AMOUNTS
from rtdash.campaigns.weights import WanderingWeights, cumulative
from rtdash.ingest.sums import Place, Sums
from rtdash.model.campaign import CITIES_A_CAMPAIGN
from rtdash.model.places import CITIES, ORGANIZATIONS, City
from rtdash.model.transaction_id import transaction_id

CAMPAIGNS = 10
"""One after the other; the last runs, and has half of all rows."""
RATE_PER_S = 2_000
"""Of the past: it reaches back at this rate."""
CHUNK = 100_000
_SECOND_US = 1_000_000
_CENTS = range(min(AMOUNTS), max(AMOUNTS) + 1)


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some donations: how many, their lines for LOAD DATA, and what they add up to."""

    count: int
    lines: bytes
    sums: Sums


def first_rows(rows: int) -> list[int]:
    """With which row, from 0, each campaign begins, and the end of the last."""
    past = rows // 2
    return [past * campaign // (CAMPAIGNS - 1) for campaign in range(CAMPAIGNS)] + [rows]


class Rows:
    """A source of donations; those of one seed, asked in the same way, are the same."""

    def __init__(self, seed: int = 1) -> None:
        self._random = Random(seed)  # noqa: S311
        self._cities = WanderingWeights(CITIES_A_CAMPAIGN, self._random)
        self._organizations = WanderingWeights(len(ORGANIZATIONS), self._random)
        self._places = range(CITIES_A_CAMPAIGN * len(ORGANIZATIONS))
        self._weights: list[float] = []
        self._second = -1
        self._made: Counter[int] = Counter()

    def past(self, rows: int, end_us: int) -> Iterator[Chunk]:
        """So many, up to `end_us` (microseconds of the Unix epoch)."""
        step_us = _SECOND_US // RATE_PER_S
        bounds = first_rows(rows)
        for start in range(0, rows, CHUNK):
            lines: list[str] = []
            sums = Sums(Counter(), Counter(), Counter())
            end = min(start + CHUNK, rows)
            for number, (first, last) in enumerate(pairwise(bounds), 1):
                begin, count = max(first, start), min(last, end) - max(first, start)
                if count > 0:
                    self._add(lines, sums, number, end_us - (rows - begin) * step_us, step_us, count)
            yield Chunk(end - start, "".join(lines).encode(), sums)

    def current(self, start_us: int, end_us: int, count: int) -> Chunk:
        """So many of the campaign that runs, spread evenly over this time."""
        lines: list[str] = []
        sums = Sums(Counter(), Counter(), Counter())
        self._add(lines, sums, CAMPAIGNS, start_us, max(1, (end_us - start_us) // count), count)
        # What just came in is told by its hundredths of a second; nobody asks that of the past.
        sums.moments.update(line.split("\t", 2)[1][:22] for line in lines)
        return Chunk(count, "".join(lines).encode(), sums)

    def _add(self, lines: list[str], sums: Sums, campaign_id: int, start_us: int, step_us: int, count: int) -> None:
        """Second by second, since the sums are those of seconds, and tastes wander with each."""
        while count:
            second, micros = divmod(start_us, _SECOND_US)
            some = min(count, -((micros - _SECOND_US) // step_us))
            self._add_of_second(lines, sums, campaign_id, second, range(micros, micros + some * step_us, step_us))
            start_us, count = start_us + some * step_us, count - some

    def _add_of_second(self, lines: list[str], sums: Sums, campaign_id: int, second: int, micros: range) -> None:
        count = len(micros)
        places = _places(campaign_id)
        chosen = self._random.choices(self._places, cum_weights=self._weights_in(second), k=count)
        cents = self._random.choices(_CENTS, k=count)
        moment = stamp(second * _SECOND_US)[:-6]
        first_id = transaction_id(campaign_id, 0, self._made[campaign_id])
        self._made[campaign_id] += count
        lines += [
            f"{number}\t{moment}{micro:06}\t{AMOUNTS[amount]}{places[place].row_end}"
            for number, micro, amount, place in zip(
                range(first_id, first_id + count), micros, cents, chosen, strict=True
            )
        ]
        given = [0] * len(places)
        for place, amount in zip(chosen, cents, strict=True):
            given[place] += amount
        for place, donations in Counter(chosen).items():
            group = (moment[:-1], *places[place].group)
            sums.donations[group] += donations
            sums.cents[group] += given[place]

    def _weights_in(self, second: int) -> list[float]:
        if second != self._second:
            self._second = second
            self._cities.walk()
            self._organizations.walk()
            organizations = self._organizations.weights()
            self._weights = cumulative([city * one for city in self._cities.weights() for one in organizations])
        return self._weights


def cities_of(campaign_id: int) -> tuple[City, ...]:
    """Where a campaign collects."""
    first = CITIES_A_CAMPAIGN * (campaign_id - 1) % len(CITIES)
    return tuple(CITIES[first : first + CITIES_A_CAMPAIGN])


@cache
def _places(campaign_id: int) -> list[Place]:
    """Each of its cities and organisations once, for a campaign that is the current one or has ended."""
    return [
        Place(campaign_id, city.name, one.name, city.latitude, city.longitude, campaign_id == CAMPAIGNS)
        for city in cities_of(campaign_id)
        for one in ORGANIZATIONS
    ]
