"""Keeps the donations database small: old arrivals and old seconds go, in small bites."""

from __future__ import annotations

import time
from typing import Any

from pydantic import SecretStr
from pymysql.connections import Connection

from rtdash.ingest.chore import Chore
from rtdash.model.engine import Engine
from rtdash.sources import donations
from rtdash.sources.mysql import explained, hang_up

_DEADLINE_S = 30.0
_KEEP_ARRIVALS_S = 300
"""And batches; the ids of both are microseconds of the epoch."""
_KEEP_SECONDS_DAYS = {Engine.MARIADB: 7, Engine.SINGLESTORE: 1}
"""On SingleStore the table is in memory: at 16 rows a second a day of it is 1.4 million rows."""
_A_BITE = 5_000


def housekeeping(dsn: SecretStr) -> Chore[Connection[Any]]:
    """Arrivals and batches stay 5 minutes, seconds 7 days, or 1 on SingleStore; totals and donations for ever."""
    return Chore(
        "housekeeping",
        every_s=10.0,
        connect=lambda: donations.connect(dsn, "housekeeping", deadline_s=_DEADLINE_S),
        work=_forget,
        cancel=hang_up,
    )


def _forget(connection: Connection[Any]) -> bool:
    oldest_arrival = int((time.time() - _KEEP_ARRIVALS_S) * 1e6)
    with explained(), connection.cursor() as cursor:
        engine = donations.engine_of(connection)
        bites = [
            cursor.execute("DELETE FROM donation_arrivals WHERE arrival_id < %s LIMIT %s", (oldest_arrival, _A_BITE)),
            cursor.execute(
                "DELETE FROM donation_seconds WHERE `second` < UTC_TIMESTAMP() - INTERVAL %s DAY LIMIT %s",
                (_KEEP_SECONDS_DAYS[engine], _A_BITE),
            ),
        ]
        if engine is Engine.MARIADB:
            bites.append(
                cursor.execute("DELETE FROM ingest_batches WHERE batch_id < %s LIMIT %s", (oldest_arrival, _A_BITE))
            )
    return _A_BITE in bites
