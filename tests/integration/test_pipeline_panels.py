"""The panels of the pipeline: one look for both engines, and nothing that is broken looks as if it were empty.

No SingleStore is here. Its views are tables of the same names and columns in a MariaDB, by SingleStore's documentation:
that shows what the queries say of such rows, not that SingleStore takes them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import SecretStr
from pymysql.connections import Connection

from rtdash.model.data import Table
from rtdash.model.engine import Engine
from rtdash.panels import catalog
from rtdash.panels.decode import decode
from rtdash.resources import sql_folder
from rtdash.schema.apply import apply
from rtdash.sources import donations

SPECS = {engine: {spec.id: spec for spec in catalog.load(engine=engine)} for engine in Engine}
BOTH = ("delivery", "25_pipeline", "26_lag", "27_batches", "28_dead_letters")
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


@pytest.fixture
def desk_of(donations_dsn: SecretStr) -> Iterator[Callable[[Engine], Desk]]:
    """A desk at a database that has the tables of ingest and SingleStore's views."""
    apply(donations_dsn, sql_folder("mariadb", "schema"), lambda _: None)
    with closing(donations.connect(donations_dsn, "test")) as connection:
        for statement in VIEWS.split(";\n"):
            connection.cursor().execute(statement)
        yield lambda engine: Desk(connection, engine)


@pytest.fixture
def ingest(desk_of: Callable[[Engine], Desk]) -> Desk:
    return desk_of(Engine.MARIADB)


@pytest.fixture
def pipeline(desk_of: Callable[[Engine], Desk]) -> Desk:
    """Its clock is not in UTC, and cannot be set."""
    desk = desk_of(Engine.SINGLESTORE)
    desk.run("SET time_zone = '+05:30'")
    return desk


@pytest.mark.parametrize("panel_id", BOTH)
def test_both_engines_have_one_look(desk_of, panel_id):
    one, other = (SPECS[engine][panel_id] for engine in Engine)
    assert (one.title, one.draw, one.unit, one.help if not one.is_probe else "") == (
        other.title, other.draw, other.unit, other.help if not other.is_probe else "",
    )  # fmt: skip
    assert one.every == other.every or one.is_probe
    assert desk_of(Engine.MARIADB).ask(panel_id).columns == desk_of(Engine.SINGLESTORE).ask(panel_id).columns


# ── rtdash ingest ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_ingest_that_never_was_is_not_one_that_has_nothing_to_do(ingest):
    found = ingest.record("25_pipeline")
    assert (found["state"], found["seen"], found["flag"]) == ("no ingest yet", None, "error")
    assert (ingest.record("delivery")["silent_s"], ingest.record("delivery")["trouble"]) == (None, "no ingest yet")


def test_an_ingest_at_work_says_what_it_does(ingest):
    ingest.put_offsets(0, 100, 350)
    ingest.put_offsets(1, 10, 10)
    ingest.put_batch(2, loaded=700)
    ingest.put_batch(5, loaded=301)
    ingest.put_batch(11, loaded=9000)
    found = ingest.record("25_pipeline")
    assert (found["pipeline"], found["state"], found["flag"]) == ("rtdash ingest", "running", None)
    assert (found["lag"], found["rows/s"], str(found["batches/s"]), found["errors"]) == (250, 100, "0.2", 0)
    assert found["last error"] is None
    assert abs((found["seen"] - datetime.now(UTC)).total_seconds()) < 5


def test_a_silent_ingest_says_since_when(ingest):
    ingest.put_offsets(0, 100, 350, s_ago=42)
    found = ingest.record("25_pipeline")
    assert (found["state"], found["flag"]) == ("silent since", "error")
    assert 41 < (datetime.now(UTC) - found["seen"]).total_seconds() < 60
    assert ingest.record("delivery")["trouble"] == "ingest silent"


def test_dead_letters_of_the_last_minutes_are_errors(ingest):
    ingest.put_offsets(0, 100, 100)
    ingest.put_batch(301, loaded=1, dead=100)
    ingest.put_batch(200, loaded=1, dead=2)
    ingest.put_batch(90, loaded=1)
    found = ingest.record("25_pipeline")
    assert (found["errors"], found["flag"]) == (2, "error")
    assert 199 < (datetime.now(UTC) - found["last error"]).total_seconds() < 215


