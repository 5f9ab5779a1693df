"""An older schema is brought up to date in place: migrations run once, in order, and nothing of the data is lost."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from clickstream import Clickstream
from psycopg import sql

from rtdash.errors import SchemaError
from rtdash.resources import sql_folder
from rtdash.schema.apply import apply
from rtdash.schema.files import migration_files, schema_files
from rtdash.sources import citus, donations
from tests.shared_server import with_search_path

FIRST = Path(__file__).with_name("schemas") / "first.sql"
KEPT = (
    "events",
    "rollup_events_5min",
    "rollup_events_1hr",
    "live_customers",
    "live_breakdowns",
    "live_totals",
    "live_widths",
    "rollups",
    "ingest_offsets",
    "dead_letters",
)
MADE = """
SELECT relkind::text, relname, format('%s %s', attname, format_type(atttypid, atttypmod))
FROM pg_class LEFT JOIN pg_attribute ON attrelid = pg_class.oid AND attnum > 0 AND NOT attisdropped
WHERE relnamespace = current_schema()::regnamespace AND NOT relispartition
AND NOT EXISTS (
    SELECT FROM pg_depend WHERE classid = 'pg_class'::regclass AND objid = pg_class.oid AND deptype = 'e'
)
UNION ALL
SELECT 'function', proname, format('%s: %s', pg_get_function_arguments(oid), md5(prosrc))
FROM pg_proc WHERE pronamespace = current_schema()::regnamespace
AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_proc'::regclass AND objid = pg_proc.oid AND deptype = 'e')
ORDER BY 1, 2, 3
"""
UNSCHEDULE = """
DO $$
BEGIN
    IF to_regclass('cron.job') IS NOT NULL THEN
        PERFORM cron.unschedule(jobid) FROM cron.job WHERE jobname LIKE format('rtdash %s.%%', current_schema());
    END IF;
END
$$;
"""
RECORDED = "SELECT file, applied_at IS NOT NULL FROM schema_steps ORDER BY file"


def rows_of(connection, *tables):
    """What is in the rows; a column that came later is NULL in them."""
    return {
        table: connection.execute(
            f"SELECT jsonb_strip_nulls(to_jsonb(t))::text FROM {table} AS t ORDER BY 1"
        ).fetchall()
        for table in tables or KEPT
    }


@pytest.fixture
def first_release(citus_dsn):
    """The DSN of a database with the schema of the first release, which recorded nothing."""
    with citus.connect(citus_dsn, "test") as connection, connection.transaction():
        connection.execute("SET LOCAL citus.multi_shard_modify_mode TO 'sequential'")
        connection.execute(FIRST.read_text().encode())
    return citus_dsn


def steps_of(dsn, folder):
    steps = []
    apply(dsn, folder, steps.append)
    return [step.file for step in steps]


@pytest.fixture
def unscheduled(tmp_path):
    """The clickstream's files, which take back what they schedule: it would roll up in the middle of a test."""
    for name in ("schema", "migrations"):
        shutil.copytree(sql_folder("citus", name), tmp_path / name)
    with (tmp_path / "schema" / "100_schedule.sql").open("a") as schedule:
        schedule.write(UNSCHEDULE)
    return tmp_path / "schema"


def test_the_first_release_keeps_its_data_and_rolls_up_on(first_release, unscheduled):
    with citus.connect(first_release, "test") as connection:
        before = rows_of(connection)
        assert len(before["events"]) == 400
        # More in the first two hours of a day, when the newest are of yesterday as well.
        assert connection.execute("SELECT count(*) FROM events_default").fetchone() >= (20,)
        files = [*migration_files(unscheduled), *schema_files(unscheduled)]
        assert steps_of(first_release, unscheduled) == [file.name for file in files]
        assert rows_of(connection) == before
        assert connection.execute("SELECT count(*) FROM events_default").fetchone() == (0,)
        assert ("500 days",) in connection.execute("SELECT keep::text FROM retention").fetchall()
        assert connection.execute("SELECT to_regproc('aggregate_window')").fetchone() == (None,)

        stream = Clickstream(first_release)
        stream.insert(connection, {"device_id": 7, "country": "FR"}, {"customer_id": 3, "session_id": 7})
        stream.roll_up(connection)
        assert stream.differences(connection) == {}
        assert connection.execute("SELECT sum(event_count) FROM rollup_events_5min").fetchone() == (402,)


