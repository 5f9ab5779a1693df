"""The programs beside which rtdash is measured: where to get them, and how they reach the private servers."""

from __future__ import annotations

import importlib.metadata
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from pydantic import SecretStr

from rtdash.bench.dashboards import LIVE
from rtdash.cli.backend import Backend


class MissingError(Exception):
    """A program cannot be had; says why."""


@dataclass(frozen=True, slots=True)
class Program:
    """A live screen, and how often it was told to draw it."""

    name: str
    every_ms: int
    shows: bytes
    """What it writes as soon as it has something to show."""
    command: tuple[str, ...]
    version: str


@dataclass(frozen=True, slots=True)
class Peer:
    """Somebody else's program before it is there."""

    name: str
    every_ms: int
    shows: bytes
    install: Callable[[Path], str]
    """Returns its path; the folder is for what it needs."""
    prepare: Callable[[Path, Backend], tuple[str, ...]]
    """Writes what it reads from its home; returns its arguments."""

    def ready(self, folder: Path, home: Path, behind: Backend) -> Program:
        """Raises MissingError."""
        path = self.install(folder)
        return Program(self.name, self.every_ms, self.shows, (path, *self.prepare(home, behind)), _version(path))


def _run(*command: str | Path) -> str:
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False)
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines()
        raise MissingError(f"{Path(command[0]).name} {command[1]} failed: {said[-1] if said else 'it says nothing'}")
    return done.stdout.strip()


def _version(path: str) -> str:
    return _run(path, "--version").splitlines()[0].split()[-1]


def _by_apt(name: str, folder: Path) -> str:
    del folder
    if shutil.which(name) is None:
        if shutil.which("apt-get") is None:
            raise MissingError("it is not installed, and there is no apt-get")
        _run("apt-get", "install", "--yes", "--no-install-recommends", name)
    return shutil.which(name) or name


def _by_pip(name: str, packages: tuple[str, ...], folder: Path) -> str:
    place = folder / name
    _run(sys.executable, "-m", "venv", place)
    _run(place / "bin" / "pip", "install", "--quiet", *packages)
    return str(place / "bin" / name)


def _secret(file: Path, text: str) -> None:
    file.touch(mode=0o600)
    file.write_text(text, encoding="utf-8")


def _address(dsn: SecretStr | None, parameter: str) -> tuple[str, str, str]:
    """User, password, and where the socket is."""
    assert dsn is not None  # noqa: S101 (the demo sets it)
    parts = urlsplit(dsn.get_secret_value())
    return parts.username or "", parts.password or "", parse_qs(parts.query)[parameter][0]


def _dolphie(home: Path, behind: Backend) -> tuple[str, ...]:
    user, password, socket = _address(behind.settings.donations_owner_dsn, "unix_socket")
    _secret(home / ".my.cnf", f"[client]\nuser = {user}\npassword = {password}\nsocket = {socket}\n")
    return ("--refresh-interval", "1")


def _pg_activity(home: Path, behind: Backend) -> tuple[str, ...]:
    user, password, folder = _address(behind.settings.citus_owner_dsn, "host")
    _secret(home / ".pgpass", f"{folder}:*:*:{user}:{password}\n".replace("\\", "\\\\"))
    return ("--host", folder, "--username", user, "--dbname", "rtdash", "--refresh", "0.5")


def _btop(home: Path, behind: Backend) -> tuple[str, ...]:
    del behind
    folder = home / ".config" / "btop"
    folder.mkdir(parents=True)
    (folder / "btop.conf").write_text("update_ms = 250\n", encoding="utf-8")
    return ()


def _htop(home: Path, behind: Backend) -> tuple[str, ...]:
    del home, behind
    return ("--delay", "3")


def rtdash(behind: Backend) -> Program:
    """The dashboard on the same servers."""
    command = (sys.executable, "-P", "-m", "rtdash", "--settings", str(behind.folder / "rtdash.toml"))
    return Program("rtdash", behind.settings.interval_ms, LIVE, command, importlib.metadata.version("rtdash"))


PEERS = (
    Peer("Dolphie", 1000, b"Uptime", partial(_by_pip, "dolphie", ("dolphie",)), _dolphie),
    Peer(
        "pg_activity",
        500,
        b"RUNNING",
        partial(_by_pip, "pg_activity", ("pg_activity", "psycopg[binary]")),
        _pg_activity,
    ),
    Peer("btop", 250, b"cpu", partial(_by_apt, "btop"), _btop),
    Peer("htop", 300, b"Tasks", partial(_by_apt, "htop"), _htop),
)