@pytest.mark.parametrize(("lag", "loaded", "flag"), [(1000, 0, None), (1001, 0, "warn"), (9999, 50_000, None)])
def test_a_lag_of_more_than_two_seconds_is_marked(ingest, lag, loaded, flag):
    ingest.put_offsets(0, 0, lag)
    ingest.put_batch(1, loaded=loaded)
    assert ingest.record("25_pipeline")["flag"] == flag
    assert ingest.record("26_lag")["flag"] == flag


def test_the_lag_of_each_partition_is_that_of_the_latest_life(ingest):
    ingest.put_offsets(0, 5, 9, s_ago=60, life="earlier")
    ingest.put_offsets(1, 40, 30)
    ingest.put_offsets(0, 10, 17)
    assert [row[:5] for row in ingest.ask("26_lag").rows] == [(0, 10, 17, 7, 3), (1, 40, 30, 0, 3)]


def test_batches_stand_the_newest_first(ingest):
    ingest.put_batch(60, loaded=10, dead=1)
    ingest.put_batch(30, loaded=500)
    found = ingest.ask("27_batches")
    assert [(row["state"], row["rows"], row["rows/s"], str(row["ms"]), row["errors"]) for row in found.records()] == [
        ("succeeded", 500, 10_000, "50.0", 0),
        ("succeeded", 10, 200, "50.0", 1),
    ]
    assert found.flags == (None, "warn")
    assert 30 < (datetime.now(UTC) - found.records()[0]["begun"]).total_seconds() < 45


def test_dead_letters_that_wait_are_shown_with_their_message(ingest):
    for offset, payload, ago, replayed in ((1, b"\xff\x1b[2J", 1, None), (2, b"old", 3600, None), (3, b"gone", 2, 1)):
        ingest.run(
            "INSERT INTO dead_letters (incarnation, topic, partition_id, message_offset, payload, reason, recorded_at,"
            " replayed_at) VALUES ('a', 'donations', 0, %s, %s, 'no JSON', UTC_TIMESTAMP(6) - INTERVAL %s SECOND,"
            " UTC_TIMESTAMP(6) + INTERVAL %s SECOND)",
            offset,
            payload,
            ago,
            replayed,
        )
    found = ingest.ask("28_dead_letters")
    assert [row[1:] for row in found.rows] == [
        ("donations:0:1", "no JSON", "\ufffd·[2J"),
        ("donations:0:2", "no JSON", "old"),
    ]
    assert found.flags == ("error", None)


# ── SingleStore's pipeline ────────────────────────────────────────────────────────────────────────────────────────────


def test_a_pipeline_that_is_not_there_is_not_one_that_has_nothing_to_do(pipeline):
    pipeline.put("PIPELINES", PIPELINE_NAME="others", STATE="Running")
    pipeline.put("PIPELINES", DATABASE_NAME="elsewhere", STATE="Running")
    found = pipeline.record("25_pipeline")
    assert (found["state"], found["lag"], found["flag"]) == ("no pipeline seen", None, "error")
    found = pipeline.record("delivery")
    assert (found["silent_s"], found["unseen_s"], found["trouble"]) == (None, None, "no pipeline seen")


def test_a_pipeline_at_work_says_what_it_does(pipeline):
    now_s = pipeline.epoch_s
    pipeline.put("PIPELINES", STATE="Running")
    for partition, cursor, latest in (("0", 100, 350), ("10", 7, 7), ("2", 50, 49)):
        pipeline.put(
            "PIPELINES_CURSORS",
            SOURCE_PARTITION_ID=partition, CURSOR_OFFSET=cursor, LATEST_OFFSET=latest,
            UPDATED_UNIX_TIMESTAMP=now_s - 7.5,
        )  # fmt: skip
    put_batches(pipeline)
    found = pipeline.record("25_pipeline")
    assert (found["pipeline"], found["state"], found["flag"]) == ("donations", "running", None)
    assert (found["lag"], found["rows/s"], str(found["batches/s"]), found["errors"]) == (250, 100, "0.2", 0)
    assert found["seen"].timestamp() == pytest.approx(now_s - 7.5, abs=0.01)
    rows = pipeline.ask("26_lag").rows
    assert [row[:5] for row in rows] == [(0, 100, 350, 250, 0), (2, 50, 49, 0, 0), (10, 7, 7, 0, 0)]
    delivery = pipeline.record("delivery")
    assert (delivery["lag"], delivery["silent_s"], delivery["unseen_s"]) == (250, 0, 0)


