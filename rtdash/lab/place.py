"""Where the lab asks the clickstream: a server that is there, or one of its own."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import TypeAlias

from pydantic import SecretStr

from rtdash.lab.past import Past
from rtdash.servers.folders import DataFolder
from rtdash.servers.postgres import PrivatePostgres
from rtdash.servers.temporary import temporary_folder

_BUFFERS_PART = 4
"""PostgreSQL's own advice: it keeps a quarter of the memory, the system the rest of what is read."""
_DATABASE = "rtdash_lab"  # not the one of pg_cron: nothing rolls up by itself


@dataclass(frozen=True, slots=True)
class Place:
    """How a reader gets there; and what is to be made there, where the server is the lab's own."""

    dsn: SecretStr
    past: Past | None = None


Opening: TypeAlias = Callable[[], AbstractContextManager[Place]]
"""Opens a place, and leaves nothing behind. Raises ServerError."""


def connected(dsn: SecretStr) -> Opening:
    """A server that is there: nothing is made on it."""

    @contextmanager
    def opened() -> Iterator[Place]:
        yield Place(dsn)

    return opened


def private(events: int) -> Opening:
    """A PostgreSQL of our own in a temporary folder, where so many events are to be made."""

    memory_bytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")

    @contextmanager
    def opened() -> Iterator[Place]:
        with (
            temporary_folder("lab") as folder,
            DataFolder.open(folder / "data") as data,
            PrivatePostgres(data, memory_bytes // _BUFFERS_PART) as server,
        ):
            server.create_database(_DATABASE)
            yield Place(server.dsn("reader", _DATABASE), Past(server.dsn("owner", _DATABASE), events))

    return opened
