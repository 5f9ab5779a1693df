"""Asks the panels of the pipeline, of either engine.

No SingleStore is here. Its views are tables of the same names and columns in a MariaDB, by SingleStore's documentation:
that shows what the queries say of such rows, not that SingleStore takes them.
"""

from __future__ import annotations

from typing import Any

from pymysql.connections import Connection

from rtdash.model.data import Table
from rtdash.model.engine import Engine
from rtdash.panels import catalog
from rtdash.panels.decode import decode
from rtdash.sources.pipeline import Pipeline

SPECS = {engine: {spec.id: spec for spec in catalog.load(engine=engine)} for engine in Engine}
VIEWS = """
CREATE TABLE PIPELINES (DATABASE_NAME VARCHAR(99), PIPELINE_NAME VARCHAR(99), CONFIG_JSON LONGTEXT, STATE VARCHAR(99));
CREATE TABLE PIPELINES_CURSORS (DATABASE_NAME VARCHAR(99), PIPELINE_NAME VARCHAR(99), SOURCE_TYPE VARCHAR(99),
    SOURCE_PARTITION_ID VARCHAR(99), EARLIEST_OFFSET BIGINT, LATEST_OFFSET BIGINT, CURSOR_OFFSET BIGINT,
    UPDATED_UNIX_TIMESTAMP DOUBLE);
CREATE TABLE PIPELINES_BATCHES_SUMMARY (DATABASE_NAME VARCHAR(99), PIPELINE_NAME VARCHAR(99), BATCH_ID BIGINT,
    BATCH_STATE VARCHAR(99), START_TIME DATETIME(6), BATCH_TIME DOUBLE, ROWS_PER_SEC DOUBLE, ROWS_STREAMED BIGINT);
CREATE TABLE PIPELINES_ERRORS (DATABASE_NAME VARCHAR(99), PIPELINE_NAME VARCHAR(99), ERROR_UNIX_TIMESTAMP DOUBLE,
    ERROR_TYPE VARCHAR(99), ERROR_CODE BIGINT, ERROR_MESSAGE LONGTEXT, LOAD_DATA_LINE LONGTEXT, BATCH_ID BIGINT,
    BATCH_SOURCE_PARTITION_ID VARCHAR(99))"""


class Desk:
    """Asks the panels of one engine, and puts rows before them."""

    def __init__(self, connection: Connection[Any], engine: Engine) -> None:
        self._connection = connection
        self._engine = engine

    def run(self, statement: str, *values: object) -> tuple[tuple[str, ...], list[tuple[Any, ...]]]:
        with self._connection.cursor() as cursor:
            cursor.execute(statement, values)
            return tuple(column[0] for column in cursor.description or ()), list(cursor.fetchall())

    def put(self, table: str, **row: object) -> None:
        """A row of a table or view; what belongs to all of them is known."""
        if table.startswith("PIPELINES"):
            database = self.run("SELECT DATABASE()")[1][0][0]
            row = {"DATABASE_NAME": database, "PIPELINE_NAME": "donations"} | row
        self.run(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({', '.join(['%s'] * len(row))})", *row.values())

    def put_batch(self, s_ago: float, loaded: int, dead: int = 0) -> None:
        """What ingest loaded then."""
        self.run(
            "INSERT INTO ingest_batches VALUES ((UNIX_TIMESTAMP(NOW(6)) - %s) * 1000000, %s, %s, 0, 50)",
            s_ago,
            loaded,
            dead,
        )

    def put_offsets(self, partition_id: int, next_offset: int, end: int, s_ago: float = 0.1, life: str = "a") -> None:
        """How far ingest had come then."""
        self.run(
            "INSERT INTO ingest_offsets (incarnation, topic, partition_id, next_offset, latest_offset, dead,"
            " updated_at) VALUES (%s, 'donations', %s, %s, %s, 3, UTC_TIMESTAMP(6) - INTERVAL %s MICROSECOND)",
            life,
            partition_id,
            next_offset,
            end,
            int(1e6 * s_ago),
        )

    @property
    def epoch_s(self) -> float:
        """What time it is on the server."""
        return float(self.run("SELECT UNIX_TIMESTAMP(NOW(6))")[1][0][0])

    def state(self) -> str | None:
        """What `rtdash pipeline status` says."""
        return Pipeline(self._connection).state()

    def ask(self, panel_id: str) -> Table:
        """What the panel draws."""
        spec = SPECS[self._engine][panel_id]
        columns, rows = self.run(spec.sql.replace("information_schema.", "").replace("%", "%%"))
        data = decode(spec, columns, rows)
        assert isinstance(data, Table)
        return data

    def record(self, panel_id: str) -> dict[str, Any]:
        """Its only row, with the flag."""
        table = self.ask(panel_id)
        (row,) = table.records()
        return {**row, "flag": table.flags[0] if table.flags else None}
