"""`rtdash lab …` as a process, and what the server has of it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from pydantic import SecretStr
from pymysql.connections import Connection

from rtdash.lab.claim import HOME
from rtdash.servers.mariadb import PrivateMariaDB
from tests.world import until

Line = dict[str, Any]


def environment(dsn: SecretStr, folder: Path) -> dict[str, str]:
    """Ours without any setting of rtdash, but for the owner's address."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("RTDASH_")}
    return kept | {"RTDASH_DONATIONS_OWNER_DSN": dsn.get_secret_value(), "XDG_CONFIG_HOME": str(folder)}


@contextmanager
def lab(dsn: SecretStr, folder: Path, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """The process, killed at the end when it still runs."""
    with subprocess.Popen(
        [sys.executable, "-P", "-m", "rtdash", "lab", *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(dsn, folder),
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def until_phase(process: subprocess.Popen[str], phase: str) -> Line:
    """The first report of this phase that `--stream` tells."""
    assert process.stdout is not None
    assert process.stderr is not None
    for line in process.stdout:
        report: Line = json.loads(line)
        if report["phase"] == phase:
            return report
    raise AssertionError(f"it never came to {phase}: {process.stderr.read()}")


class Seen:
    """The server, as the account that it runs under sees it."""

    def __init__(self, connection: Connection[Any]) -> None:
        self._connection = connection

    @classmethod
    @contextmanager
    def on(cls, server: PrivateMariaDB) -> Iterator[Seen]:
        """A connection to this server."""
        with closing(server._connect()) as connection:
            yield cls(connection)

    def run(self, statement: str) -> tuple[tuple[Any, ...], ...]:
        """One statement."""
        with self._connection.cursor() as cursor:
            cursor.execute(statement)
            return tuple(cursor.fetchall())

    def databases(self) -> list[str]:
        """Those whose names begin as the lab's do."""
        return [name for (name,) in self.run("SHOW DATABASES") if name.startswith(HOME)]

    def sessions(self) -> list[tuple[Any, ...]]:
        """Those of the lab: all that the owner has on this server, since no other test runs beside."""
        return list(self.run("SELECT id, db, command, info FROM information_schema.processlist WHERE user = 'rtdash'"))

    def assert_nothing_left(self, *, but: tuple[str, ...] = ()) -> None:
        """No database, and no session."""
        assert self.databases() == list(but)
        until(lambda: not self.sessions())

    def remove(self, *names: str) -> None:
        """Databases, as far as they are there."""
        for name in names:
            with closing(self._connection.cursor()) as cursor:
                cursor.execute(f"DROP DATABASE IF EXISTS `{name}`")


def age(seen: Seen) -> None:
    """Have the lab that was killed be silent for long enough."""
    seen.run(f"UPDATE {HOME}.claims SET beat_at = beat_at - INTERVAL 1 HOUR")
