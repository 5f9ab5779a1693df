"""Servers for the tests: the private ones of the demo, started once a session when a test asks for them.

With RTDASH_TEST_CITUS_DSN, what asks for a place for the clickstream gets it on that server; see docs/testing.md.
"""

from __future__ import annotations

import itertools
import logging
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from rtdash.servers.broker import PrivateBroker
from rtdash.servers.folders import DataFolder
from rtdash.servers.mariadb import PrivateMariaDB
from rtdash.servers.postgres import PrivatePostgres
from tests.bare_postgres import BarePostgres
from tests.shared_server import VARIABLE, SharedServer

_numbers = itertools.count(1)


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    """A command that a test runs in this process sends the records of rtdash elsewhere: not those of the next test."""
    logger = logging.getLogger("rtdash")
    before = logger.handlers[:], logger.level, logger.propagate
    yield
    for handler in set(logger.handlers) - set(before[0]):
        handler.close()
    logger.handlers, logger.level, logger.propagate = before


@pytest.fixture(scope="session")
def server_folder() -> Iterator[Path]:
    """A temporary folder that the account of the servers can enter, unlike pytest's own when root runs the tests."""
    with tempfile.TemporaryDirectory(prefix="rtdash-test-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        yield folder


@pytest.fixture(scope="session")
def data_folder(server_folder: Path) -> Iterator[DataFolder]:
    with DataFolder.open(server_folder / "session") as data:
        yield data


@pytest.fixture(scope="session")
def postgres(data_folder: DataFolder) -> Iterator[PrivatePostgres]:
    with PrivatePostgres(data_folder) as server:
        yield server


@pytest.fixture(scope="session")
def mariadb(data_folder: DataFolder) -> Iterator[PrivateMariaDB]:
    with PrivateMariaDB(data_folder) as server:
        yield server


@pytest.fixture(scope="session")
def broker(data_folder: DataFolder) -> Iterator[PrivateBroker]:
    with PrivateBroker(data_folder) as server:
        yield server


@pytest.fixture
def own_broker(server_folder: Path) -> Iterator[PrivateBroker]:
    """A broker whose topics no other test has seen."""
    with DataFolder.open(server_folder / f"broker_{next(_numbers)}") as data, PrivateBroker(data) as broker:
        yield broker


@pytest.fixture(scope="session")
def bare_postgres(server_folder: Path) -> Iterator[BarePostgres]:
    """PostgreSQL without pg_partman and pg_cron."""
    with DataFolder.open(server_folder / "bare") as data, BarePostgres(data) as server:
        yield server


@pytest.fixture
def citus_server(request: pytest.FixtureRequest) -> PrivatePostgres | SharedServer:
    """Where the clickstream lives: `postgres`, or the server that a test names as an indirect parameter."""
    named = getattr(request, "param", "postgres")
    dsn = os.environ.get(VARIABLE)
    if dsn and named != "postgres":
        pytest.skip(f"needs a server of its own, not that of {VARIABLE}")
    return SharedServer(SecretStr(dsn)) if dsn else request.getfixturevalue(named)


@pytest.fixture
def citus_database(citus_server: PrivatePostgres | SharedServer) -> Iterator[str]:
    """Name of a new empty database, dropped after the test: `postgres.dsn("reader", citus_database)`."""
    if isinstance(citus_server, SharedServer):
        pytest.skip(f"needs a database of its own, which the server of {VARIABLE} cannot give")
    name = f"test_{next(_numbers)}"
    citus_server.create_database(name)
    yield name
    citus_server.drop_database(name)


@pytest.fixture
def citus_dsn(request: pytest.FixtureRequest, citus_server: PrivatePostgres | SharedServer) -> Iterator[SecretStr]:
    """The owner's DSN of a new empty database, or schema of a shared server. pg_cron lives in one database alone."""
    if isinstance(citus_server, SharedServer):
        with citus_server.schema() as dsn:
            yield dsn
    else:
        yield citus_server.dsn("owner", request.getfixturevalue("citus_database"))


@pytest.fixture
def citus_reader_dsn(
    request: pytest.FixtureRequest, citus_server: PrivatePostgres | SharedServer, citus_dsn: SecretStr
) -> SecretStr:
    """How the dashboard reaches the same place; on a shared server there is no account but the one that was named."""
    if isinstance(citus_server, SharedServer):
        return citus_dsn
    return citus_server.dsn("reader", request.getfixturevalue("citus_database"))


@pytest.fixture
def donations_database(mariadb: PrivateMariaDB) -> Iterator[str]:
    """Name of a new empty database, dropped after the test: `mariadb.dsn("reader", donations_database)`."""
    name = f"test_{next(_numbers)}"
    mariadb.create_database(name)
    yield name
    mariadb.drop_database(name)


@pytest.fixture
def donations_dsn(mariadb: PrivateMariaDB, donations_database: str) -> SecretStr:
    """The owner's DSN of a new empty MariaDB database."""
    return mariadb.dsn("owner", donations_database)
