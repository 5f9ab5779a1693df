"""A private MariaDB, the donations database of the demo, which answers on a socket only."""

from __future__ import annotations

import hashlib
import os
import pwd
import shutil
import socket
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from signal import SIGKILL, SIGTERM
from typing import Any, ClassVar
from urllib.parse import quote

import pymysql
from pydantic import SecretStr
from pymysql.connections import Connection

from rtdash.errors import ServerError
from rtdash.servers.database import PrivateDatabase
from rtdash.servers.folders import DataFolder
from rtdash.servers.process import StopSignals
from rtdash.servers.server import ENVIRONMENT

_DATABASE = "rtdash"
_USERS = {"owner": "rtdash", "reader": "rtdash_reader", "control": "rtdash_control"}
_POOL_BYTES, _LOG_BYTES = 256 << 20, 96 << 20
_LAB = r"rtdash\_lab%"
"""Databases that the lab may make, as a GRANT has them."""
_SETTINGS = (
    "--skip-networking",
    "--skip-name-resolve",
    "--character-set-server=utf8mb4",
    "--collation-server=utf8mb4_general_ci",
    "--default-time-zone=+00:00",
    "--local-infile=1",
    "--innodb-flush-log-at-trx-commit=1",
    # The server's own account of slow queries. That of all queries (performance_schema) would take 100 MB of memory.
    "--slow-query-log=1",
    "--log-output=TABLE",
    "--long-query-time=0.2",
    "--event-scheduler=ON",
)
MOST_LOGGED = 20_000
"""Rows of the server's slow log."""
REVIEW_S = 600


