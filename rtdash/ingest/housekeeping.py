"""Keeps the donations database small: old arrivals and old seconds go, in small bites."""

from __future__ import annotations

import time
from typing import Any

from pydantic import SecretStr
from pymysql.connections import Connection

from rtdash.ingest.chore import Chore
from rtdash.sources import donations

_DEADLINE_S = 30.0
_KEEP_ARRIVALS_S = 300
_A_BITE = 5_000


def housekeeping(dsn: SecretStr) -> Chore[Connection[Any]]:
    """Arrivals are kept for 5 minutes, seconds for 7 days. Totals and donations stay."""
    return Chore(
        "housekeeping",
        every_s=10.0,
        connect=lambda: donations.connect(dsn, "housekeeping", deadline_s=_DEADLINE_S),
        work=_forget,
    )


def _forget(connection: Connection[Any]) -> bool:
    oldest_arrival = int((time.time() - _KEEP_ARRIVALS_S) * 1e6)
    with donations.explained(), connection.cursor() as cursor:
        bites = [
            cursor.execute("DELETE FROM donation_arrivals WHERE arrival_id < %s LIMIT %s", (oldest_arrival, _A_BITE)),
            cursor.execute(
                "DELETE FROM donation_seconds WHERE `second` < UTC_TIMESTAMP() - INTERVAL 7 DAY LIMIT %s", (_A_BITE,)
            ),
        ]
    return _A_BITE in bites
