"""The schema files are applied, again and at once, and say what they did."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from pydantic import SecretStr

from rtdash.errors import SchemaError, SourceError
from rtdash.resources import sql_folder
from rtdash.schema.apply import apply, schema_files
from rtdash.sources import citus, donations

TABLES = """
SELECT relname FROM pg_class JOIN pg_namespace AS n ON n.oid = relnamespace
WHERE nspname = current_schema() AND relkind IN ('r', 'p') AND NOT relispartition
"""


def steps_of(dsn, folder):
    steps = []
    apply(dsn, folder, steps.append)
    return steps


def test_the_clickstream_schema_may_be_applied_again(citus_dsn):
    folder = sql_folder("citus", "schema")
    first, second = steps_of(citus_dsn, folder), steps_of(citus_dsn, folder)
    assert (
        [step.file for step in first] == [step.file for step in second] == [file.name for file in schema_files(folder)]
    )
    assert all(step.duration_ms > 0 for step in first)
    notes = {step.file: step.note for step in first}
    assert "Citus: tables" in notes["010_extensions.sql"]
    assert "partitions of a day" in notes["035_partitions.sql"]
    assert not any("already exists" in step.note for step in [*first, *second])
    with citus.connect(citus_dsn, "test") as connection:
        (are_scheduled,) = connection.execute("SELECT rollups_are_scheduled()").fetchone()
    assert notes["100_schedule.sql"] == f"{'pg_cron' if are_scheduled else 'ingest'} runs the rollups each minute"


@pytest.mark.parametrize(("database", "kind"), [("citus_dsn", "citus"), ("donations_dsn", "mariadb")])
def test_a_schema_may_be_applied_twice_at_once(request, database, kind):
    dsn = request.getfixturevalue(database)
    with ThreadPoolExecutor(2) as pool:
        runs = [pool.submit(steps_of, dsn, sql_folder(kind, "schema")) for _ in range(2)]
        assert len(runs[0].result()) == len(runs[1].result())


def test_a_reader_finds_the_tables_and_the_stand_ins(postgres, citus_database, citus_dsn):
    steps_of(citus_dsn, sql_folder("citus", "schema"))
    with citus.connect(postgres.dsn("reader", citus_database), "test", read_only=True) as reader:
        assert reader.execute("SELECT count(*) FROM events").fetchone() == (0,)
        assert reader.execute("""SELECT item FROM topn('{"a": 1}', 1)""").fetchone() == ("a",)


def test_a_search_path_of_the_dsn_is_where_the_tables_go(citus_dsn):
    with citus.connect(citus_dsn, "test") as connection:
        connection.execute("CREATE SCHEMA mine")
        own = SecretStr(citus_dsn.get_secret_value() + "&options=-c%20search_path%3Dmine%2Cpublic")
        steps_of(own, sql_folder("citus", "schema"))
        steps_of(own, sql_folder("citus", "schema"))
        assert connection.execute(TABLES).fetchall() == [], "nothing in public"
        with citus.connect(own, "test") as inside:
            assert ("events",) in inside.execute(TABLES).fetchall()
            inside.execute("INSERT INTO events (customer_id, device_id) VALUES (1, 1)")
            assert inside.execute("SELECT end_id FROM live_aggregation()").fetchone() == (1,)
        stored = connection.execute(
            "SELECT count(*) FROM pg_db_role_setting JOIN pg_database ON pg_database.oid = setdatabase"
            " WHERE datname = current_database() AND setconfig::text LIKE '%search_path%'"
        )
        assert stored.fetchone() == (0,), "the path of the others stays as it was"


def test_no_file_names_the_public_schema():
    for file in sql_folder("citus").rglob("*.sql"):
        assert not re.search(r"\bpublic\.|SCHEMA public", file.read_text(), re.IGNORECASE), file


def test_the_scheduled_database_runs_the_rollups_by_itself(postgres):
    """pg_cron lives in the private server's first database."""
    notes = {step.file: step.note for step in steps_of(postgres.dsn(), sql_folder("citus", "schema"))}
    with citus.connect(postgres.dsn(), "test") as connection:
        if not connection.execute("SELECT 1 FROM pg_available_extensions WHERE name = 'pg_cron'").fetchone():
            pytest.skip("the server has no pg_cron")
        assert notes["100_schedule.sql"] == "pg_cron runs the rollups each minute"
        steps_of(postgres.dsn(), sql_folder("citus", "schema"))
        jobs = connection.execute("SELECT jobname, schedule, command FROM cron.job WHERE jobname LIKE 'rtdash %'")
        wanted = connection.execute("SELECT jobname, schedule, command FROM wanted_jobs()").fetchall()
        assert sorted(jobs.fetchall()) == sorted(wanted), "the same jobs again, not more"
        assert connection.execute("SELECT rollups_are_scheduled()").fetchone() == (True,)
        connection.execute("UPDATE cron.job SET active = false WHERE jobname LIKE '%hourly_aggregation'")
        assert connection.execute("SELECT rollups_are_scheduled()").fetchone() == (False,)
        connection.execute("SELECT cron.unschedule(jobid) FROM cron.job")