def test_after_the_upgrade_it_is_the_schema_of_a_new_database(first_release):
    with citus.connect(first_release, "test") as connection:
        (path,) = connection.execute("SELECT current_schemas(false)").fetchone()
        # A name that begins alike is removed with it from a shared server.
        connection.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(f"{path[0]}_new")))
        new = with_search_path(first_release, f"{path[0]}_new", *path)
        for dsn in (first_release, new):
            apply(dsn, sql_folder("citus", "schema"), lambda _: None)
        with citus.connect(new, "test") as other:
            assert other.execute("SELECT count(*) FROM events").fetchone() == (0,)
            assert connection.execute(MADE).fetchall() == other.execute(MADE).fetchall()


def test_a_second_init_changes_nothing(first_release, unscheduled):
    apply(first_release, unscheduled, lambda _: None)
    with citus.connect(first_release, "test") as connection:
        before = rows_of(connection), connection.execute(MADE).fetchall(), connection.execute(RECORDED).fetchall()
        assert not [file for file in steps_of(first_release, unscheduled) if file.startswith("migrations/")]
        after = rows_of(connection), connection.execute(MADE).fetchall(), connection.execute(RECORDED).fetchall()
    assert after == before


EARLIER = (
    "ALTER TABLE dead_letters DROP INDEX dead_letters_address, DROP INDEX dead_letters_waiting,"
    " DROP COLUMN replayed_at, DROP COLUMN correction",
    "ALTER TABLE campaigns DROP COLUMN starts_at, DROP COLUMN ends_at, DROP COLUMN wanted,"
    " DROP COLUMN events_failed, DROP COLUMN events_unknown, DROP COLUMN is_stop_wanted",
    "ALTER TABLE ingest_offsets DROP COLUMN seen_at",
    "DELETE FROM schema_steps WHERE file LIKE 'migrations/%'",
    "INSERT INTO dead_letters VALUES ('a life', 'donations', 0, 7, 'no donation', 'not JSON', '2025-01-01')",
    "INSERT INTO campaigns (campaign_id, name, cities, organizations, state, rate_per_s, generated)"
    " VALUES (1, 'spring', '[]', '[]', 'ended', 5, 7)",
)


def test_donations_of_the_first_release_are_brought_up_to_date(donations_dsn):
    """As they were before campaigns could be planned and dead letters replayed."""
    tables = ("campaigns", "dead_letters", "ingest_offsets")
    folder = sql_folder("mariadb", "schema")

    def made(cursor):
        return [cursor.execute(f"SHOW CREATE TABLE {table}") and cursor.fetchall() for table in tables]

    with donations.connect(donations_dsn, "test") as connection, connection.cursor() as cursor:
        steps_of(donations_dsn, folder)
        new = made(cursor)
        for statement in EARLIER:
            cursor.execute(statement)
        assert made(cursor) != new
        assert steps_of(donations_dsn, folder) == [
            file.name for file in (*migration_files(folder), *schema_files(folder))
        ]
        assert made(cursor) == new
        cursor.execute("SELECT payload, replayed_at, correction FROM dead_letters")
        assert cursor.fetchall() == ((b"no donation", None, None),)
        cursor.execute("SELECT generated, events_failed, starts_at, wanted FROM campaigns")
        assert cursor.fetchall() == ((7, 0, None, None),)


@pytest.fixture
def folder(tmp_path):
    """A schema of one file that marks its database as one of rtdash, and no migration yet."""
    (tmp_path / "schema").mkdir()
    (tmp_path / "migrations").mkdir()
    (tmp_path / "schema" / "010_events.sql").write_text(
        "CREATE TABLE IF NOT EXISTS events (event_id integer);\n"
        "CREATE TABLE IF NOT EXISTS donation_transactions (event_id integer);\n"
    )
    return tmp_path / "schema"


@pytest.fixture(params=["citus_dsn", "donations_dsn"])
def dsn(request):
    return request.getfixturevalue(request.param)


@pytest.fixture
def ask(dsn):
    """`ask(statement)`: the rows that it gives."""

    def of_citus(statement):
        with citus.connect(dsn, "test") as connection:
            return connection.execute(statement).fetchall()

    def of_donations(statement):
        with donations.connect(dsn, "test") as connection, connection.cursor() as cursor:
            cursor.execute(statement)
            return list(cursor.fetchall())

    return of_citus if dsn.get_secret_value().startswith("postgresql") else of_donations


