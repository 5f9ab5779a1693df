"""Injected samples: what every panel and probe would have answered, the same at each run."""

from __future__ import annotations

import math
from datetime import timedelta
from decimal import Decimal

from rtdash.model.data import (
    Bar,
    Bars,
    Count,
    Counts,
    Data,
    Line,
    Place,
    Places,
    Series,
    Sparklines,
    Stat,
    Table,
)
from rtdash.model.places import CITIES, ORGANIZATIONS
from rtdash.model.sample import Sample
from rtdash.model.shards import Shards
from tests.pilot.cluster import AUDIENCE, CLUSTER, NOW

FOUR = [city for city in CITIES if city.name in {"Amiens", "Brest", "Pau", "Tours"}]
AMOUNTS = {"Brest": 101_204, "Amiens": 98_310, "Tours": 46_422, "Pau": 25_113}


def _wave(phase: float) -> tuple[float, ...]:
    return tuple(
        round(1500 + 900 * math.sin(phase + second / 3) + 400 * math.cos(phase + second), 2) for second in range(35)
    )


def _hours() -> Line:
    at = tuple(NOW.replace(minute=0, second=0) - timedelta(hours=hours) for hours in range(48, -1, -1))
    events = tuple(1200 + 900 * math.sin((time.hour - 8) / 24 * 2 * math.pi) for time in at)
    return Line(
        at, ("events", "devices", "sessions"), (events, tuple(v * 0.3 for v in events), tuple(v * 0.5 for v in events))
    )


CAMPAIGN_COLUMNS = (
    "campaign_id", "name", "state", "cities", "rate_per_s", "real_rate_per_s", "generated", "acked", "failed",
    "unknown", "loaded", "raised", "started_at", "ended_at", "heartbeat_age_s", "visit_fraction", "events_generated",
    "events_acked", "note", "server_now",
)  # fmt: skip
CITY_NAMES = '["Amiens", "Brest", "Pau", "Tours"]'

DATA: dict[str, Data] = {
    "01_donations": Stat(384_198),
    "02_amount": Stat(Decimal("2112905.09")),
    "03_best": Stat(Decimal("138402.50"), "Brest · WarmHearts"),
    "04_map": Places(tuple(Place(c.name, c.latitude, c.longitude, Decimal(AMOUNTS[c.name])) for c in FOUR)),
    "05_organizations": Bars(tuple(Bar(o.name, Decimal(561_220 - 20_000 * i)) for i, o in enumerate(ORGANIZATIONS))),
    "06_cities_live": Sparklines(tuple(Series(c.name, _wave(i)) for i, c in enumerate(FOUR)), NOW),
    "07_organizations_live": Bars(tuple(Bar(o.name, Decimal(81_022 - 4_000 * i)) for i, o in enumerate(ORGANIZATIONS))),
    "08_last_15_minutes": Counts(
        (Count("events", 1_204_991, None), Count("devices", 81_204, 1_867.7)), NOW.replace(minute=45, second=0)
    ),
    "09_last_7_days": Counts(
        (Count("events", 9_204_991, None), Count("devices", 181_204, 4_167.7), Count("sessions", 2_240_118, 51_522.7)),
        NOW - timedelta(days=7),
    ),
    "10_by_hour": _hours(),
    "11_customer_last_15_minutes": Counts(
        (Count("events", 310_551, None), Count("devices", 44_020, 1_012.4)), NOW.replace(minute=45, second=0)
    ),
    "12_top_devices": Bars(
        tuple(
            Bar(str(device), events)
            for device, events in zip(
                (18203, 99127, 441, 70018, 5519, 12, 907, 5, 77, 31), range(812, 0, -80), strict=False
            )
        )
    ),
    **AUDIENCE,
    **CLUSTER,
    "campaigns": Table(
        CAMPAIGN_COLUMNS,
        (
            (
                2,
                "spring",
                "running",
                CITY_NAMES,
                2000,
                2004.1,
                384_198,
                384_190,
                0,
                0,
                384_190,
                Decimal("2112905.09"),
                NOW - timedelta(seconds=192),
                None,
                0.2,
                0.25,
                960_000,
                959_000,
                None,
                NOW,
            ),
            (
                1,
                "winter",
                "ended",
                CITY_NAMES,
                200,
                0.0,
                60_000,
                60_000,
                0,
                0,
                60_000,
                Decimal("329871.20"),
                NOW - timedelta(seconds=900),
                NOW - timedelta(seconds=600),
                600.0,
                1.0,
                600_000,
                600_000,
                None,
                NOW,
            ),
        ),
    ),
    "delivery": Table(
        ("incarnation", "lag", "loaded", "dead", "lost", "duplicates", "silent_s"), (("a", 212, 384_190, 0, 0, 0, 0.1),)
    ),
    "arrivals": Table(("arrival_id", "produced_at", "donations", "server_now"), ((None, None, None, NOW),)),
    "clickstream_lag": Table(
        ("behind_s", "history_until", "silent_s", "lag", "dead", "lost"), ((0.8, None, 0.2, 0, 0, 0),)
    ),
}


# How many shards of a cluster would have answered; the others ask no distributed table.
SHARDS = {panel_id: Shards(1) for panel_id in ("13_countries", "14_event_types", "15_browsers")} | {
    panel_id: Shards(32, is_all=True) for panel_id in ("16_customers", "17_funnel")
}


def sample(
    panel_id: str,
    now: float,
    *,
    latency_ms: float = 1.4,
    data: Data | None = None,
    error: str | None = None,
    is_server_down: bool = False,
    shards: Shards | None = None,
) -> Sample:
    """A sample of `panel_id` that has just arrived."""
    return Sample(
        panel_id=panel_id,
        started_at=now,
        finished_at=now + latency_ms / 1000,
        data=None if error else data or DATA[panel_id],
        error=error,
        execute_ms=latency_ms,
        is_server_down=is_server_down,
        shards=shards,
    )