def test_the_donations_schema_may_be_applied_again(donations_dsn):
    folder = sql_folder("mariadb", "schema")
    first, second = steps_of(donations_dsn, folder), steps_of(donations_dsn, folder)
    assert (
        [step.file for step in first] == [step.file for step in second] == sorted(f.name for f in folder.glob("*.sql"))
    )
    connection = donations.connect(donations_dsn, "test")
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT COUNT(*) FROM current_campaigns")
        assert cursor.fetchone() == (0,)


@pytest.mark.parametrize("database", ["citus_dsn", "donations_dsn"])
def test_a_failing_file_is_named_and_ends_it(request, tmp_path, database):
    dsn = request.getfixturevalue(database)
    (tmp_path / "010_fine.sql").write_text("CREATE TABLE fine (id integer);\nSELECT 'made';\n")
    (tmp_path / "020_wrong.sql").write_text("CREATE TABLE other (id integer);\nCREATE TABLE fine (id integer);\n")
    (tmp_path / "030_never.sql").write_text("SELECT 1;\n")
    steps = []
    with pytest.raises(SchemaError, match=r"^020_wrong\.sql: .*fine") as raised:
        apply(dsn, tmp_path, steps.append)
    assert [step.file for step in steps] == ["010_fine.sql"]
    assert raised.value.exit_status == 2


def test_a_failing_file_leaves_nothing_behind(citus_dsn, tmp_path):
    (tmp_path / "010_half.sql").write_text("CREATE TABLE half (id integer); SELECT 1 / 0;")
    with pytest.raises(SchemaError, match="division by zero"):
        apply(citus_dsn, tmp_path, lambda _: None)
    with citus.connect(citus_dsn, "test") as connection:
        assert connection.execute("SELECT to_regclass('half')").fetchone() == (None,)


def test_a_stand_in_is_left_out_where_the_server_has_the_extension(citus_dsn, tmp_path):
    (tmp_path / "compat").mkdir()
    (tmp_path / "010_extension.sql").write_text("CREATE EXTENSION IF NOT EXISTS hll;")
    (tmp_path / "compat" / "020_hll.sql").write_text("SELECT 1 / 0;")
    (tmp_path / "compat" / "030_topn.sql").write_text("CREATE TABLE stands_in (id integer);")
    steps = steps_of(citus_dsn, tmp_path)
    assert [step.file for step in steps] == ["010_extension.sql", "020_hll.sql", "030_topn.sql"]
    assert steps[1].note == "not needed: the server has hll"


def test_an_empty_folder_is_an_error(citus_dsn, tmp_path):
    with pytest.raises(SchemaError, match="no schema files"):
        apply(citus_dsn, tmp_path, lambda _: None)


def test_a_missing_database_is_named(postgres):
    with pytest.raises(SourceError, match="no_such_database"):
        apply(postgres.dsn("owner", "no_such_database"), sql_folder("citus", "schema"), lambda _: None)
