"""The servers of the demo and of the tests: PostgreSQL, MariaDB and a Kafka broker, started side by side."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from rtdash.servers.broker import PrivateBroker
from rtdash.servers.folders import DataFolder
from rtdash.servers.mariadb import PrivateMariaDB
from rtdash.servers.postgres import PrivatePostgres
from rtdash.servers.server import PrivateServer

Progress = Callable[[str, str], None]
"""Called with a server's title and its state (preparing, starting, ready, stopping, stopped), from any thread."""


class PrivateStack:
    """All three servers in one data folder: `start()` and `stop()`, or a `with` block."""

    def __init__(self, folder: Path | None = None, *, fresh: bool = False, progress: Progress | None = None) -> None:
        """Lock the folder (default: the user's) and delete old data when `fresh`. Raises ServerError."""
        self.data = DataFolder.open(folder, fresh=fresh)
        self.postgres = PrivatePostgres(self.data)
        self.mariadb = PrivateMariaDB(self.data)
        self.broker = PrivateBroker(self.data)
        self._progress = progress or (lambda _title, _state: None)

    @property
    def _servers(self) -> tuple[PrivateServer, ...]:
        return self.broker, self.postgres, self.mariadb

    def start(self) -> None:
        """Start all; when one fails, or we are interrupted, those that run are stopped. Raises ServerError."""
        with ThreadPoolExecutor(thread_name_prefix="start") as threads:
            try:
                for started in as_completed([threads.submit(self._start, server) for server in self._servers]):
                    started.result()
            except BaseException:
                for server in self._servers:
                    threads.submit(server.stop)
                raise

    def stop(self) -> None:
        """Stop all and let others have the folder; safe to repeat."""
        with ThreadPoolExecutor(thread_name_prefix="stop") as threads:
            list(threads.map(self._stop, self._servers))
        self.data.close()

    def addresses(self) -> dict[str, Any]:
        """What `Settings` needs to reach the servers, by the names of its fields."""
        return {
            "citus_dsn": self.postgres.dsn("reader"),
            "citus_owner_dsn": self.postgres.dsn("owner"),
            "donations_dsn": self.mariadb.dsn("reader"),
            "donations_owner_dsn": self.mariadb.dsn("owner"),
            "donations_control_dsn": self.mariadb.dsn("control"),
            **self.broker.addresses(),
        }

    def _start(self, server: PrivateServer) -> None:
        self._progress(server.title, "preparing" if server.is_new else "starting")
        server.start()
        self._progress(server.title, "ready")

    def _stop(self, server: PrivateServer) -> None:
        self._progress(server.title, "stopping")
        server.stop()
        self._progress(server.title, "stopped")

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()
