"""`rtdash init --plan` says what would be done, and changes nothing."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from rtdash.cli import main
from rtdash.resources import sql_folder
from rtdash.schema.apply import apply
from rtdash.schema.plan import plan
from rtdash.sources import citus, donations

FIRST = Path(__file__).with_name("schemas") / "first.sql"
EVERYTHING = """
SELECT 'relation', oid::text, relname, relfilenode::text FROM pg_class
UNION ALL SELECT 'function', oid::text, proname, prosrc FROM pg_proc
UNION ALL SELECT 'schema', oid::text, nspname, nspacl::text FROM pg_namespace
UNION ALL SELECT 'extension', oid::text, extname, extversion FROM pg_extension
UNION ALL SELECT 'setting', setdatabase::text, setrole::text, setconfig::text FROM pg_db_role_setting
ORDER BY 1, 2
"""


@pytest.fixture
def folder(tmp_path):
    """The clickstream's files, for a test to change."""
    for name in ("schema", "migrations"):
        shutil.copytree(sql_folder("citus", name), tmp_path / name)
    return tmp_path / "schema"


@pytest.fixture
def first_release(citus_dsn):
    """The DSN of a database with the schema of the first release."""
    with citus.connect(citus_dsn, "test") as connection, connection.transaction():
        connection.execute("SET LOCAL citus.multi_shard_modify_mode TO 'sequential'")
        connection.execute(FIRST.read_text().encode())
    return citus_dsn


def texts(findings):
    return {finding.subject: finding.text for finding in findings}


def everything(dsn):
    with citus.connect(dsn, "test") as connection:
        return connection.execute(EVERYTHING).fetchall()


def test_a_plan_changes_nothing(citus_dsn, folder):
    empty = everything(citus_dsn)
    assert all(finding.is_possible for finding in plan(citus_dsn, folder))
    assert everything(citus_dsn) == empty
    apply(citus_dsn, folder, lambda _: None)
    applied = everything(citus_dsn)
    (folder / "030_events.sql").write_text("DROP TABLE events CASCADE;\n")
    plan(citus_dsn, folder)
    assert everything(citus_dsn) == applied


def test_each_file_is_new_changed_or_as_applied(citus_dsn, folder):
    assert texts(plan(citus_dsn, folder))["030_events.sql"] == "new"
    assert texts(plan(citus_dsn, folder))["migrations/001_advance_rollup.sql"].startswith("not needed")
    apply(citus_dsn, folder, lambda _: None)
    with (folder / "040_rollups.sql").open("a") as file:
        file.write("SELECT 1;\n")
    (folder / "120_more.sql").write_text("SELECT 2;\n")
    found = texts(plan(citus_dsn, folder))
    assert found["030_events.sql"] == "as applied"
    assert found["040_rollups.sql"] == "changed since applied"
    assert found["120_more.sql"] == "new"
    assert found["migrations/001_advance_rollup.sql"] == "done"
    assert found["schema"].endswith(": an rtdash was here, its data stay")


def test_the_first_release_gets_its_migrations(first_release, folder):
    found = texts(plan(first_release, folder))
    assert found["migrations/001_advance_rollup.sql"] == "will run"
    assert found["030_events.sql"] == "new"
    assert found["events"].startswith("an index on event_time is built: stop ingest")


def test_an_index_that_is_there_is_not_announced(first_release, folder):
    apply(first_release, folder, lambda _: None)
    assert "events" not in texts(plan(first_release, folder))


def test_a_newer_rtdash_was_here(citus_dsn, folder):
    apply(citus_dsn, folder, lambda _: None)
    with citus.connect(citus_dsn, "test") as connection:
        connection.execute("INSERT INTO schema_steps VALUES ('migrations/999_newer.sql', '')")
    (obstacle,) = [finding for finding in plan(citus_dsn, folder) if not finding.is_possible]
    assert obstacle.text.startswith("a newer rtdash was here: its migrations/999_newer.sql")


@pytest.mark.usefixtures("citus_database")
def test_the_plan_is_what_is_then_done(citus_dsn, folder):
    found = texts(plan(citus_dsn, folder))
    assert found["schema"] == "public: no rtdash was here, everything is made"
    assert found["search_path"] == "public, rtdash_compat: will be stored with the database"
    notes = {}
    apply(citus_dsn, folder, lambda step: notes.update({step.file: step.note}))
    assert found["pg_partman"].endswith("rtdash makes partitions of a day") == (
        "rtdash makes" in notes["035_partitions.sql"]
    )
    assert ("stay on this server" in found["citus"]) == ("no Citus:" in notes["010_extensions.sql"])
    assert ("by pg_cron" in found["rollups"]) == ("pg_cron runs" in notes["100_schedule.sql"])
    assert ("stand-in" in found["topn"]) == ("no topn: a stand-in" in notes["010_extensions.sql"])
    with citus.connect(citus_dsn, "test") as connection:
        version = connection.execute("SELECT extversion FROM pg_extension WHERE extname = 'hll'").fetchone()
        assert found["hll"] == f"{version[0]} will be created"
        assert found["server"].startswith(f"PostgreSQL {connection.execute('SHOW server_version').fetchone()[0]}")
        assert connection.execute("SELECT current_schemas(false)::text").fetchone() == ("{public,rtdash_compat}",)


