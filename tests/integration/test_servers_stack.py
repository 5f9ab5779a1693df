"""All private servers together: started, stopped, killed, started again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from subprocess import PIPE

import psycopg
import pymysql
import pytest

from rtdash.errors import ServerError
from rtdash.servers.folders import DataFolder
from rtdash.servers.postgres import PrivatePostgres
from rtdash.servers.stack import PrivateStack
from rtdash.settings import Settings
from rtdash.sources import citus, donations


@pytest.fixture
def folder(server_folder: Path) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(dir=server_folder) as name:
        Path(name).chmod(0o711)
        yield Path(name) / "demo"


def eventually(condition: Callable[[], object], within_s: float) -> bool:
    deadline = time.monotonic() + within_s
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def descendants(pid: int) -> set[int]:
    found: set[int] = set()
    unseen = [pid]
    while unseen:
        try:
            tasks = list(Path(f"/proc/{unseen.pop()}/task").iterdir())
            fresh = {int(child) for task in tasks for child in (task / "children").read_text().split()}
        except (FileNotFoundError, ProcessLookupError):
            continue
        found |= fresh
        unseen += fresh
    return found


def runs(pid: int) -> bool:
    try:
        return " Z " not in Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False


def command_lines() -> set[str]:
    found = set()
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            found.add(file.read_text(errors="replace"))
        except (FileNotFoundError, ProcessLookupError):
            continue
    return found


def write(stack: PrivateStack) -> None:
    with citus.connect(stack.postgres.dsn(), "test") as connection:
        connection.execute("CREATE TABLE kept (id int)")
        connection.execute("INSERT INTO kept VALUES (1)")
    with closing(donations.connect(stack.mariadb.dsn(), "test")) as connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE kept (id int)")
        cursor.execute("INSERT INTO kept VALUES (2)")


def read(stack: PrivateStack) -> tuple[object, object]:
    with citus.connect(stack.postgres.dsn("reader"), "test") as connection:
        one = connection.execute("SELECT id FROM kept").fetchall()
    with closing(donations.connect(stack.mariadb.dsn("reader"), "test")) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT id FROM kept")
        return one, cursor.fetchall()


def test_data_are_kept_until_a_fresh_start(folder):
    before = descendants(os.getpid())
    with PrivateStack(folder) as stack:
        write(stack)
        first = stack.addresses()
    assert descendants(os.getpid()) <= before
    with PrivateStack(folder) as stack:
        assert read(stack) == ([(1,)], ((2,),))
        again = stack.addresses()
        sockets = stack.data.sockets
        assert sockets.is_dir()
    assert not sockets.exists()
    assert again["kafka_incarnation"] != first["kafka_incarnation"]
    with PrivateStack(folder, fresh=True) as stack:
        with pytest.raises(psycopg.errors.UndefinedTable):
            read(stack)
        assert stack.postgres.password("owner") not in first["citus_owner_dsn"].get_secret_value()


def test_progress_is_told_and_addresses_are_settings(folder):
    told: list[tuple[str, str]] = []
    with PrivateStack(folder, progress=lambda title, state: told.append((title, state))) as stack:
        settings = Settings(**stack.addresses())
    assert settings.dsn_of_control == settings.donations_control_dsn != settings.donations_dsn
    assert [state for title, state in told if title == "PostgreSQL"] == ["preparing", "ready", "stopping", "stopped"]
    assert [state for title, state in told if title == "Kafka"] == ["starting", "ready", "stopping", "stopped"]


def test_no_password_is_in_a_command_line_or_a_log(folder):
    seen: set[str] = set()
    started = threading.Event()

    def look() -> None:
        while not started.is_set():
            seen.update(command_lines())

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        with PrivateStack(folder) as stack:
            started.set()
            write(stack)
            seen |= command_lines()
            passwords = [stack.postgres.password(role) for role in stack.postgres.roles]
            passwords += [stack.mariadb.password(role) for role in stack.mariadb.roles]
    finally:
        started.set()
        watcher.join()
    assert any("initdb" in line for line in seen)
    assert any("mariadbd" in line for line in seen)
    logs = [file.read_text() for file in (folder / "logs").iterdir()]
    assert len(logs) == 3
    for text in [*seen, *logs]:
        assert not any(password in text for password in passwords)
    for file in folder.glob("*.passwords"):
        assert file.stat().st_mode & 0o777 == 0o600
        assert file.stat().st_uid == os.geteuid()


def test_one_server_that_fails_takes_the_others_along(folder, monkeypatch):
    before = descendants(os.getpid())
    monkeypatch.setattr("rtdash.servers.mariadb._SETTINGS", ("--no-such-option",))
    with pytest.raises(ServerError, match=r"MariaDB ended with status \d+;(.|\n)*no-such-option"), PrivateStack(folder):
        pytest.fail("started")
    assert descendants(os.getpid()) <= before
    DataFolder.open(folder).close()


def test_a_stale_process_id_that_another_process_got_is_no_obstacle(folder):
    """PostgreSQL alone would refuse to start: the process exists and is of its own account."""
    with DataFolder.open(folder) as data:
        with PrivatePostgres(data):
            pass
        account = {"user": data.account.name, "group": data.account.gid} if data.account.is_another else {}
        with subprocess.Popen(["sleep", "300"], **account) as other:
            (folder / "postgresql" / "data" / "postmaster.pid").write_text(f"{other.pid}\n")
            with PrivatePostgres(data) as postgres:
                assert postgres.alive
            other.kill()


def test_a_running_server_is_not_started_twice(folder):
    with DataFolder.open(folder) as data, PrivatePostgres(data) as running:
        with pytest.raises(ServerError, match="a PostgreSQL server still runs in"):
            PrivatePostgres(data).start()
        assert running.alive


def test_what_cannot_be_used_any_more_asks_for_a_fresh_start(folder):
    with DataFolder.open(folder) as data:
        with PrivatePostgres(data):
            pass
        (folder / "postgresql" / "data" / "PG_VERSION").write_text("9\n")
        with pytest.raises(
            ServerError, match="data is PostgreSQL 9's, which is not installed: start over with --fresh"
        ):
            PrivatePostgres(data).start()
        (folder / "postgresql.passwords").unlink()
        with pytest.raises(ServerError, match=r"postgresql.passwords is missing: start over with --fresh"):
            PrivatePostgres(data).dsn()


DEMO = """
import sys
from pathlib import Path
from rtdash.servers.stack import PrivateStack
def say(*words):
    print(" ".join(map(str, words)) + "\\n", end="", flush=True)
