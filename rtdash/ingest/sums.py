"""What a batch of donations adds to the sums that the panels read. Amounts are whole cents."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import repeat
from operator import itemgetter, mul
from typing import Any

from rtdash.model.donation import Donation
from rtdash.model.moment import iso_texts
from rtdash.model.places import CITIES

_PLACES = {city.name: (city.latitude, city.longitude) for city in CITIES}


@dataclass(frozen=True, slots=True)
class Sums:
    """Donations and cents of each second, campaign, city and organisation, and donations by their 10 ms."""

    donations: Counter[tuple[str, int, str, str]]
    cents: Counter[tuple[str, int, str, str]]
    moments: Counter[str]

    def second_rows(self) -> Iterator[tuple[object, ...]]:
        """Second, campaign, city, organisation, donations, amount."""
        for group, donations in sorted(self.donations.items()):
            yield (*group, donations, _euros(self.cents[group]))

    def total_rows(self) -> Iterator[tuple[object, ...]]:
        """Campaign, city, organisation, latitude, longitude, donations, amount."""
        donations: Counter[tuple[int, str, str]] = Counter()
        cents: Counter[tuple[int, str, str]] = Counter()
        for group, count in self.donations.items():
            donations[group[1:]] += count
            cents[group[1:]] += self.cents[group]
        for (campaign_id, city, organization), count in sorted(donations.items()):
            amount = _euros(cents[campaign_id, city, organization])
            yield (campaign_id, city, organization, *_PLACES[city], count, amount)

    def arrival_rows(self, first_id: int) -> Iterator[tuple[object, ...]]:
        """Arrival, time of production cut to 20 ms, donations."""
        arrivals: Counter[str] = Counter()
        for moment, count in self.moments.items():
            second, _, hundredths = moment.partition(".")
            arrivals[f"{second}.{int(hundredths or 0) // 2 * 2:02}0"] += count
        for number, (moment, count) in enumerate(sorted(arrivals.items())):
            yield (first_id + number, moment, count)


class Place:
    """What donations of one campaign, city and organisation share, with the end of their rows."""

    __slots__ = ("group", "row_end")

    def __init__(
        self, campaign_id: int, city: str, organization: str, latitude: float, longitude: float, is_active: bool
    ) -> None:
        self.group = (campaign_id, city, organization)
        self.row_end = f"\t{city}\t{latitude}\t{longitude}\t{organization}\t{campaign_id}\t{is_active:d}\n"


class _Places(dict[tuple[Any, ...], Place]):
    """Each place once, by what `_PLACE_OF` takes from a donation."""

    def __missing__(self, values: tuple[Any, ...]) -> Place:
        place = self[values] = Place(*values)
        return place


_PLACE_OF = itemgetter("campaign_id", "city", "organization", "latitude", "longitude", "is_campaign_active")
_DATE_OF, _AMOUNT_OF, _ID_OF = map(itemgetter, ("transaction_date", "total_amount", "transaction_id"))


def sums_of(donations: Sequence[Donation]) -> tuple[Sums, bytes]:
    """The sums of these donations, and their rows for LOAD DATA."""
    # Column by column: most of it then runs in C.
    places = list(map(_Places().__getitem__, map(_PLACE_OF, donations)))
    stamps = iso_texts(list(map(_DATE_OF, donations)))
    amounts = list(map(_AMOUNT_OF, donations))
    given: defaultdict[tuple[str, Place], list[float]] = defaultdict(list)
    for second, place, amount in zip([stamp[:19] for stamp in stamps], places, amounts, strict=True):
        given[second, place].append(amount)
    sums = Sums(Counter(), Counter(), Counter([stamp[:22] for stamp in stamps]))
    for (second, place), euros in given.items():
        group = (second, *place.group)
        sums.donations[group] += len(euros)
        sums.cents[group] += sum(map(round, map(mul, euros, repeat(100))))
    rows = [
        f"{number}\t{stamp}\t{amount:.2f}{place.row_end}"
        for number, stamp, amount, place in zip(map(_ID_OF, donations), stamps, amounts, places, strict=True)
    ]
    return sums, "".join(rows).encode()


def _euros(cents: int) -> Decimal:
    return Decimal(cents).scaleb(-2)
