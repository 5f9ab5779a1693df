"""Injected samples of the pages audience and cluster: a cluster of three nodes with one of its workers away."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from rtdash.model.data import Absent, Bar, Bars, Count, Counts, Data, Table

NOW = datetime(2026, 11, 22, 14, 3, 22, tzinfo=UTC)
HOUR_AGO = NOW.replace(hour=13, minute=0, second=0)

COUNTRIES = (
    "France", "Germany", "Italy", "Spain", "Belgium", "Switzerland", "Portugal", "Netherlands", "Austria", "Poland",
    "United Kingdom", "Ireland", "Denmark", "Sweden", "Norway", "Finland", "Czechia", "Greece", "Luxembourg", "unknown",
)  # fmt: skip
TYPES = ("page_view", "click", "scroll", "search", "donate", "share")
BROWSERS = ("Chrome", "Safari", "Firefox", "Edge", "Opera")


def _bars(labels: tuple[str, ...], largest: int) -> Bars:
    return Bars(tuple(Bar(label, largest * 3 // (3 + rank)) for rank, label in enumerate(labels)), HOUR_AGO)


AUDIENCE: dict[str, Data] = {
    "13_countries": _bars(COUNTRIES, 88_204),
    "14_event_types": _bars(TYPES, 190_511),
    "15_browsers": _bars(BROWSERS, 201_877),
    "16_customers": Table(
        ("customer", "events", "share %", "devices ±2.3 %", "sessions ±2.3 %"),
        (
            ("SmileFund", 601_204, Decimal("34.1"), 61_204, 128_009),
            ("WarmHearts", 480_992, Decimal("27.3"), 50_118, 101_744),
            ("PureJoy", 401_377, Decimal("22.8"), 41_003, 86_910),
            ("SunriseAid", 278_518, Decimal("15.8"), 29_644, 60_377),
        ),
        since=HOUR_AGO,
    ),
    "17_funnel": Counts(
        (
            Count("page_view", 377_040, 8671.9),
            Count("click, 46.0 %", 173_438, 3989.1),
            Count("donate, 5.1 %", 19_078, 438.8),
        ),
        HOUR_AGO,
    ),
}

_WORKERS = (("10.0.0.10:5432", "coordinator"), ("10.0.0.11:5432", "worker"), ("10.0.0.12:5432", "worker"))

CLUSTER: dict[str, Data] = {
    "18_rollups": Table(
        ("rollup", "behind s", "waiting", "new s ago", "events", "rows", "ms", "p95 ms", "runs"),
        (
            ("live", Decimal("0.8"), 8_120, Decimal(1), 10_004, 412, Decimal("61.2"), Decimal("88.0"), 598),
            ("5min", Decimal("22.1"), 221_300, Decimal(22), 600_112, 2_390, Decimal("702.9"), Decimal("811.4"), 10),
            ("1hr", Decimal("412.6"), 4_126_010, Decimal(412), 600_112, 2_401, Decimal("3204.7"), Decimal("3391.0"), 4),
        ),
        (None, None, "warn"),
    ),
    "19_raw_versus_rollup": Table(
        ("source", "events", "devices", "sessions", "ms", "× faster", "answers", "UTC window"),
        (
            ("live rollup", 50_112, 10_204, 18_377, Decimal("2.41"), Decimal("71.3"), "same", "13:55–14:00"),
            ("raw", 50_112, 10_204, 18_377, Decimal("171.80"), None, "same", "13:55–14:00"),
        ),
        (None, None),
    ),
    "20_partitions": Table(
        ("what", "value"),
        (
            ("partitions", "11"),
            ("ahead until", "2026-11-26 00:00 UTC"),
            ("oldest kept", "2026-11-15 00:00 UTC"),
            ("events outside", "312"),
            ("made by", "pg_partman 4"),
            ("retention", "7 days"),
        ),
        (None, None, None, "error", None, None),
    ),
    "21_jobs": Table(
        ("job", "schedule", "run by", "ran s ago", "status", "ms", "message"),
        (
            ("rollup_events_5min", "* * * * *", "pg_cron", Decimal(22), "succeeded", Decimal("702.9"), None),
            (
                "rollup_events_1hr", "* * * * *", "pg_cron", Decimal(382), "failed", Decimal("5001.3"),
                "canceling statement due to lock timeout",
            ),
            ("maintain_events", "3 * * * *", "pg_cron", Decimal(22), "succeeded", Decimal("160.2"), None),
        ),
        (None, "error", None),
    ),
    "22_nodes": Table(
        ("node", "role", "active", "reached by", "shards"),
        tuple(
            (node, role, True, reached, shards)
            for (node, role), reached, shards in zip(_WORKERS, ("2 of 2", "2 of 2", "0 of 2"), (0, 9, 9), strict=True)
        ),
        (None, None, "error"),
    ),
    "23_shards": Table(
        ("node", "shard groups", "shards", "size", "share %", "skew"),
        (
            ("10.0.0.11:5432", 16, 176, "1204 MB", Decimal("52.4"), Decimal("3.1")),
            ("10.0.0.12:5432", 16, 176, "1094 MB", Decimal("47.6"), Decimal("1.4")),
        ),
        (None, None),
    ),
    "24_tenants": Table(
        ("customer", "calls", "time s", "ms a call", "share %"),
        tuple(
            (str(customer), calls, Decimal(calls // 50) / 10, Decimal("2.00"), share)
            for customer, calls, share in (
                (1, 88_204, Decimal("61.4")),
                (3, 31_009, Decimal("21.6")),
                (2, 16_110, Decimal("11.2")),
                (4, 8_377, Decimal("5.8")),
            )
        ),
    ),
}  # fmt: skip

PLAIN: dict[str, Data] = dict.fromkeys(("22_nodes", "23_shards", "24_tenants"), Absent("not a Citus cluster"))
"""The same pages on a plain PostgreSQL."""
