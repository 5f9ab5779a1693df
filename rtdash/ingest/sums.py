"""What a batch of donations adds to the sums that the panels read. Amounts are whole cents."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from rtdash.model.donation import Donation
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
            arrivals[moment[:-1] + str(int(moment[-1]) // 2 * 2) + "0"] += count
        for number, (moment, count) in enumerate(sorted(arrivals.items())):
            yield (first_id + number, moment, count)


class _Group:
    """What donations of the same second and place share, with the text of their rows."""

    __slots__ = ("cents", "donations", "ending", "place")

    def __init__(self, donation: Donation) -> None:
        self.donations = 0
        self.cents = 0
        self.place = f"\t{donation.city}\t{donation.latitude}\t{donation.longitude}\t{donation.organization}\t"
        self.ending = f"\t{donation.campaign_id}\t{donation.is_campaign_active:d}\n"


def sums_of(donations: Iterable[Donation]) -> tuple[Sums, bytes]:
    """The sums of these donations, and their rows for LOAD DATA."""
    groups: dict[tuple[str, int, str, str, float, float, bool], _Group] = {}
    moments: dict[str, int] = {}
    lines: list[str] = []
    for one in donations:
        stamp = one.transaction_date.isoformat(" ", "microseconds")
        key = (
            stamp[:19], one.campaign_id, one.city, one.organization, one.latitude, one.longitude, one.is_campaign_active
        )  # fmt: skip
        group = groups.get(key)
        if group is None:
            group = groups[key] = _Group(one)
        cents = round(one.total_amount * 100)
        group.donations += 1
        group.cents += cents
        moment = stamp[:22]
        moments[moment] = moments.get(moment, 0) + 1
        lines.append(f"{one.transaction_id}{group.place}{stamp}\t{cents // 100}.{cents % 100:02d}{group.ending}")
    sums = Sums(Counter(), Counter(), Counter(moments))
    for key, group in groups.items():
        sums.donations[key[:4]] += group.donations
        sums.cents[key[:4]] += group.cents
    return sums, "".join(lines).encode()


def _euros(cents: int) -> Decimal:
    return Decimal(cents).scaleb(-2)
