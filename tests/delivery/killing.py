"""What is killed, and how much was under way in the databases when it was."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from signal import SIGCONT, SIGKILL, SIGSTOP

import pytest

from rtdash.servers.server import PrivateServer
from tests.e2e.processes import family
from tests.world import World, until

_WRITES_DONATIONS = (
    "SELECT 1 FROM information_schema.processlist WHERE db = DATABASE()"
    " AND (info LIKE 'LOAD DATA%%' OR info LIKE 'INSERT INTO donation%%' OR info LIKE 'UPDATE ingest_offsets%%')"
)
_WRITES_EVENTS = (
    "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'rtdash ingest'"
    " AND xact_start IS NOT NULL"
)
LONGEST_LIFE_S = 2.5


def kill(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    assert process.wait() == -SIGKILL


def kill_anywhen(process: subprocess.Popen[bytes], world: World, moments: Random) -> None:
    """At a random moment: while ingest starts, between two batches, or in the middle of a transaction."""
    del world
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(moments.uniform(0.1, LONGEST_LIFE_S))
    kill(process)


def kill_storing_donations(process: subprocess.Popen[bytes], world: World, moments: Random) -> None:
    """In the middle of a transaction, wherever it is just then; `moments` are the scheduler's."""
    del moments
    until(lambda: world.rows(_WRITES_DONATIONS))
    kill(process)


def kill_storing_events(process: subprocess.Popen[bytes], world: World, moments: Random) -> None:
    del moments
    until(lambda: world.clickstream.execute(_WRITES_EVENTS).fetchone())
    kill(process)


KILLS = (kill_anywhen, kill_storing_donations, kill_storing_events)


def crash(server: PrivateServer) -> None:
    """kill -9 the server itself, not its guard, and start it again on the same data and address."""
    os.kill(_leader(server), SIGKILL)
    until(lambda: not server.alive)
    server.stop()
    server.start()


@contextmanager
def frozen(server: PrivateServer) -> Iterator[None]:
    """It answers nobody, and reads what was sent to it only afterwards."""
    processes = family(_leader(server))
    for process in processes:
        os.kill(process.pid, SIGSTOP)
    try:
        yield
    finally:
        for process in processes:
            os.kill(process.pid, SIGCONT)


def _leader(server: PrivateServer) -> int:
    guard = server._process._guard.pid
    (leader,) = Path(f"/proc/{guard}/task/{guard}/children").read_text().split()
    return int(leader)


@dataclass(frozen=True)
class RolledBack:
    """Transactions that the databases have rolled back: those that lost their client among them."""

    donations: int
    clickstream: int

    @classmethod
    def of(cls, world: World) -> RolledBack:
        ((_, donations),) = world.rows("SHOW GLOBAL STATUS LIKE 'Handler_rollback'")
        clickstream = "SELECT xact_rollback FROM pg_stat_database WHERE datname = current_database()"
        return cls(int(donations), world.clickstream.execute(clickstream).fetchone()[0])

    def since(self, earlier: RolledBack) -> str:
        donations, clickstream = self.donations - earlier.donations, self.clickstream - earlier.clickstream
        return f"rolled back: {donations} transactions of the donations, {clickstream} of the clickstream"