def put_batches(desk: Desk) -> None:
    """Two that are over, one of which failed, and two more; their begin is in the server's local time."""
    for batch_id, state, ago, rows in ((4, "In Progress", 1, None), (3, "Succeeded", 2, 700), (2, "Succeeded", 5, 301),
                                       (1, "Failed", 6, 50), (0, "Succeeded", 11, 9000)):  # fmt: skip
        desk.run(
            "INSERT INTO PIPELINES_BATCHES_SUMMARY VALUES (DATABASE(), 'donations', %s, %s,"
            " NOW(6) - INTERVAL %s SECOND, 0.05, 20 * %s, %s)",
            batch_id, state, ago, rows, rows,
        )  # fmt: skip


def test_batches_of_the_pipeline(pipeline):
    put_batches(pipeline)
    pipeline.put("PIPELINES_ERRORS", ERROR_UNIX_TIMESTAMP=1, BATCH_ID=3)
    found = pipeline.ask("27_batches")
    assert [(row["state"], row["rows"], row["rows/s"], str(row["ms"]), row["errors"]) for row in found.records()] == [
        ("in progress", None, None, "50.0", 0),
        ("succeeded", 700, 14_000, "50.0", 1),
        ("succeeded", 301, 6020, "50.0", 0),
        ("failed", 50, 1000, "50.0", 0),
        ("succeeded", 9000, 180_000, "50.0", 0),
    ]
    assert found.flags == (None, "warn", None, "error", None)
    assert found.records()[0]["begun"].timestamp() == pytest.approx(pipeline.epoch_s - 1, abs=10)


@pytest.mark.parametrize(("state", "flag"), [("Stopped", "warn"), ("Error", "error")])
def test_a_pipeline_at_rest_knows_no_lag(pipeline, state, flag):
    pipeline.put("PIPELINES", STATE=state)
    pipeline.put("PIPELINES_CURSORS", SOURCE_PARTITION_ID="0", CURSOR_OFFSET=1, LATEST_OFFSET=2)
    found = pipeline.record("25_pipeline")
    assert (found["state"], found["flag"]) == (state.lower(), flag)
    delivery = pipeline.record("delivery")
    assert (delivery["lag"], delivery["silent_s"], delivery["unseen_s"]) == (1, None, None)
    assert delivery["trouble"] == f"pipeline {state.lower()}"


def test_a_lag_that_is_not_known_of_each_partition_is_not_known(pipeline):
    pipeline.put("PIPELINES", STATE="Running")
    pipeline.put("PIPELINES_CURSORS", SOURCE_PARTITION_ID="0", CURSOR_OFFSET=1, LATEST_OFFSET=2)
    pipeline.put("PIPELINES_CURSORS", SOURCE_PARTITION_ID="1", CURSOR_OFFSET=1, LATEST_OFFSET=None)
    assert pipeline.record("25_pipeline")["lag"] is None
    delivery = pipeline.record("delivery")
    assert (delivery["lag"], delivery["silent_s"], delivery["unseen_s"]) == (None, 0, None)


def test_errors_of_the_pipeline_are_shown_and_what_is_no_json_is_counted_once(pipeline):
    now_s = pipeline.epoch_s
    pipeline.put("PIPELINES", STATE="Error")
    pipeline.put("PIPELINES_CURSORS", SOURCE_PARTITION_ID="3", CURSOR_OFFSET=9, LATEST_OFFSET=9)
    for ago, type_, code, message, line in (
        (20, "Error", 1934, "Cannot reach the broker", None),
        (30, "Warning", 2620, "Invalid JSON", "{\x1b[2J"),
        (30, "Warning", 2620, "LEAF ERROR (leaf:3306): Invalid JSON", "{\x1b[2J"),
        (900, "Warning", 2620, "Invalid JSON", "oops"),
    ):
        pipeline.put(
            "PIPELINES_ERRORS",
            ERROR_UNIX_TIMESTAMP=now_s - ago, ERROR_TYPE=type_, ERROR_CODE=code, ERROR_MESSAGE=message,
            LOAD_DATA_LINE=line, BATCH_ID=17, BATCH_SOURCE_PARTITION_ID="3",
        )  # fmt: skip
    found = pipeline.ask("29_pipeline_errors")
    assert [row[1:] for row in found.rows][:2] == [
        (17, "3", "1934", "Cannot reach the broker", None),
        (17, "3", "2620", "Invalid JSON", "{·[2J"),
    ]
    assert found.flags == ("error", "warn", "warn", "warn")
    assert pipeline.record("25_pipeline")["errors"] == 3
    assert pipeline.record("26_lag")["errors"] == 4
    delivery = pipeline.record("delivery")
    assert delivery["dead"] == 2
    assert 19 < delivery["silent_s"] < 35
