"""The servers' own account of the dashboard's queries, on real servers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest
from asking import PANELS
from pydantic import SecretStr

from rtdash.model.server_view import Running, ServerView, verdict
from rtdash.panels.header import read
from rtdash.resources import sql_folder
from rtdash.schema.apply import apply
from rtdash.servers.folders import DataFolder
from rtdash.servers.mariadb import PrivateMariaDB
from rtdash.sources import citus, donations
from rtdash.sources.views import clickstream as clickstream_view
from rtdash.sources.views import donations as donations_view

THRESHOLD_MS = 200.0
VARIABLES = {"customer_id": 1, "after_arrival": 0}
DONATION_QUERIES = sorted(
    [*sql_folder("donations", "panels").glob("*.sql"), *sql_folder("donations", "probes").glob("*.sql")]
)
SLEEP = "SELECT pg_sleep(%(customer_id)s * 0.25), 'a' AS label"


class CountingMariaDB(PrivateMariaDB):
    """Counts every query."""

    def _command(self):
        return [*super()._command(), "--performance-schema=ON"]


@pytest.fixture(scope="module")
def counting(server_folder) -> Iterator[CountingMariaDB]:
    with DataFolder.open(server_folder / "counting") as data, CountingMariaDB(data) as server:
        apply(server.dsn("owner"), sql_folder("mariadb", "schema"), lambda _: None)
        yield server


def ask_clickstream(dsn: SecretStr, sql: str, parameters=VARIABLES) -> ServerView:
    return clickstream_view.ask(dsn, sql, parameters, THRESHOLD_MS)


def ask_donations(dsn: SecretStr, sql: str) -> ServerView:
    return donations_view.ask(dsn, sql, {}, THRESHOLD_MS)


# ── PostgreSQL ────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.usefixtures("clickstream")
def test_postgresql_counts_each_panel_of_the_clickstream(citus_reader_dsn, is_citus):
    specs = [spec for spec in map(read, PANELS) if spec.needs is None or is_citus]
    assert ask_clickstream(citus_reader_dsn, SLEEP).absence.endswith("has not counted this query, or has forgotten it")
    with closing(citus.CitusConnection(citus_reader_dsn)) as connection:
        # Often enough for the driver to prepare it.
        for _ in range(7):
            for spec in specs:
                connection.fetch(spec.sql, VARIABLES, 10.0)
    for spec in specs:
        view = ask_clickstream(citus_reader_dsn, spec.sql)
        assert (view.source, view.absence) == ("pg_stat_statements", ""), spec.id
        # Those that differ in a literal alone are one query to the server.
        assert view.calls in (7, 21), spec.id
        assert 0 < view.mean_ms <= view.max_ms
        assert view.planning_ms > 0
        assert view.since < datetime.now(UTC)
        assert view.running == ()


@pytest.mark.usefixtures("clickstream")
def test_a_query_that_is_slow_on_the_server_is_told_from_one_that_is_not(citus_reader_dsn):
    with closing(citus.CitusConnection(citus_reader_dsn)) as connection:
        at = datetime.now(UTC)
        answer = connection.fetch(SLEEP, VARIABLES, 10.0)
    view = ask_clickstream(citus_reader_dsn, SLEEP)
    assert (view.calls, view.rows) == (1, 1)
    assert view.max_ms >= 250
    took_ms = answer.execute_ms + answer.fetch_ms
    assert verdict(view, THRESHOLD_MS, took_ms, at=at).startswith("Slow for us and for the server:")
    assert verdict(view, THRESHOLD_MS, took_ms + 600, at=at).startswith("Slow for us, not for the server:")
    # A number of another size has another type, so it is another query to the server.
    assert ask_clickstream(citus_reader_dsn, SLEEP, {"customer_id": 70_000}).absence


@pytest.mark.usefixtures("clickstream")
def test_why_postgresql_has_no_account(owner, citus_reader_dsn):
    assert "not explained" in ask_clickstream(citus_reader_dsn, "DELETE FROM events").absence
    owner.execute("DROP EXTENSION pg_stat_statements")
    absence = ask_clickstream(citus_reader_dsn, "SELECT 1").absence
    assert absence == "no extension pg_stat_statements in this database: a superuser can create it"
    nowhere = SecretStr("postgresql://u:hush@127.0.0.1:1/nowhere")
    assert "refused" in ask_clickstream(nowhere, "SELECT 1").absence


def test_what_runs_on_the_nodes_of_a_cluster(owner, citus_reader_dsn, monkeypatch, is_citus):
    if is_citus:
        pytest.skip("a cluster has its own view")
    owner.execute(
        """CREATE TABLE citus_stat_activity (
            global_pid bigint, nodeid integer, is_worker_query boolean, query_start timestamptz, state text,
            query_id bigint
        );
        CREATE TABLE pg_dist_node (nodeid integer, nodename text, nodeport integer);
        INSERT INTO pg_dist_node VALUES (1, 'coordinator', 5432), (2, 'worker', 5433)"""
    )
    ((explained,),) = owner.execute("EXPLAIN (VERBOSE, FORMAT JSON) SELECT 'x', 1").fetchall()
    owner.execute(
        """INSERT INTO citus_stat_activity VALUES
            (10, 1, false, now() - interval '3 s', 'active', %(id)s),
            (10, 2, true, now() - interval '2 s', 'active', 7),
            (11, 2, true, now() - interval '9 s', 'active', 7),
            (10, 2, true, now() - interval '9 s', 'idle', 7)""",
        {"id": explained[0]["Query Identifier"]},
    )
    monkeypatch.setattr(
        clickstream_view, "_HOME", clickstream_view._HOME.replace("'pg_catalog.citus_stat", "'citus_stat")
    )
    query, task = ask_clickstream(citus_reader_dsn, "SELECT 'y', 2", {}).running
    assert (query.node, query.is_task, task.node, task.is_task) == ("coordinator:5432", False, "worker:5433", True)
    assert query.ms > 3000
    assert 2000 < task.ms < query.ms
    assert isinstance(task, Running)


# ── MariaDB ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_mariadb_with_performance_schema_counts_each_panel_of_the_donations(counting):
    reader = counting.dsn("reader")
    counting._execute("GRANT SELECT ON performance_schema.* TO rtdash_reader@localhost")
    specs = [read(file, is_probe="probes" in file.parts) for file in DONATION_QUERIES]
    with closing(donations.DonationsConnection(reader)) as connection:
        for _ in range(3):
            for spec in specs:
                connection.fetch(spec.sql, VARIABLES, 10.0)
    for spec in specs:
        view = ask_donations(reader, spec.sql)
        assert (view.absence, view.calls) == ("", 3), spec.id
        assert 0 < view.mean_ms <= view.max_ms
        assert timedelta(0) <= datetime.now(UTC) - view.since < timedelta(minutes=5)


def test_mariadb_keeps_slow_queries_in_a_table(mariadb, donations_database, donations_dsn):
    del donations_dsn  # the database is there
    reader = mariadb.dsn("reader", donations_database)
    query = "-- a comment\nSELECT SLEEP(%(customer_id)s * 0.25) AS value, 'a%%' AS label"
    with closing(donations.DonationsConnection(reader)) as connection:
        at = datetime.now(UTC)
        answer = connection.fetch(query, VARIABLES, 10.0)
        connection.fetch("SELECT SLEEP(0.3)", {}, 10.0)
        connection.fetch("SELECT 1 AS quick", {}, 10.0)
    view = ask_donations(reader, query)
    assert (view.source, view.absence, view.floor_ms) == ("slow log", "", 200.0)
    (slow,) = view.slow
    assert slow.took_ms >= 250
    assert slow.rows == 1
    assert abs(slow.at - at) < timedelta(seconds=2)
    took_ms = answer.execute_ms + answer.fetch_ms
    assert verdict(view, THRESHOLD_MS, took_ms, at=at).startswith("Slow for us and for the server:")
    quick = ask_donations(reader, "SELECT 1 AS quick")
    assert quick.slow == ()
    now = datetime.now(UTC)
    assert verdict(quick, THRESHOLD_MS, 400.0, at=now).startswith(
        "Slow for us, not for the server: 400 ms here, no more"
    )
    # The private server's log begins when it starts; elsewhere it may have been emptied as well.
    before = at - timedelta(hours=2)
    assert before < quick.kept_since < now
    assert verdict(quick, THRESHOLD_MS, 400.0, at=before).startswith("Whose the time is remains open")
    mariadb._execute("TRUNCATE mysql.slow_log")
    emptied = ask_donations(reader, query)
    assert (emptied.absence, emptied.slow) == ("", ())
    assert verdict(emptied, THRESHOLD_MS, took_ms, at=at).startswith("Whose the time is remains open")
    with closing(donations.DonationsConnection(reader)) as connection:
        connection.fetch("SELECT SLEEP(0.3)", {}, 10.0)
    assert at < ask_donations(reader, query).kept_since < datetime.now(UTC), "since its oldest row"


def test_why_mariadb_has_no_account(mariadb, donations_database, donations_dsn, counting):
    del donations_dsn
    absence = ask_donations(mariadb.dsn("control", donations_database), "SELECT 1").absence
    assert absence.startswith("performance_schema is off; donations database: SELECT command denied")
    counting._execute("SET GLOBAL log_output = 'FILE'")
    absence = ask_donations(counting.dsn("control"), "SELECT 1").absence
    assert "SELECT command denied" in absence
    assert absence.endswith("; there is no slow log in a table")
    nowhere = SecretStr("mysql://u:hush@127.0.0.1:1/nowhere")
    assert "refused" in ask_donations(nowhere, "SELECT 1").absence.lower()
