"""A private PostgreSQL with hll, pg_cron and pg_partman, which answers on a socket only."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from signal import SIGINT, SIGKILL, SIGQUIT
from typing import Any, ClassVar
from urllib.parse import quote

import psycopg
from psycopg import sql
from psycopg.pq import PGconn, Ping
from pydantic import SecretStr

from rtdash.errors import ServerError
from rtdash.servers.database import PrivateDatabase
from rtdash.servers.folders import DataFolder
from rtdash.servers.process import StopSignals
from rtdash.servers.server import ENVIRONMENT

_DEBIAN = Path("/usr/lib/postgresql")
_DATABASE = "rtdash"
_OWNER = "rtdash"
_READER = "rtdash_reader"
_PRELOADED = ("pg_cron", "pg_stat_statements")
_BUFFERS_BYTES = 128 << 20

_SETTINGS = """\
# Written by rtdash at each start: a change made here is lost.
listen_addresses = ''
unix_socket_directories = '{sockets}'
shared_preload_libraries = '{preloaded}'
max_connections = 50
max_worker_processes = 20
shared_buffers = {buffers_mb}MB
work_mem = 16MB
max_wal_size = 1GB
max_locks_per_transaction = 256     # events has many partitions
jit = off                           # compiling takes longer than a panel's query
timezone = 'UTC'
log_timezone = 'UTC'
log_line_prefix = '%m [%p] %a '
log_checkpoints = off
"""
_CRON_SETTINGS = """\
cron.database_name = 'rtdash'
cron.use_background_workers = on    # no connection, so no password
cron.log_statement = off
"""


class PrivatePostgres(PrivateDatabase):
    """PostgreSQL with database `rtdash`, its owner `rtdash` (a superuser) and `rtdash_reader`, who reads everything."""

    title = "PostgreSQL"
    # Fast, then immediate shutdown: the second leaves the rest to recovery.
    stop_signals: ClassVar[StopSignals] = ((SIGINT, 2.5), (SIGQUIT, 1.0), (SIGKILL, 0.5))
    roles = ("owner", "reader")

    def __init__(self, data: DataFolder, buffers_bytes: int = _BUFFERS_BYTES) -> None:
        """`buffers_bytes`: how much of its tables it keeps in memory itself."""
        super().__init__(data)
        self._buffers_mb = buffers_bytes >> 20

    def dsn(self, role: str = "owner", database: str = _DATABASE) -> SecretStr:
        """How `owner` or `reader` reach a database of this server."""
        user = {"owner": _OWNER, "reader": _READER}[role]
        address = f"host={quote(str(self.data.sockets), safe='/')}&port=5432"
        return SecretStr(f"postgresql://{user}:{self.password(role)}@/{quote(database)}?{address}")

    def create_database(self, name: str) -> None:
        """Make an empty database, which both roles can reach."""
        with self._connect() as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))

    def drop_database(self, name: str) -> None:
        """Remove a database and end the connections to it."""
        with self._connect() as connection:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    def _connect(self) -> psycopg.Connection[tuple[Any, ...]]:
        dsn = self.dsn(database="postgres").get_secret_value()
        try:
            return psycopg.connect(dsn, autocommit=True, connect_timeout=5, application_name="rtdash")
        except psycopg.OperationalError as error:
            raise ServerError(f"PostgreSQL refuses rtdash: {error}") from None

    def _make_data(self, folder: Path) -> None:
        programs = _programs(None)
        password_file = self.data.path / "postgresql.owner"
        password_file.touch(mode=0o600)
        try:
            password_file.write_text(self.password("owner"), encoding="utf-8")
            self.data.account.own(password_file, 0o600)
            options = ["--encoding=UTF8", "--locale=C.UTF-8", "--auth=scram-sha-256", f"--username={_OWNER}"]
            self._run([programs / "initdb", *options, f"--pwfile={password_file}", "--pgdata", folder])
        finally:
            password_file.unlink()
        self._create_first_database(programs / "postgres", folder)

    def _create_first_database(self, postgres: Path, folder: Path) -> None:
        """Make the database before the server runs, since pg_cron wants it at its start.

        In single-user mode, which ends with its input and so needs no guard.
        """
        account = self.data.account
        done = subprocess.run(
            [postgres, "--single", "-D", folder, "-c", "log_checkpoints=off", "postgres"],
            input=f"CREATE DATABASE {_DATABASE}\n",
            capture_output=True,
            text=True,
            env=ENVIRONMENT,
            cwd=self.data.path,
            user=account.uid if account.is_another else None,
            group=account.gid if account.is_another else None,
            extra_groups=[] if account.is_another else None,
            pass_fds=(self.data.lock,),
        )
        if done.returncode or "ERROR:" in done.stderr:
            raise ServerError(f"PostgreSQL cannot make database {_DATABASE}: {done.stderr.strip()}")

    def _command(self) -> list[str | Path]:
        programs = _programs((self._data / "PG_VERSION").read_text(encoding="ascii").strip())
        self._forget_dead_postmaster()
        libraries = _libraries(programs)
        preloaded = [name for name in _PRELOADED if (libraries / f"{name}.so").exists()]
        settings = _SETTINGS.format(
            sockets=self.data.sockets, preloaded=",".join(preloaded), buffers_mb=self._buffers_mb
        )
        if "pg_cron" in preloaded:
            settings += _CRON_SETTINGS
        # Not among the data: there, the servers' account could lead root's writing elsewhere by a link.
        file = self.data.path / "postgresql.conf"
        file.write_text(settings, encoding="utf-8")
        file.chmod(0o644)
        return [programs / "postgres", "-D", self._data, "-c", f"config_file={file}"]

    def _forget_dead_postmaster(self) -> None:
        """After kill -9 its number may belong to another process of the account, which PostgreSQL takes for itself."""
        file = self._data / "postmaster.pid"
        if file.exists():
            works_in = Path("/proc", file.read_text(encoding="utf-8").splitlines()[0].strip(), "cwd")
            if works_in.exists() and works_in.resolve() == self._data.resolve():
                raise ServerError(f"a PostgreSQL server still runs in {self._data}")
            file.unlink()

    def _answers(self) -> bool:
        ping = PGconn.ping(self.dsn(database="postgres").get_secret_value().encode())
        return bool(ping == Ping.OK)

    def _settle(self) -> None:
        with self._connect() as connection:
            if connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (_READER,)).fetchone():
                return
            password = connection.pgconn.encrypt_password(
                self.password("reader").encode(), _READER.encode(), b"scram-sha-256"
            )
            with connection.transaction():
                reader = sql.Identifier(_READER)
                # The verifier, so that the password itself is in no statement that could be logged.
                connection.execute(
                    sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(reader, sql.Literal(password.decode()))
                )
                connection.execute(sql.SQL("GRANT pg_read_all_data, pg_monitor TO {}").format(reader))


def _programs(version: str | None) -> Path:
    """Folder of the PostgreSQL programs: of `version`, which existing data need, or else the newest with hll."""
    found = [folder / "bin" for folder in _DEBIAN.glob("*") if folder.name.isdigit()]
    found.sort(key=lambda folder: int(folder.parent.name), reverse=True)
    if on_path := shutil.which("postgres"):
        found.append(Path(on_path).resolve().parent)
    found = [
        folder for folder in found if all((folder / name).exists() for name in ("postgres", "initdb", "pg_config"))
    ]
    if version:
        found = [folder for folder in found if _version(folder) == version]
        if not found:
            raise ServerError(f"the data is PostgreSQL {version}'s, which is not installed: start over with --fresh")
    for folder in found:
        if (_libraries(folder) / "hll.so").exists():
            return folder
    raise ServerError("PostgreSQL with the extension hll is not installed: make setup installs it")


def _libraries(programs: Path) -> Path:
    return Path(_output(programs / "pg_config", "--pkglibdir"))


def _version(programs: Path) -> str:
    return _output(programs / "postgres", "--version").split()[2].split(".")[0]


def _output(*command: str | Path) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=10).stdout.strip()