class PrivateMariaDB(PrivateDatabase):
    """MariaDB with database `rtdash`, its `owner`, a `reader`, and `control`, who may write `campaigns` alone."""

    title = "MariaDB"
    stop_signals: ClassVar[StopSignals] = ((SIGTERM, 3.5), (SIGKILL, 0.5))
    roles = tuple(_USERS)

    def __init__(self, data: DataFolder, pool_bytes: int = _POOL_BYTES) -> None:
        """`pool_bytes`: how much of its tables it keeps in memory."""
        super().__init__(data)
        self._pool_bytes = pool_bytes

    @property
    def socket(self) -> Path:
        """Where it listens."""
        return self.data.sockets / "mariadb.sock"

    def dsn(self, role: str = "owner", database: str = _DATABASE) -> SecretStr:
        """How `owner`, `reader` or `control` reach a database of this server."""
        address = f"localhost/{quote(database)}?unix_socket={quote(str(self.socket), safe='/')}"
        return SecretStr(f"mysql://{_USERS[role]}:{self.password(role)}@{address}")

    def create_database(self, name: str) -> None:
        """Make a database unless there is one: all of it for the owner, SELECT for the others."""
        database = _quoted(name)
        self._execute(
            f"CREATE DATABASE IF NOT EXISTS {database}",
            f"GRANT ALL ON {database}.* TO {_USERS['owner']}@localhost",
            # A query over a view is not explained to whom may not see the view.
            f"GRANT SELECT, SHOW VIEW ON {database}.* TO {_USERS['reader']}@localhost",
            f"GRANT SELECT ON {database}.* TO {_USERS['control']}@localhost",
        )

    def drop_database(self, name: str) -> None:
        """Remove a database with the rights on it."""
        revoked = [f"REVOKE ALL ON {_quoted(name)}.* FROM {user}@localhost" for user in _USERS.values()]
        self._execute(f"DROP DATABASE {_quoted(name)}", *revoked)

    def authorize(self, database: str = _DATABASE) -> None:
        """Let `control` write `campaigns`, which the schema has made by now."""
        self._execute(f"GRANT INSERT, UPDATE ON {_quoted(database)}.campaigns TO {_USERS['control']}@localhost")

    def _connect(self) -> Connection[Any]:
        """As the account that rtdash runs under: the server asks the kernel, no password is needed."""
        connection = pymysql.connect(user=_ourselves(), autocommit=True, defer_connect=True)
        # PyMySQL leaves a socket open when nobody listens, so it is handed a connected one.
        channel = socket.socket(socket.AF_UNIX)
        try:
            channel.settimeout(5.0)
            channel.connect(str(self.socket))
            connection.connect(channel)
        except BaseException:
            channel.close()
            raise
        return connection

    def _execute(self, *statements: str) -> None:
        with closing(self._connect()) as connection, connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)

    def _make_data(self, folder: Path) -> None:
        self._run(
            [
                _program("mariadb-install-db"),
                "--no-defaults",
                f"--datadir={folder}",
                "--auth-root-authentication-method=socket",
                f"--auth-root-socket-user={_ourselves()}",
                "--skip-test-db",
                "--skip-name-resolve",
            ]
        )

    def _command(self) -> list[str | Path]:
        files = [f"--datadir={self._data}", f"--socket={self.socket}", f"--pid-file={self._data / 'mariadb.pid'}"]
        memory = [
            f"--innodb-buffer-pool-size={self._pool_bytes}",
            f"--innodb-log-file-size={max(_LOG_BYTES, self._pool_bytes // 8)}",
        ]
        return [_program("mariadbd"), "--no-defaults", *files, *memory, *_SETTINGS]

    @property
    def _environment(self) -> Mapping[str, str]:
        """In a folder that servers share, one that starts removes the temporary tables of those that run.

        By name, since the script that makes the data takes a path with a blank for two.
        """
        return ENVIRONMENT | {"TMPDIR": str(self.data.subfolder("mariadb-tmp"))}

    def _answers(self) -> bool:
        try:
            self._connect().close()
        except OSError:
            return False
        except pymysql.OperationalError as error:
            raise ServerError(f"MariaDB refuses rtdash: {error.args[-1]}") from None
        return True

    def _settle(self) -> None:
        for role, user in _USERS.items():
            # A hash, so that no password is in a statement that could be logged.
            identified = f"{user}@localhost IDENTIFIED BY PASSWORD '{_hash(self.password(role))}'"
            self._execute(f"CREATE USER IF NOT EXISTS {identified}", f"ALTER USER {identified}")
        self._execute(
            f"GRANT PROCESS, CONNECTION ADMIN ON *.* TO {_USERS['owner']}@localhost",
            f"GRANT ALL ON `{_LAB}`.* TO {_USERS['owner']}@localhost",
            f"GRANT SELECT ON mysql.slow_log TO {_USERS['reader']}@localhost",
            "TRUNCATE mysql.slow_log",
            bounded_log(MOST_LOGGED, REVIEW_S),
        )
        self.create_database(_DATABASE)


def bounded_log(most: int, every_s: int) -> str:
    """Has the server empty its slow log, which has no other end, where it is longer; rows cannot be deleted from it."""
    schedule = f"CREATE OR REPLACE EVENT mysql.bounded_slow_log ON SCHEDULE EVERY {every_s} SECOND"
    rows = "SELECT COUNT(*) FROM mysql.slow_log"
    return f"{schedule} DO IF ({rows}) > {most} THEN TRUNCATE mysql.slow_log; END IF"


def _ourselves() -> str:
    return pwd.getpwuid(os.geteuid()).pw_name


def _quoted(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"


def _hash(password: str) -> str:
    """mysql_native_password: SHA-1 of SHA-1, which is what the protocol asks for."""
    inner = hashlib.sha1(password.encode(), usedforsecurity=False).digest()
    return "*" + hashlib.sha1(inner, usedforsecurity=False).hexdigest().upper()


def _program(name: str) -> str:
    found = shutil.which(name, path=ENVIRONMENT["PATH"])
    if not found:
        raise ServerError("MariaDB is not installed: make setup installs it")
    return found
