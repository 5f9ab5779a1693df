"""Injected samples: what every panel and probe would have answered, the same at each run."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from decimal import Decimal

from rtdash.model.data import (
    Bar,
    Bars,
    Cell,
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
from tests.pilot.pipeline import PIPELINE

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


CITY_NAMES = '["Amiens", "Brest", "Pau", "Tours"]'
BRAKED = "braked by lag: 13,092 acked, not known to be loaded"
AWAITED = "stopping: waiting for 212 delivery reports"


def campaign(campaign_id: int, name: str, state: str, **changes: Cell) -> dict[str, Cell]:
    """A row of the probe: a campaign that has not done anything yet, but for the changes."""
    row: dict[str, Cell] = {
        "campaign_id": campaign_id, "name": name, "state": state, "cities": CITY_NAMES, "rate_per_s": 200,
        "real_rate_per_s": 0.0, "generated": 0, "acked": 0, "failed": 0, "unknown": 0, "loaded": 0,
        "raised": Decimal(0), "starts_at": None, "ends_at": None, "wanted": None, "started_at": None, "ended_at": None,
        "heartbeat_age_s": 0.2, "visit_fraction": 1.0, "note": "", "server_now": NOW,
    }  # fmt: skip
    return row | changes


def campaigns(*rows: dict[str, Cell]) -> Table:
    """What the probe answers with these rows."""
    return Table(tuple(campaign(0, "", "")), tuple(tuple(row.values()) for row in rows))


def ago(seconds: float) -> datetime:
    return NOW - timedelta(seconds=seconds)


SPRING = campaign(
    2, "spring", "running", rate_per_s=2000, real_rate_per_s=2004.1, generated=384_198, acked=384_190, loaded=384_190,
    raised=Decimal("2112905.09"), started_at=ago(192), visit_fraction=0.25,
)  # fmt: skip
WINTER = campaign(
    1, "winter", "ended", generated=60_000, acked=60_000, loaded=60_000, raised=Decimal("329871.20"),
    started_at=ago(900), ended_at=ago(600), heartbeat_age_s=600.0,
)  # fmt: skip
MANY = campaigns(
    campaign(7, "Christmas", "planned", rate_per_s=10_000, starts_at=ago(-25), ends_at=ago(-325)),
    campaign(
        6, "spring", "running", rate_per_s=10_000, real_rate_per_s=4211.7, generated=384_198, acked=384_190,
        loaded=371_098, raised=Decimal("2042905.09"), started_at=ago(192), ends_at=ago(-408), note=BRAKED,
        visit_fraction=0.25,
    ),
    campaign(
        5, "a winter that is longer than its column", "stopping", real_rate_per_s=0.4, generated=60_212, acked=60_000,
        loaded=59_988, raised=Decimal("329871.20"), started_at=ago(300), wanted=100_000, note=AWAITED,
        cities='["Clermont-Ferrand", "La Rochelle", "Versailles", "Perpignan", "Pau", "Brest"]',
    ),
    campaign(
        4, "autumn", "lost", rate_per_s=50_000, generated=903_311, acked=901_204, unknown=2_107, loaded=901_950,
        raised=Decimal("4987120.00"), started_at=ago(1200), ended_at=ago(960), heartbeat_age_s=960.0,
    ),
    WINTER,
)  # fmt: skip
"""Each state once: braked, awaited, over."""

CONSERVATION_COLUMNS = (
    "generated", "acked", "failed", "unknown", "events_generated", "events_acked", "events_failed", "events_unknown",
    "loaded", "lag", "dead", "lost", "duplicates", "unseen_s",
)  # fmt: skip

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
    **PIPELINE,
    "campaigns": campaigns(SPRING, WINTER),
    "delivery": Table(
        ("lag", "dead", "lost", "duplicates", "silent_s", "unseen_s", "trouble"),
        ((212, 0, 0, 0, 0.1, 0.1, "ingest silent"),),
    ),
    "conservation": Table(
        CONSERVATION_COLUMNS, ((444_198, 444_190, 0, 0, 1_560_000, 1_559_000, 0, 0, 443_978, 212, 0, 0, 0, 0.1),)
    ),
    "conservation_events": Table(
        ("loaded", "lag", "dead", "lost", "duplicates", "unseen_s"), ((1_558_600, 400, 0, 0, 0, 0.1),)
    ),
    "arrivals": Table(("arrival_id", "produced_at", "donations", "server_now"), ((None, None, None, NOW),)),
    "clickstream_lag": Table(
        ("behind_s", "history_until", "silent_s", "lag", "dead", "lost", "rolling_up", "checkpoint"),
        ((0.8, None, 0.2, 0, 0, 0, "live, 5min", True),),
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
    missed_ms: tuple[float, ...] = (),
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
        missed_ms=missed_ms,
    )
