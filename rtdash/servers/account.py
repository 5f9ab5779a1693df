"""The account that private servers run as: never root."""

from __future__ import annotations

import os
import pwd
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from rtdash.errors import ServerError

# Debian's PostgreSQL packages make the first; the second is everywhere.
_UNPRIVILEGED = ("postgres", "nobody")


@dataclass(frozen=True, slots=True)
class Account:
    """An account of this machine."""

    name: str
    uid: int
    groups: frozenset[int]
    gid: int

    @classmethod
    def of_servers(cls) -> Self:
        """Our own account; `postgres` (or else `nobody`) when we are root."""
        uid = os.geteuid()
        if uid:
            try:
                name = pwd.getpwuid(uid).pw_name
            except KeyError:
                raise ServerError(f"user id {uid} has no name on this machine; PostgreSQL needs one") from None
            return cls(name, uid, frozenset(os.getgroups()), os.getegid())
        for name in _UNPRIVILEGED:
            try:
                entry = pwd.getpwnam(name)
            except KeyError:
                continue
            return cls(name, entry.pw_uid, frozenset(os.getgrouplist(name, entry.pw_gid)), entry.pw_gid)
        raise ServerError(f"servers do not run as root, and there is no user {' or '.join(_UNPRIVILEGED)}")

    @property
    def is_another(self) -> bool:
        """Whether servers must change to this account when they start."""
        return self.uid != os.geteuid()

    def own(self, path: Path, mode: int) -> None:
        """Give a file or folder that we made to this account."""
        path.chmod(mode)
        if self.is_another:
            os.chown(path, self.uid, self.gid)

    def may_enter(self, folder: Path) -> bool:
        """Whether the modes of `folder` and of all folders above it let this account in."""
        resolved = folder.resolve()
        return all(self._may_pass(step.stat()) for step in (resolved, *resolved.parents))

    def _may_pass(self, entry: os.stat_result) -> bool:
        if entry.st_uid == self.uid:
            return bool(entry.st_mode & stat.S_IXUSR)
        if entry.st_gid in self.groups:
            return bool(entry.st_mode & stat.S_IXGRP)
        return bool(entry.st_mode & stat.S_IXOTH)
