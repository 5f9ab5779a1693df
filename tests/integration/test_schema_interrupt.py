"""`rtdash init` says what it is at, may be broken off, and goes on from there."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from rtdash.resources import sql_folder
from rtdash.schema.apply import apply
from rtdash.schema.files import schema_files
from rtdash.schema.target import open_target
from rtdash.settings import Settings
from rtdash.sources import citus, donations
from tests.world import until

SLEEPS = {"citus_dsn": "SELECT pg_sleep(600)", "donations_dsn": "SELECT SLEEP(600)"}
IS_ASLEEP = {
    "citus_dsn": "SELECT count(*) FROM pg_stat_activity"
    " WHERE application_name = 'rtdash init' AND wait_event = 'PgSleep' AND datname = current_database()",
    "donations_dsn": "SELECT COUNT(*) FROM information_schema.processlist"
    " WHERE info LIKE '%SLEEP(600)%' AND state = 'User sleep' AND db = DATABASE()",
}
WAITS = "SELECT 1 FROM pg_stat_activity WHERE application_name = 'rtdash init' AND %s = ANY (pg_blocking_pids(pid))"


class Log:
    """What was said, in order."""

    def __init__(self):
        self.lines = []

    def under_way(self, file, what):
        self.lines.append((file, what))

    def ended(self, step):
        self.lines.append((step.file, f"ended: {step.note}"))


@pytest.fixture(params=["citus_dsn", "donations_dsn"])
def database(request):
    return request.param


@pytest.fixture
def dsn(request, database):
    return request.getfixturevalue(database)


@pytest.fixture
def number(dsn, database):
    """`number(statement)`: what the database answers."""
    module = citus if database == "citus_dsn" else donations
    with closing(module.connect(dsn, "test")) as connection, closing(connection.cursor()) as cursor:

        def ask(statement):
            cursor.execute(statement)
            return cursor.fetchone()[0]

        yield ask


def test_a_file_is_named_when_it_begins_and_when_it_ends(dsn, tmp_path):
    (tmp_path / "010_one.sql").write_text("SELECT 1;\n")
    (tmp_path / "020_two.sql").write_text("SELECT 2;\n")
    log = Log()
    apply(dsn, tmp_path, log.ended, log.under_way)
    assert [(file, what[:5]) for file, what in log.lines] == [
        ("010_one.sql", ""),
        ("010_one.sql", "ended"),
        ("020_two.sql", ""),
        ("020_two.sql", "ended"),
    ]


def test_what_a_file_is_about_to_do_is_said_before_it_is_done(citus_dsn, tmp_path):
    with citus.connect(citus_dsn, "test") as connection, ThreadPoolExecutor(1) as pool:
        connection.execute("CREATE TABLE gate (id integer)")
        (tmp_path / "010_slow.sql").write_text(
            "DO $$ BEGIN RAISE INFO 'spreading events'; LOCK TABLE gate; RAISE NOTICE 'spread'; END $$;"
        )
        log = Log()
        with connection.transaction():
            connection.execute("LOCK TABLE gate")
            done = pool.submit(apply, citus_dsn, tmp_path, log.ended, log.under_way)
            until(lambda: len(log.lines) == 2)
            assert log.lines == [("010_slow.sql", ""), ("010_slow.sql", "spreading events")]
        done.result()
        assert log.lines[2:] == [("010_slow.sql", "ended: spread")]


def test_whoever_waits_for_another_says_so(dsn, tmp_path):
    (tmp_path / "010_one.sql").write_text("SELECT 1;\n")
    log = Log()
    with ThreadPoolExecutor(1) as pool:
        with open_target(dsn, pytest.fail):
            done = pool.submit(apply, dsn, tmp_path, log.ended, log.under_way)
            until(lambda: log.lines)
            assert log.lines == [("", "another process applies the schema: waiting for it")]
        done.result()
    assert [file for file, _ in log.lines[1:]] == ["010_one.sql", "010_one.sql"]


def test_an_interrupted_file_is_not_recorded_and_is_applied_again(dsn, database, tmp_path, number):
    (tmp_path / "010_fine.sql").write_text("CREATE TABLE IF NOT EXISTS fine (id integer);\n")
    slow = tmp_path / "020_slow.sql"
    slow.write_text(f"CREATE TABLE IF NOT EXISTS slow (id integer);\n{SLEEPS[database]};\n")
    log = Log()

    def interrupt():
        until(lambda: number(IS_ASLEEP[database]))
        signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)

    with ThreadPoolExecutor(1) as pool:
        interrupted = pool.submit(interrupt)
        with pytest.raises(KeyboardInterrupt):
            apply(dsn, tmp_path, log.ended, log.under_way)
        interrupted.result()
    assert log.lines[-1] == ("020_slow.sql", "")
    # MariaDB itself would see after 5 s that nobody listens any more.
    until(lambda: number(IS_ASLEEP[database]) == 0, deadline_s=3)
    assert number("SELECT count(*) FROM schema_steps") == 1
    if database == "citus_dsn":
        assert number("SELECT to_regclass('slow')") is None, "rolled back"

    slow.write_text("CREATE TABLE IF NOT EXISTS slow (id integer);\n")
    apply(dsn, tmp_path, log.ended, log.under_way)
    assert number("SELECT count(*) FROM schema_steps") == 2
    assert number("SELECT count(*) FROM slow") == 0


def test_ctrl_c_ends_the_command_in_order(citus_dsn, tmp_path):
    settings = tmp_path / "settings.toml"
    Settings(citus_dsn=citus_dsn).save(settings)
    command = [sys.executable, "-m", "rtdash", "init", "--settings", str(settings)]
    with citus.connect(citus_dsn, "test") as connection, citus.connect(citus_dsn, "test") as watcher:
        with connection.transaction(force_rollback=True):
            # Whoever makes a table of the same name waits for us.
            connection.execute("CREATE TABLE rollups (id integer)")
            process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            with process:
                until(lambda: watcher.execute(WAITS, (connection.info.backend_pid,)).fetchone())
                process.send_signal(signal.SIGINT)
                output, errors = process.communicate(timeout=30)
        assert process.returncode == 130, errors
        assert errors == ""
        *_, before, broken_off, end = output.splitlines()
        assert before.startswith("  035_partitions.sql")
        assert " ms  " in before
        assert broken_off.strip() == "040_rollups.sql"
        assert end == "interrupted: `rtdash init` goes on from there"

        done = [file for (file,) in watcher.execute("SELECT file FROM schema_steps WHERE applied_at IS NOT NULL")]
        assert max(done) == "schema/035_partitions.sql"
        again = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
        shown = [line.split()[0] for line in again.stdout.splitlines()]
        assert shown == ["clickstream", *(file.name for file in schema_files(sql_folder("citus", "schema")))]
        assert watcher.execute("SELECT count(*) FROM rollups").fetchone() == (3,)