with PrivateStack(Path(sys.argv[1]), progress=say) as stack:
    say("up", stack.data.sockets)
    sys.stdin.read()
"""


@dataclass
class Demo:
    """A demo in a process of its own."""

    process: subprocess.Popen[bytes]
    output: Path

    def said(self, start: str) -> list[str]:
        """The words of the first line that begins with `start`."""

        def lines() -> list[str]:
            return [line for line in self.output.read_text().splitlines() if line.startswith(start)]

        assert eventually(lines, 20), self.output.read_text()
        return lines()[0].split()


@pytest.fixture
def demo(folder: Path, tmp_path: Path) -> Iterator[Demo]:
    output = tmp_path / "output"
    with (
        output.open("wb") as out,
        subprocess.Popen([sys.executable, "-c", DEMO, folder], stdin=PIPE, stdout=out) as process,
    ):
        try:
            yield Demo(process, output)
        finally:
            process.kill()


def keep_busy(folder: Path) -> list[threading.Thread]:
    """Queries that would run for minutes, so that the servers have work when their dashboard is killed."""
    sockets = (folder / "sockets").readlink()
    passwords = {name: (folder / f"{name}.passwords").read_text().split('"')[3] for name in ("postgresql", "mariadb")}

    connected = threading.Barrier(3, timeout=10)

    def on_postgres() -> None:
        account = {"user": "rtdash", "password": passwords["postgresql"], "dbname": "rtdash"}
        with psycopg.connect(host=str(sockets), **account) as one:
            connected.wait()
            with pytest.raises(psycopg.OperationalError):
                one.execute("SELECT count(*) FROM generate_series(1, 100000000000)")

    def on_mariadb() -> None:
        account = {"user": "rtdash", "password": passwords["mariadb"]}
        with pymysql.connect(unix_socket=str(sockets / "mariadb.sock"), **account) as two, two.cursor() as cursor:
            connected.wait()
            with pytest.raises(pymysql.OperationalError):
                cursor.execute("SELECT BENCHMARK(100000000000, SHA2('a', 512))")

    threads = [threading.Thread(target=on_postgres), threading.Thread(target=on_mariadb)]
    for thread in threads:
        thread.start()
    connected.wait()
    return threads


def test_kill_9_leaves_no_process_and_the_next_start_finds_its_data(demo, folder):
    sockets = Path(demo.said("up")[1])
    threads = keep_busy(folder)
    assert eventually(lambda: any("postgres: rtdash rtdash [local] SELECT" in line for line in command_lines()), 5)
    left = descendants(demo.process.pid)
    demo.process.kill()
    assert eventually(lambda: not any(map(runs, left)), 5), [pid for pid in left if runs(pid)]
    for thread in threads:
        thread.join()
    assert sockets.exists()
    with PrivateStack(folder) as stack:
        write(stack)
        assert read(stack) == ([(1,)], ((2,),))
        assert not sockets.exists()


def test_kill_9_during_the_first_start_leaves_no_process_and_no_half_made_data(demo, folder):
    demo.said("PostgreSQL preparing")
    assert eventually((folder / "postgresql" / "data.new").exists, 5)
    left = descendants(demo.process.pid)
    demo.process.kill()
    demo.process.wait()
    # At once: the start waits for what is still there.
    with PrivateStack(folder) as stack:
        assert not any(map(runs, left))
        write(stack)


def test_an_interrupted_start_ends_in_order(demo):
    demo.said("PostgreSQL preparing")
    demo.process.send_signal(signal.SIGINT)
    left = descendants(demo.process.pid)
    assert demo.process.wait(5) != 0
    assert not any(map(runs, left))
