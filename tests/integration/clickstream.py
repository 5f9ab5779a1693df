"""A clickstream database with its schema, and the questions that several tests ask of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import psycopg
from pydantic import SecretStr

from rtdash.sources import citus

ROLLUPS = ("live_aggregation", "five_minutely_aggregation", "hourly_aggregation")
COLUMNS = ("event_time", "customer_id", "event_type", "country", "browser", "device_id", "session_id")

# Groups that a table and the raw events do not have in common, or not with the same count and sketches. Materialized,
# so that Citus joins two results; times as numbers, since a worker writes them in a time zone of its own.
_DIFFERENCE = """
WITH raw AS MATERIALIZED (
    SELECT jsonb_build_array({raw_keys}) AS key, count(*) AS events,
        coalesce(hll_add_agg(hll_hash_bigint(device_id)), hll_empty()) AS devices,
        coalesce(hll_add_agg(hll_hash_bigint(session_id)), hll_empty()) AS sessions
    FROM events GROUP BY {raw_keys}
), kept AS MATERIALIZED (
    SELECT jsonb_build_array({keys}) AS key, event_count AS events,
        device_distinct_count AS devices, session_distinct_count AS sessions
    FROM {table} WHERE {where}
)
SELECT * FROM raw FULL JOIN kept USING (key)
WHERE raw.events IS DISTINCT FROM kept.events
   OR raw.devices IS DISTINCT FROM kept.devices OR raw.sessions IS DISTINCT FROM kept.sessions
"""


@dataclass(frozen=True, slots=True)
class Clickstream:
    """A place with the clickstream's schema, and how to work on it."""

    dsn: SecretStr

    def connect(self) -> psycopg.Connection[tuple[Any, ...]]:
        return citus.connect(self.dsn, "test")

    def insert(self, connection: psycopg.Connection[Any], *rows: dict[str, Any]) -> None:
        """Insert events; what a row leaves out is NULL, or now and customer 1."""
        now = datetime.now(UTC)
        with connection.cursor() as cursor, cursor.copy(f"COPY events ({', '.join(COLUMNS)}) FROM STDIN") as copy:
            for row in rows:
                whole = {"event_time": now, "customer_id": 1} | row
                copy.write_row([whole.get(name) for name in COLUMNS])

    def roll_up(self, connection: psycopg.Connection[Any], *functions: str) -> None:
        """Run rollups, all three by default, until nothing is left."""
        for function in functions or ROLLUPS:
            start_id, end_id = 0, 0
            while start_id <= end_id:
                start_id, end_id = connection.execute(f"SELECT start_id, end_id FROM {function}()").fetchone()

    def difference(
        self, connection: psycopg.Connection[Any], table: str, keys: str, raw_keys: str, where: str = "true"
    ):
        """Groups in which a table differs from the raw events."""
        statement = _DIFFERENCE.format(table=table, keys=keys, raw_keys=raw_keys, where=where)
        return connection.execute(statement).fetchall()

    def differences(self, connection: psycopg.Connection[Any]) -> dict[str, list[Any]]:
        """Of every rollup and live table, the groups in which it differs from the raw events. {} when all is right."""
        group = "customer_id, event_type, country, browser"
        bins = {
            width: f"extract(epoch FROM date_bin('{width}', event_time, timestamptz 'epoch'))"
            for width in ("5 minutes", "1 hour")
        }
        bucket = "extract(epoch FROM bucket)"
        found = {
            "5min": self.difference(
                connection,
                "rollup_events_5min",
                f"{group}, extract(epoch FROM minute)",
                f"{group}, {bins['5 minutes']}",
            ),
            "1hr": self.difference(
                connection, "rollup_events_1hr", f"{group}, extract(epoch FROM hour)", f"{group}, {bins['1 hour']}"
            ),
        }
        for width, raw_bucket in bins.items():
            of_width = f"width = '{width}'"
            found[f"totals {width}"] = self.difference(connection, "live_totals", bucket, raw_bucket, of_width)
            found[f"customers {width}"] = self.difference(
                connection, "live_customers", f"customer_id, {bucket}", f"customer_id, {raw_bucket}", of_width
            )
            for dimension in ("country", "event_type", "browser"):
                found[f"{dimension} {width}"] = self.difference(
                    connection,
                    "live_breakdowns",
                    f"customer_id, {bucket}, value",
                    f"customer_id, {raw_bucket}, {dimension}",
                    f"{of_width} AND dimension = '{dimension}'",
                )
        return {name: rows for name, rows in found.items() if rows}
