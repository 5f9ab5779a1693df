"""`rtdash init` leaves alone what it has not made, and finds out before it has changed anything."""

from __future__ import annotations

from pathlib import Path

import pytest

from rtdash.errors import SchemaError
from rtdash.resources import sql_folder
from rtdash.schema.apply import apply
from rtdash.schema.plan import plan
from rtdash.sources import citus, donations
from tests.shared_server import with_search_path

WORKSHOP = Path(__file__).with_name("workshop")
FOLDER = sql_folder("citus", "schema")
EVERYTHING = """
SELECT 'relation', oid::text, relname, relfilenode::text FROM pg_class
UNION ALL SELECT 'function', oid::text, proname, prosrc FROM pg_proc
UNION ALL SELECT 'schema', oid::text, nspname, nspacl::text FROM pg_namespace
UNION ALL SELECT 'setting', setdatabase::text, setrole::text, setconfig::text FROM pg_db_role_setting
ORDER BY 1, 2
"""
TABLES = (WORKSHOP / "010_tables.sql").read_text().encode()
FUNCTIONS = (WORKSHOP / "030_rollups.sql").read_text().encode()
TAKEN = {
    "all of it": (TABLES + FUNCTIONS, "events, five_minutely_aggregation(), hourly_aggregation(), incremental_rollup"),
    "events": (b"CREATE TABLE events (id bigint)", "events, not made by rtdash"),
    "a view": (b"CREATE VIEW events AS SELECT 1", "events, not made by rtdash"),
    "rollups": (b"CREATE TABLE rollups (name text)", "rollups, not made by rtdash"),
    "functions": (FUNCTIONS, "five_minutely_aggregation(), hourly_aggregation(), incremental_rollup_window()"),
}


@pytest.fixture
def connection(citus_dsn):
    with citus.connect(citus_dsn, "test") as connection:
        connection.execute("CREATE EXTENSION IF NOT EXISTS hll")
        yield connection


def refusal(dsn, folder=FOLDER):
    """The line of the plan that says it is impossible, which init must fail with as well."""
    (obstacle,) = [finding for finding in plan(dsn, folder) if not finding.is_possible]
    with pytest.raises(SchemaError) as raised:
        apply(dsn, folder, pytest.fail, pytest.fail)
    assert str(raised.value) == obstacle.text
    assert "\n" not in obstacle.text
    return obstacle.text


@pytest.mark.usefixtures("citus_database")
@pytest.mark.parametrize(("made", "text"), TAKEN.values(), ids=TAKEN)
def test_what_another_made_is_refused_before_anything_is_changed(citus_dsn, connection, made, text):
    connection.execute(made)
    before = connection.execute(EVERYTHING).fetchall()
    said = refusal(citus_dsn)
    assert said.startswith(f"public has {text}")
    assert said.endswith("CREATE SCHEMA rtdash_data, and in every DSN …?options=-csearch_path%3Drtdash_data%2Cpublic")
    assert connection.execute(EVERYTHING).fetchall() == before


@pytest.mark.usefixtures("citus_database")
def test_beside_the_workshop_in_a_schema_of_its_own(citus_dsn, connection):
    connection.execute(TABLES)
    connection.execute(FUNCTIONS)
    own = with_search_path(citus_dsn, "rtdash_data", "public")
    assert refusal(own).startswith("public has events"), "a schema that is not there is passed over"
    connection.execute("CREATE SCHEMA rtdash_data")
    for _ in range(2):
        assert all(finding.is_possible for finding in plan(own, FOLDER))
        apply(own, FOLDER, lambda _: None)
    with citus.connect(own, "test") as inside:
        inside.execute("INSERT INTO events (customer_id, device_id) VALUES (1, 1)")
        assert inside.execute("SELECT end_id FROM five_minutely_aggregation()").fetchone() == (1,)
        assert inside.execute("SELECT count(*) FROM rollup_events_5min").fetchone() == (1,)
    assert connection.execute("SHOW search_path").fetchone() == ('"$user", public',)
    connection.execute("SET search_path = public, rtdash_compat")
    assert connection.execute("SELECT end_id FROM five_minutely_aggregation()").fetchone() == (0,)
    assert connection.execute("SELECT count(*) FROM public.events").fetchone() == (0,)


@pytest.mark.usefixtures("citus_database")
def test_tables_do_not_go_to_the_schema_of_the_stand_ins(citus_dsn, connection):
    connection.execute("CREATE SCHEMA rtdash_compat")
    said = refusal(with_search_path(citus_dsn, "missing"))
    assert said.startswith("the search_path missing, rtdash_compat names no schema that is there")


def test_a_record_does_not_make_the_rollups_of_another_ours(citus_dsn, connection, tmp_path):
    (tmp_path / "010_fine.sql").write_text("SELECT 1;\n")
    apply(citus_dsn, tmp_path, lambda _: None)
    connection.execute(TABLES)
    assert ", rollups, not made by rtdash" in refusal(citus_dsn, tmp_path)


def test_a_first_init_that_was_broken_off_is_ours(citus_dsn, connection, tmp_path):
    for name in ("010_extensions.sql", "030_events.sql"):
        (tmp_path / name).symlink_to(FOLDER / name)
    (tmp_path / "040_wrong.sql").write_text("SELECT 1 / 0;\n")
    with pytest.raises(SchemaError, match=r"^040_wrong\.sql"):
        apply(citus_dsn, tmp_path, lambda _: None)
    assert connection.execute("SELECT to_regclass('events') IS NOT NULL, to_regclass('rollups')").fetchone() == (
        True,
        None,
    )
    assert all(finding.is_possible for finding in plan(citus_dsn, FOLDER))
    apply(citus_dsn, FOLDER, lambda _: None)
    assert connection.execute("SELECT count(*) FROM rollups").fetchone() == (3,)


@pytest.mark.parametrize("name", ["donation_transactions", "campaigns"])
def test_the_donations_of_another(donations_dsn, name):
    folder = sql_folder("mariadb", "schema")
    tables = "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE()"
    with donations.connect(donations_dsn, "test") as connection, connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE {name} (id BIGINT)")
        said = refusal(donations_dsn, folder)
        assert said.endswith(f" has {name}, not made by rtdash; it needs a database of its own, named in every DSN")
        cursor.execute(tables)
        assert cursor.fetchall() == ((name,),)


@pytest.mark.parametrize("is_recorded", [True, False])
def test_the_donations_are_ours(donations_dsn, is_recorded):
    """Be it that the first file was broken off, and not recorded, or of the first release, which recorded none."""
    folder = sql_folder("mariadb", "schema")
    apply(donations_dsn, folder, lambda _: None)
    with donations.connect(donations_dsn, "test") as connection, connection.cursor() as cursor:
        cursor.execute("DELETE FROM schema_steps" if is_recorded else "DROP TABLE schema_steps")
        if is_recorded:
            cursor.execute("DROP TABLE donation_arrivals")
    assert all(finding.is_possible for finding in plan(donations_dsn, folder))
    apply(donations_dsn, folder, lambda _: None)
