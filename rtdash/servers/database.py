"""What the private databases have in common: data that are made once, and accounts with random passwords."""

from __future__ import annotations

import json
import secrets
import shutil
from abc import abstractmethod
from pathlib import Path
from typing import ClassVar

from rtdash.errors import ServerError
from rtdash.servers.folders import DataFolder
from rtdash.servers.server import PrivateServer


class PrivateDatabase(PrivateServer):
    """A server with data and accounts. Its data folder appears whole or not at all, whenever the first start ends."""

    roles: ClassVar[tuple[str, ...]]

    def __init__(self, data: DataFolder) -> None:
        super().__init__(data)
        self.folder = data.subfolder(self.title.lower())
        self._passwords: dict[str, str] = {}

    @property
    def is_new(self) -> bool:
        """Whether there is no data yet."""
        return not self._data.exists()

    @property
    def _data(self) -> Path:
        return self.folder / "data"

    def password(self, role: str) -> str:
        """The password of a role: random, and kept in a file that only we can read."""
        if not self._passwords:
            if not self._password_file.exists():
                raise ServerError(f"{self._password_file} is missing: start over with --fresh")
            self._passwords = json.loads(self._password_file.read_text(encoding="utf-8"))
        return self._passwords[role]

    @property
    def _password_file(self) -> Path:
        return self.data.path / f"{self.title.lower()}.passwords"

    def _prepare(self) -> None:
        unfinished = self.folder / "data.new"
        if unfinished.exists():
            shutil.rmtree(unfinished)
        self._passwords = {role: secrets.token_urlsafe(24) for role in self.roles}
        self._password_file.touch(mode=0o600)
        self._password_file.write_text(json.dumps(self._passwords), encoding="utf-8")
        self._make_data(unfinished)
        unfinished.rename(self._data)

    @abstractmethod
    def _make_data(self, folder: Path) -> None:
        """Make the data of a new server in `folder`, which does not exist yet."""
