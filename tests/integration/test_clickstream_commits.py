"""A rollup waits for what the workers of a cluster have yet to commit; a function of the same shape stands in."""

from __future__ import annotations

import psycopg
import pytest

WORKERS = """
CREATE TABLE answers (place bigint GENERATED ALWAYS AS IDENTITY, success boolean, result text);
CREATE FUNCTION run_command_on_workers(
    command text, parallel boolean DEFAULT true,
    OUT nodename text, OUT nodeport integer, OUT success boolean, OUT result text
) RETURNS SETOF record
LANGUAGE plpgsql AS $$
BEGIN
    -- What a worker would run must be right here as well.
    EXECUTE command INTO result;
    RETURN QUERY WITH next AS (DELETE FROM answers WHERE place = (SELECT min(place) FROM answers) RETURNING *)
        SELECT 'worker', 5432, next.success, next.result FROM next;
END
$$
"""
WAIT = "SELECT wait_for_commits_on_workers(%s)"


@pytest.fixture
def workers(clickstream):
    with clickstream.connect() as connection:
        if connection.execute("SELECT to_regproc('run_command_on_workers') IS NOT NULL").fetchone()[0]:
            pytest.skip("a real cluster answers here")
        connection.execute(WORKERS)
        yield connection


def answer(connection, *results, success=True):
    for result in results:
        connection.execute("INSERT INTO answers (success, result) VALUES (%s, %s)", (success, result))


def left(connection):
    return connection.execute("SELECT count(*) FROM answers").fetchone()[0]


def test_nothing_unfinished_is_no_reason_to_wait(workers):
    answer(workers, "", "citus_1")
    workers.execute(WAIT, ("1 hour",))
    assert left(workers) == 1


def test_transactions_that_come_and_go_are_no_reason(workers):
    answer(workers, "citus_1 citus_2", "citus_2 citus_3", "citus_3 citus_4")
    workers.execute(WAIT, ("1 hour",))
    assert left(workers) == 0


def test_one_that_stays_fails_the_run_and_leaves_the_window(workers, clickstream):
    clickstream.insert(workers, {"device_id": 1})
    answer(workers, *["citus_1 citus_2"] * 4)
    with pytest.raises(psycopg.errors.RaiseException, match="2 transactions are not finished"):
        workers.execute(WAIT, ("0 seconds",))
    workers.execute("ALTER FUNCTION wait_for_commits_on_workers RENAME TO impatient")
    workers.execute(
        "CREATE FUNCTION wait_for_commits_on_workers() RETURNS void LANGUAGE sql AS $$SELECT impatient('0 seconds')$$"
    )
    with pytest.raises(psycopg.errors.RaiseException, match="not finished"):
        workers.execute("SELECT live_aggregation()")
    assert workers.execute("SELECT max(last_aggregated_id) FROM rollups").fetchone() == (0,)
    workers.execute("DELETE FROM answers")
    clickstream.roll_up(workers)
    assert clickstream.differences(workers) == {}


def test_a_worker_that_does_not_answer_fails_the_run(workers):
    answer(workers, "connection refused", success=False)
    with pytest.raises(psycopg.errors.RaiseException, match="worker worker:5432"):
        workers.execute(WAIT, ("1 hour",))