def migrate(folder, name, statement):
    (folder.with_name("migrations") / name).write_text(f"{statement};\n")


def test_a_new_database_needs_no_migration_but_those_that_come_later(dsn, folder, ask):
    migrate(folder, "001_never.sql", "SELECT * FROM no_such_table")
    assert steps_of(dsn, folder) == ["010_events.sql"]
    assert ask("SELECT file, applied_at IS NULL FROM schema_steps ORDER BY file") == [
        ("migrations/001_never.sql", True),
        ("schema/010_events.sql", False),
    ]
    migrate(folder, "002_later.sql", "CREATE TABLE later (id integer)")
    assert steps_of(dsn, folder) == ["migrations/002_later.sql", "010_events.sql"]
    assert steps_of(dsn, folder) == ["010_events.sql"]
    assert ask("SELECT * FROM later") == []


def test_migrations_run_in_the_order_of_their_numbers_and_before_the_schema(dsn, folder, ask):
    steps_of(dsn, folder)
    migrate(folder, "010_last.sql", "INSERT INTO told VALUES (10)")
    migrate(folder, "002_first.sql", "CREATE TABLE told (id integer)")
    migrate(folder, "003_second.sql", "INSERT INTO told VALUES (3)")
    (folder / "005_before_all.sql").write_text("INSERT INTO told VALUES (5);\n")
    assert steps_of(dsn, folder) == [
        "migrations/002_first.sql",
        "migrations/003_second.sql",
        "migrations/010_last.sql",
        "005_before_all.sql",
        "010_events.sql",
    ]
    assert ask("SELECT id FROM told ORDER BY id") == [(3,), (5,), (10,)]


def test_a_migration_that_fails_is_named_not_recorded_and_tried_again(dsn, folder, ask):
    steps_of(dsn, folder)
    migrate(folder, "001_fine.sql", "CREATE TABLE fine (id integer)")
    migrate(folder, "002_wrong.sql", "INSERT INTO missing VALUES (1)")
    migrate(folder, "003_never.sql", "CREATE TABLE never_made (id integer)")
    with pytest.raises(SchemaError, match=r"^migrations/002_wrong\.sql: .*missing") as raised:
        steps_of(dsn, folder)
    assert "\n" not in str(raised.value)
    assert ask("SELECT file FROM schema_steps ORDER BY file") == [
        ("migrations/001_fine.sql",),
        ("schema/010_events.sql",),
    ]
    migrate(folder, "002_wrong.sql", "SELECT 1")
    assert steps_of(dsn, folder) == ["migrations/002_wrong.sql", "migrations/003_never.sql", "010_events.sql"]


def test_what_a_newer_rtdash_made_is_left_alone(dsn, folder, ask):
    migrate(folder, "001_known.sql", "SELECT 1")
    steps_of(dsn, folder)
    ask("INSERT INTO schema_steps (file, digest) VALUES ('migrations/012_newer.sql', '') RETURNING file")
    (folder / "020_more.sql").write_text("CREATE TABLE more (id integer);\n")
    with pytest.raises(SchemaError, match=r"a newer rtdash was here: its migrations/012_newer\.sql is not known"):
        steps_of(dsn, folder)
    assert ask("SELECT count(*) FROM information_schema.tables WHERE table_name = 'more'") == [(0,)]


def test_a_migration_and_its_record_are_one(citus_dsn, folder):
    steps_of(citus_dsn, folder)
    migrate(folder, "001_half.sql", "CREATE TABLE half (id integer); SELECT 1 / 0")
    with pytest.raises(SchemaError, match="division by zero"):
        steps_of(citus_dsn, folder)
    with citus.connect(citus_dsn, "test") as connection:
        assert connection.execute("SELECT to_regclass('half')").fetchone() == (None,)
        migrate(folder, "001_half.sql", "CREATE TABLE half (id integer); DROP TABLE schema_steps")
        with pytest.raises(SchemaError, match="schema_steps"):
            steps_of(citus_dsn, folder)
        assert connection.execute("SELECT to_regclass('half')").fetchone() == (None,)
        assert connection.execute("SELECT count(*) FROM schema_steps").fetchone() == (1,)
