"""The two ways from a topic into a database, and how the same rows get there at once."""

from __future__ import annotations

import itertools
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from functools import cached_property
from typing import Any, ClassVar

from pydantic import SecretStr

from rtdash.errors import RtdashError
from rtdash.ingest.batch import Stretch
from rtdash.ingest.clickstream import COPY, ClickstreamSink
from rtdash.ingest.donations import INTO, DonationSink
from rtdash.ingest.load import load, open_loader
from rtdash.resources import sql_folder
from rtdash.schema.apply import apply
from rtdash.servers.mariadb import PrivateMariaDB
from rtdash.servers.postgres import PrivatePostgres
from rtdash.sources import citus, donations
from rtdash.sources.kafka import CLICKSTREAM_TOPIC, DONATIONS_TOPIC
from rtdash.sources.mysql import explained

_numbers = itertools.count(1)
_A_BATCH = 10_000


class Route(ABC):
    """A topic, the private server that it goes to, and messages to send."""

    topic: ClassVar[str]
    at_once: ClassVar[str]
    """The statement that stores all rows at once, in words."""
    setting: ClassVar[str]
    """The setting that leads ingest to the database."""
    rows_stored: ClassVar[str]
    """Asks how many rows there are."""
    sums_stored: ClassVar[tuple[str, ...]] = ()
    """Each asks how many rows are counted in a table of sums."""
    _schema: ClassVar[str]
    _sink: ClassVar[type[DonationSink | ClickstreamSink]]

    def __init__(self, server: PrivateMariaDB | PrivatePostgres, messages: Sequence[bytes]) -> None:
        self._server = server
        self.messages = messages

    @contextmanager
    def database(self) -> Iterator[SecretStr]:
        """The owner's DSN of a new database with the schema and no rows, dropped in the end."""
        name = f"bench_{next(_numbers)}"
        self._server.create_database(name)
        try:
            dsn = self._server.dsn("owner", name)
            apply(dsn, sql_folder(self._schema, "schema"), lambda _: None)
            yield dsn
        finally:
            self._server.drop_database(name)

    @cached_property
    def rows(self) -> bytes:
        """The messages as ingest hands them to the database, all of them."""
        sink = self._sink(SecretStr(""))
        pieces = []
        for start in range(0, len(self.messages), _A_BATCH):
            messages = list(enumerate(self.messages[start : start + _A_BATCH], start))
            end = start + len(messages)
            pieces.append(sink.prepare([Stretch(0, start, end, end, messages)]).rows)
        return b"".join(pieces)

    def verify(self, connection: Any, *statements: str) -> None:
        """Raises RtdashError when one of these does not count every message."""
        for statement in statements:
            (stored,) = ask(connection, statement)
            if stored != len(self.messages):
                raise RtdashError(f"{self.topic}: {stored} of {len(self.messages)} are stored, says {statement}")

    @abstractmethod
    def connect(self, dsn: SecretStr) -> Any:
        """A connection of the driver, for `ask` and `verify`."""

    @abstractmethod
    def store_at_once(self, dsn: SecretStr) -> float:
        """Store all rows by one statement; returns how long it took, s."""


class DonationsRoute(Route):
    """Donations into MariaDB."""

    topic = DONATIONS_TOPIC
    at_once = "LOAD DATA"
    setting = "donations_owner_dsn"
    rows_stored = "SELECT COUNT(*) FROM donation_transactions"
    sums_stored = (
        "SELECT SUM(donations) FROM donation_totals",
        "SELECT SUM(donations) FROM donation_seconds",
        "SELECT SUM(donations) FROM donation_arrivals",
    )
    _schema = "mariadb"
    _sink = DonationSink

    def connect(self, dsn: SecretStr) -> Any:
        return donations.connect(dsn, "bench")

    def store_at_once(self, dsn: SecretStr) -> float:
        rows = self.rows
        with closing(open_loader(dsn)) as connection, explained():
            begun_s = time.monotonic()
            load(connection, INTO, rows)
            return time.monotonic() - begun_s


class ClickstreamRoute(Route):
    """Events into PostgreSQL."""

    topic = CLICKSTREAM_TOPIC
    at_once = "COPY"
    setting = "citus_owner_dsn"
    rows_stored = "SELECT COUNT(*) FROM events"
    _schema = "citus"
    _sink = ClickstreamSink

    def connect(self, dsn: SecretStr) -> Any:
        return citus.connect(dsn, "bench")

    def store_at_once(self, dsn: SecretStr) -> float:
        rows = self.rows
        with closing(citus.connect(dsn, "bench")) as connection, citus.explained(), connection.cursor() as cursor:
            begun_s = time.monotonic()
            with cursor.copy(COPY) as copy:
                copy.write(rows)
            return time.monotonic() - begun_s


def ask(connection: Any, statement: str) -> tuple[Any, ...]:
    """The first row of an answer."""
    with connection.cursor() as cursor:
        cursor.execute(statement)
        row: tuple[Any, ...] = cursor.fetchone()
        return row
