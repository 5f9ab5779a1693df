"""A server that takes a statement and never answers: the client gives up, connects anew, and no event is lost."""

from __future__ import annotations

import os
import signal
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from rtdash.errors import Unreachable
from rtdash.ingest import clickstream as ingest_clickstream
from rtdash.ingest import rollups as ingest_rollups
from rtdash.ingest.chore import Chore
from rtdash.ingest.clickstream import ClickstreamSink
from rtdash.sources import bounded, citus
from tests.messages import event
from tests.world import World, until

WELCOME = b"R" + struct.pack("!ii", 8, 0) + b"Z" + struct.pack("!i", 5) + b"I"
"""Logged in, ready for a query: all that this server ever says."""


class Mute:
    """A server that lets everybody in and answers nothing."""

    def __init__(self, folder: Path) -> None:
        self.dsn = SecretStr(f"postgresql://u@/d?host={folder}&port=1")
        self._server = socket.socket(socket.AF_UNIX)
        self._server.bind(str(folder / ".s.PGSQL.1"))
        self._server.listen()
        self._lines: list[socket.socket] = []
        self.asked = 0
        """Statements that will have no answer."""
        self.ended = 0
        """Clients that have gone."""
        threading.Thread(target=self._greet, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown(socket.SHUT_RDWR)
        for each in (self._server, *self._lines):
            each.close()

    def _greet(self) -> None:
        with suppress(OSError):
            while True:
                line, _ = self._server.accept()
                self._lines.append(line)
                line.sendall(WELCOME)
                threading.Thread(target=self._listen, args=(line,), daemon=True).start()

    def _listen(self, line: socket.socket) -> None:
        with suppress(OSError):
            self.asked -= 1  # the login
            while line.recv(1 << 16):
                self.asked += 1
            self.ended += 1


@pytest.fixture
def mute(server_folder: Path) -> Iterator[Mute]:
    folder = server_folder / "mute"
    folder.mkdir()
    server = Mute(folder)
    yield server
    server.close()
    (folder / ".s.PGSQL.1").unlink()
    folder.rmdir()


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Time-outs of a test's length."""
    monkeypatch.setattr(citus, "GRACE_S", 0.2)
    monkeypatch.setattr(ingest_clickstream, "_DEADLINE_S", 1.0)
    monkeypatch.setattr(ingest_rollups, "_LIVE_DEADLINE_S", 1.0)
    monkeypatch.setattr(ingest_rollups, "_DEADLINE_S", 1.0)


def test_a_statement_without_an_answer_ends_with_its_connection(mute: Mute):
    with citus.connect(mute.dsn, "test", statement_timeout_s=0.1) as connection:
        with pytest.raises(Unreachable), citus.explained():
            connection.execute("SELECT 1")
        assert connection.broken
        until(lambda: mute.ended == 1)


def test_a_transaction_that_is_given_up_does_not_wait_for_its_rollback(mute: Mute):
    with citus.connect(mute.dsn, "test", statement_timeout_s=0.1) as connection:
        with pytest.raises(Unreachable), citus.explained(), connection.transaction():
            connection.execute("SELECT 1")
        assert connection.broken


def test_ingest_gives_up_its_first_statement(mute: Mute, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(ingest_clickstream, "_DEADLINE_S", 0.1)
    with pytest.raises(Unreachable):
        ClickstreamSink(mute.dsn).connect()


def test_a_chore_goes_on_with_a_new_connection(mute: Mute, caplog: pytest.LogCaptureFixture):
    stop, attempts = threading.Event(), []

    def work(connection: bounded.BoundedConnection) -> bool:
        attempts.append(connection)
        if len(attempts) == 3:
            stop.set()
        with citus.explained():
            connection.execute("SELECT 1")
        return False

    Chore("chore", 60.0, lambda: citus.connect(mute.dsn, "test", statement_timeout_s=0.1), work).run(stop)
    assert len(set(map(id, attempts))) == 3
    assert all(connection.closed for connection in attempts)
    assert len(caplog.records) == 1


def test_what_hangs_is_broken_off_at_the_end(mute: Mute):
    """Long before its own deadline."""
    stop = threading.Event()
    chore = ingest_rollups.live_rollups(mute.dsn)
    thread = threading.Thread(target=chore.run, args=(stop,))
    thread.start()
    until(lambda: mute.asked == 1)
    stop.set()
    with pytest.raises(Unreachable):
        # Nobody takes the cancellation either.
        chore.interrupt()
    thread.join(5)
    assert not thread.is_alive()


@contextmanager
def stopped(world: World, purpose: str, table: str, mode: str, begin: Callable[[], object]) -> Iterator[int]:
    """The server process of a connection, stopped in the middle of a transaction that writes `table`."""
    waiting = "SELECT pid FROM pg_stat_activity WHERE application_name = %s AND %s = ANY (pg_blocking_pids(pid))"
    with citus.connect(world.settings.citus_dsn, "test") as holder, holder.transaction():
        holder.execute(f"LOCK TABLE {table} IN {mode} MODE")
        begin()
        (pid,) = until(lambda: world.clickstream.execute(waiting, (purpose, holder.info.backend_pid)).fetchone())
        os.kill(pid, signal.SIGSTOP)
    try:
        yield pid
    finally:
        os.kill(pid, signal.SIGCONT)


# Only where the server's processes are ours to stop.
@pytest.mark.usefixtures("citus_database")
@pytest.mark.parametrize(
    ("purpose", "table", "mode"),
    [
        ("rtdash ingest", "events", "SHARE"),
        ("rtdash live rollups", "live_totals", "ACCESS EXCLUSIVE"),
        ("rtdash hourly_aggregation", "rollup_events_1hr", "ACCESS EXCLUSIVE"),
    ],
)
def test_a_server_process_that_hangs_loses_and_doubles_nothing(
    world: World, clickstream, caplog: pytest.LogCaptureFixture, purpose: str, table: str, mode: str
):
    others = "SELECT FROM pg_stat_activity WHERE datname = current_database() AND application_name = %s AND pid <> %s"
    with ExitStack() as ingest:

        def begin() -> None:
            ingest.enter_context(world.ingest())
            world.send("clickstream", *[event(session_id=number) for number in range(1, 101)])

        clickstream.insert(world.clickstream, {"country": "FR"}, {"country": "BE"})
        with stopped(world, purpose, table, mode, begin) as pid:
            until(lambda: world.clickstream.execute(others, (purpose, pid)).rowcount)
        # It wakes up to a client that has left.
        until(lambda: world.clickstream.execute("SELECT FROM pg_stat_activity WHERE pid = %s", (pid,)).rowcount == 0)
        world.send("clickstream", event(session_id=101))
        until(lambda: world.events() == 103)
        until(lambda: counted(world, "live_totals WHERE width = '1 hour'") == 103)
        until(lambda: counted(world, "rollup_events_1hr") >= 2)
    assert world.clickstream.execute("SELECT sum(loaded), sum(lost) FROM ingest_offsets").fetchone() == (101, 0)
    assert any("trying again" in record.getMessage() for record in caplog.records)
    clickstream.roll_up(world.clickstream)
    assert clickstream.differences(world.clickstream) == {}


def counted(world: World, rollup: str) -> int:
    return world.clickstream.execute(f"SELECT coalesce(sum(event_count), 0)::bigint FROM {rollup}").fetchone()[0]


@pytest.mark.usefixtures("citus_database")
def test_ingest_ends_in_time_while_a_server_process_hangs(
    world: World, clickstream, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(ingest_rollups, "_LIVE_DEADLINE_S", 60.0)
    clickstream.insert(world.clickstream, {"country": "FR"})
    # Ingest is left first: the process is released only after it has ended.
    with ExitStack() as release, ExitStack() as ingest:
        hung = stopped(
            world,
            "rtdash live rollups",
            "live_totals",
            "ACCESS EXCLUSIVE",
            lambda: ingest.enter_context(world.ingest()),
        )
        release.enter_context(hung)
    assert [record.getMessage() for record in caplog.records if "did not end in time" in record.getMessage()] == []


def test_a_batch_whose_commit_was_not_heard_of_is_not_stored_again(world: World, monkeypatch: pytest.MonkeyPatch):
    store, unheard = ClickstreamSink.store, threading.Event()

    def store_and_break(sink: ClickstreamSink, *batch: Any) -> None:
        store(sink, *batch)
        if not unheard.is_set():
            unheard.set()
            raise Unreachable("the line broke after the commit")

    monkeypatch.setattr(ClickstreamSink, "store", store_and_break)
    with world.ingest():
        world.send("clickstream", *[event(session_id=number) for number in range(1, 101)])
        until(lambda: world.events() == 100)
        world.send("clickstream", event(session_id=101))
        until(lambda: world.events() >= 101)
    assert unheard.is_set()
    assert world.events() == 101
