"""A clickstream database with its schema, and the questions that several tests ask of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from pydantic import SecretStr
from world import World

from rtdash.resources import sql_folder
from rtdash.schema.apply import apply
from rtdash.servers.broker import PrivateBroker
from rtdash.servers.folders import DataFolder
from rtdash.settings import Settings
from rtdash.sources import citus, donations

ROLLUPS = ("live_aggregation", "five_minutely_aggregation", "hourly_aggregation")
COLUMNS = ("event_time", "customer_id", "event_type", "country", "browser", "device_id", "session_id")

# Groups that a table and the raw events do not have in common, or not with the same count and sketches.
_DIFFERENCE = """
SELECT * FROM (
    SELECT ROW({raw_keys})::text AS key, count(*) AS events,
        coalesce(hll_add_agg(hll_hash_bigint(device_id)), hll_empty()) AS devices,
        coalesce(hll_add_agg(hll_hash_bigint(session_id)), hll_empty()) AS sessions
    FROM events GROUP BY {raw_keys}
) AS raw
FULL JOIN (
    SELECT ROW({keys})::text AS key, event_count AS events,
        device_distinct_count AS devices, session_distinct_count AS sessions
    FROM {table} WHERE {where}
) AS kept USING (key)
WHERE raw.events IS DISTINCT FROM kept.events
   OR raw.devices IS DISTINCT FROM kept.devices OR raw.sessions IS DISTINCT FROM kept.sessions
"""


@dataclass(frozen=True, slots=True)
class Clickstream:
    """A database and how to work on it."""

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
        bins = {width: f"date_bin('{width}', event_time, timestamptz 'epoch')" for width in ("5 minutes", "1 hour")}
        found = {
            "5min": self.difference(
                connection, "rollup_events_5min", f"{group}, minute", f"{group}, {bins['5 minutes']}"
            ),
            "1hr": self.difference(connection, "rollup_events_1hr", f"{group}, hour", f"{group}, {bins['1 hour']}"),
        }
        for width, bucket in bins.items():
            of_width = f"width = '{width}'"
            found[f"totals {width}"] = self.difference(connection, "live_totals", "bucket", bucket, of_width)
            found[f"customers {width}"] = self.difference(
                connection, "live_customers", "customer_id, bucket", f"customer_id, {bucket}", of_width
            )
            for dimension in ("country", "event_type", "browser"):
                found[f"{dimension} {width}"] = self.difference(
                    connection,
                    "live_breakdowns",
                    "customer_id, bucket, value",
                    f"customer_id, {bucket}, {dimension}",
                    f"{of_width} AND dimension = '{dimension}'",
                )
        return {name: rows for name, rows in found.items() if rows}


@pytest.fixture
def clickstream(citus_dsn: SecretStr) -> Clickstream:
    """A new database with the clickstream's schema."""
    apply(citus_dsn, sql_folder("citus", "schema"), lambda _: None)
    return Clickstream(citus_dsn)


@pytest.fixture
def own_broker(server_folder: Path, citus_database: str) -> Iterator[PrivateBroker]:
    """A broker whose topics no other test has seen."""
    with DataFolder.open(server_folder / f"broker_{citus_database}") as data, PrivateBroker(data) as broker:
        yield broker


@pytest.fixture
def world(
    clickstream: Clickstream, donations_dsn: SecretStr, own_broker: PrivateBroker, tmp_path: Path
) -> Iterator[World]:
    """Both databases with their schema, a broker, and nothing in them."""
    apply(donations_dsn, sql_folder("mariadb", "schema"), lambda _: None)
    settings = Settings(
        citus_dsn=clickstream.dsn,
        donations_dsn=donations_dsn,
        kafka_bootstrap_servers=own_broker.bootstrap_servers,
        kafka_incarnation=own_broker.incarnation,
    )
    with closing(donations.connect(donations_dsn, "test")) as connection, clickstream.connect() as events:
        yield World(settings, own_broker, connection, events, tmp_path)