def test_pg_cron_in_the_database_where_it_lives(postgres):
    found = texts(plan(postgres.dsn(), sql_folder("citus", "schema")))
    with citus.connect(postgres.dsn(), "test") as connection:
        if not connection.execute("SELECT 1 FROM pg_available_extensions WHERE name = 'pg_cron'").fetchone():
            pytest.skip("the server has no pg_cron")
    assert ", by minutes" in found["pg_cron"] or ", by seconds" in found["pg_cron"]
    assert found["rollups"].endswith("5 minutes and hour by pg_cron each minute")


def test_who_may_only_read_gets_a_plan(postgres, citus_database, citus_dsn, folder):
    reader = postgres.dsn("reader", citus_database)
    assert texts(plan(reader, folder))["schema"] == "public: rtdash_reader may not make tables there"
    apply(citus_dsn, folder, lambda _: None)
    findings = plan(reader, folder)
    assert texts(findings)["030_events.sql"] == "as applied"
    assert [finding.subject for finding in findings if not finding.is_possible] == ["schema", "topn"]


CITUS = """
SET allow_system_table_mods = on;
INSERT INTO pg_extension (oid, extname, extowner, extnamespace, extrelocatable, extversion)
SELECT 4000000000, 'citus', extowner, extnamespace, false, '13.2-1' FROM pg_extension WHERE extname = 'plpgsql';
CREATE TABLE pg_dist_local_group (groupid integer);
CREATE TABLE pg_dist_node (groupid integer, isactive boolean, noderole text);
CREATE TABLE pg_dist_partition (logicalrelid regclass);
INSERT INTO pg_dist_local_group VALUES (0);
INSERT INTO pg_dist_node VALUES (0, true, 'primary'), (1, true, 'primary'), (2, true, 'primary'), (3, false, 'primary');
"""


@pytest.mark.usefixtures("citus_database")
def test_a_cluster_is_asked_for_its_workers(citus_dsn, folder):
    """By tables that are called as those of Citus are."""
    with citus.connect(citus_dsn, "test") as connection:
        connection.execute(CITUS)
        found = texts(plan(citus_dsn, folder))
        assert found["citus"] == "13.2-1, 2 workers: tables will be distributed by customer_id"
        connection.execute("CREATE TABLE events (); CREATE TABLE rollups (rolled_up_until timestamptz)")
        connection.execute("INSERT INTO pg_dist_partition VALUES ('events')")
        assert "tables are distributed" in texts(plan(citus_dsn, folder))["citus"]
        connection.execute("UPDATE pg_dist_local_group SET groupid = 1")
        (obstacle,) = [finding for finding in plan(citus_dsn, folder) if not finding.is_possible]
        assert "this is a worker" in obstacle.text


def test_the_donations_database(donations_dsn):
    folder = sql_folder("mariadb", "schema")
    tables = "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = DATABASE()"
    with donations.connect(donations_dsn, "test") as connection, connection.cursor() as cursor:
        found = texts(plan(donations_dsn, folder))
        cursor.execute(tables)
        assert cursor.fetchone() == (0,)
        cursor.execute("SELECT VERSION(), DATABASE()")
        version, database = cursor.fetchone()
        assert found["server"] == f"MariaDB {version}"
        assert found["database"] == f"{database}: no rtdash was here, everything is made"
        assert found["020_donations.sql"] == "new"
        apply(donations_dsn, folder, lambda _: None)
        found = texts(plan(donations_dsn, folder))
        assert found["database"] == f"{database}: an rtdash was here, its data stay"
        assert found["020_donations.sql"] == "as applied"


@pytest.fixture
def command(monkeypatch, capsys, tmp_path):
    """`command("init", …, citus_dsn=…)`: exit status and output, with these settings alone."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "none"))
    monkeypatch.chdir(tmp_path)

    def run(*arguments, **settings):
        for name, dsn in settings.items():
            monkeypatch.setenv(f"RTDASH_{name.upper()}", dsn.get_secret_value())
        status = main(arguments)
        return status, capsys.readouterr()

    return run


def test_the_command_prints_both_plans(command, citus_dsn, donations_dsn):
    status, said = command("init", "--plan", citus_dsn=citus_dsn, donations_dsn=donations_dsn)
    assert (status, said.err) == (0, "")
    lines = said.out.splitlines()
    assert lines[0] == "clickstream"
    assert lines[1].split()[:2] == ["server", "PostgreSQL"]
    assert lines[lines.index("donations") + 1].split()[:2] == ["server", "MariaDB"]
    assert [line.split()[-1] for line in lines if line.startswith("  040_")] == ["new", "new"]


def test_an_impossible_plan_says_so_and_is_a_status(command, postgres, citus_database):
    status, said = command("init", "--plan", citus_dsn=postgres.dsn("reader", citus_database))
    assert status == 1
    assert [line.split()[:2] for line in said.out.splitlines() if line.startswith("✗")] == [
        ["✗", "schema"],
        ["✗", "hll"],
        ["✗", "topn"],
    ]


def test_a_failing_file_is_named_in_one_line(command, citus_dsn):
    with citus.connect(citus_dsn, "test") as connection:
        connection.execute("CREATE VIEW rollup_runs AS SELECT 1")
    status, said = command("init", citus_dsn=citus_dsn)
    assert status == 2
    assert said.err.startswith("rtdash: 040_rollups.sql: PostgreSQL: ")
    assert said.err.count("\n") == 1
    assert "postgresql://" not in said.err
    assert said.out.splitlines()[-1].strip() == "040_rollups.sql"
