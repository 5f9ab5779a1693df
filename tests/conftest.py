"""Private servers for the tests: the classes of the demo, started once a session when a test asks for them."""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from rtdash.servers.broker import PrivateBroker
from rtdash.servers.folders import DataFolder
from rtdash.servers.mariadb import PrivateMariaDB
from rtdash.servers.postgres import PrivatePostgres

_numbers = itertools.count(1)


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
def citus_database(postgres: PrivatePostgres) -> Iterator[str]:
    """Name of a new empty database, dropped after the test: `postgres.dsn("reader", citus_database)`."""
    name = f"test_{next(_numbers)}"
    postgres.create_database(name)
    yield name
    postgres.drop_database(name)


@pytest.fixture
def citus_dsn(postgres: PrivatePostgres, citus_database: str) -> SecretStr:
    """The owner's DSN of a new empty PostgreSQL database. pg_cron lives in database `rtdash` alone."""
    return postgres.dsn("owner", citus_database)


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
