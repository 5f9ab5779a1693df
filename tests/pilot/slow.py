"""A slow log of a busy minute, the same at each run."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, timedelta

from rtdash.model.slow import SlowQuery
from tests.pilot.samples import NOW

SLOW = SlowQuery(
    at=NOW.astimezone(UTC),
    panel_id="03_best",
    title="Best city and organisation",
    server="MariaDB",
    threshold_ms=200.0,
    waited_ms=31.0,
    connect_ms=0.0,
    execute_ms=251.4,
    fetch_ms=8.3,
    decode_ms=0.2,
    draw_ms=0.6,
    campaigns=("spring 2,004/s",),
    lag=212,
    behind_s=0.8,
    beside=("Total amount", "Amount by city"),
)


def before(seconds: float, **changes: object) -> SlowQuery:
    return replace(SLOW, at=SLOW.at - timedelta(seconds=seconds), **changes)


def _row(number: int) -> SlowQuery:
    if number == 4:
        return before(
            4 * number, panel_id="10_by_hour", title="By hour", execute_ms=5000.0, error="no answer within 5 s"
        )
    if number % 3 == 1:
        customer = {"panel_id": "11_customer_last_15_minutes", "title": "Last 15 minutes", "server": "PostgreSQL"}
        return before(
            4 * number, **customer, parameters={"customer_id": 2}, waited_ms=420.0, fetch_ms=90.0, beside=(), lag=None
        )
    return before(4 * number, execute_ms=230.0 + (37 * number) % 700)


LOG = [_row(number) for number in range(60)]
"""The newest first."""
