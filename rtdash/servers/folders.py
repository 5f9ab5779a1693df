"""The data folder of the private servers: found, locked, emptied."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Self

import platformdirs

from rtdash.errors import ServerError
from rtdash.servers.account import Account

# Marks a folder as made by rtdash, and is the lock on it.
_MARKER = ".rtdash-demo"
_SOCKETS_PREFIX = "rtdash-"
# A UNIX socket's path has 108 bytes with the final zero; the longest name in the folder is ".s.PGSQL.5432.lock".
_LONGEST_SOCKETS_PATH = 107 - len("/.s.PGSQL.5432.lock")
# Servers whose dashboard was killed are gone after 5 s.
_LEFTOVERS_S = 6.0


def default_folder() -> Path:
    """/var/lib/rtdash for root, whose home is closed to the account of the servers; else the user's data folder."""
    return Path("/var/lib/rtdash") if os.geteuid() == 0 else platformdirs.user_data_path("rtdash")


class DataFolder:
    """A data folder that is ours alone while it is open.

    `path` holds a folder for each server and `logs`; `sockets` is a private folder with a short path, gone at the end.
    """

    def __init__(self, path: Path, account: Account, lock: int) -> None:
        self.path = path
        self.account = account
        self.lock = lock
        """File descriptor; servers keep it open, so that the folder stays locked as long as one of them lives."""
        self._renew_sockets()

    @classmethod
    def open(cls, path: Path | None = None, *, fresh: bool = False) -> Self:
        """Lock the folder, which is made when it is missing; `fresh` deletes what an earlier demo left in it.

        Raises ServerError when another demo uses it, when the servers' account cannot reach it, or when there is
        something in it that is not rtdash's.
        """
        path = (path or default_folder()).absolute()
        account = Account.of_servers()
        try:
            if not path.exists():
                path.mkdir(parents=True)
                path.chmod(0o711 if account.is_another else 0o700)
            if not (path / _MARKER).exists() and any(path.iterdir()):
                raise ServerError(f"{path} is not empty and was not made by rtdash: choose another folder")
            if not account.may_enter(path):
                raise ServerError(
                    f"{path} is closed to user {account.name}, who runs the servers: choose another folder"
                )
            lock = _lock(path)
        except OSError as error:
            raise ServerError(f"data folder {path}: {error.strerror}") from error
        try:
            if fresh:
                _clear(path)
            return cls(path, account, lock)
        except BaseException:
            os.close(lock)
            raise

    def subfolder(self, name: str) -> Path:
        """A folder that belongs to the servers' account."""
        folder = self.path / name
        folder.mkdir(exist_ok=True)
        self.account.own(folder, 0o700)
        return folder

    def log_file(self, name: str) -> Path:
        """Where the output of process `name` goes."""
        return self.path / "logs" / f"{name}.log"

    def close(self) -> None:
        """Remove the sockets and let others have the folder."""
        if self.lock >= 0:
            shutil.rmtree(self.sockets, ignore_errors=True)
            (self.path / "sockets").unlink(missing_ok=True)
            os.close(self.lock)
            self.lock = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def _renew_sockets(self) -> None:
        """A symbolic link remembers the folder, so that one left by a killed dashboard is removed at the next start."""
        link = self.path / "sockets"
        if link.is_symlink():
            old = link.readlink()
            if old.name.startswith(_SOCKETS_PREFIX) and old.is_dir() and old.stat().st_uid == self.account.uid:
                shutil.rmtree(old)
            link.unlink()
        self.sockets = Path(tempfile.mkdtemp(prefix=_SOCKETS_PREFIX, dir=self._place_for_sockets()))
        self.account.own(self.sockets, 0o700)
        link.symlink_to(self.sockets)

    def _place_for_sockets(self) -> Path:
        place = Path(tempfile.gettempdir())
        fits = len(os.fsencode(place)) + len(f"/{_SOCKETS_PREFIX}12345678") <= _LONGEST_SOCKETS_PATH
        return place if fits and self.account.may_enter(place) else Path("/tmp")  # noqa: S108 (mkdtemp makes it private)


def _lock(path: Path) -> int:
    """Raises ServerError at once when another demo lives; waits for servers whose dashboard is already gone."""
    lock = os.open(path / _MARKER, os.O_RDWR | os.O_CREAT, 0o600)
    deadline = time.monotonic() + _LEFTOVERS_S
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(lock, 20, 0).decode().strip()
            if Path(f"/proc/{holder}").exists() or time.monotonic() > deadline:
                os.close(lock)
                raise ServerError(f"{path} is in use by another rtdash demo (process {holder})") from None
            time.sleep(0.05)
        else:
            os.ftruncate(lock, 0)
            os.pwrite(lock, f"{os.getpid()}\n".encode(), 0)
            return lock


def _clear(path: Path) -> None:
    for entry in path.iterdir():
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        elif entry.name not in {_MARKER, "sockets"}:
            entry.unlink()
