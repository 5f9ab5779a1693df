"""`rtdash demo` in a terminal of 200x50, with a data folder of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

from rtdash.settings import Settings, load
from rtdash.sources import donations
from tests.e2e import board
from tests.e2e.terminal import Terminal

RTDASH = Path(sys.executable).with_name("rtdash")


def environment(home: Path) -> dict[str, str]:
    """Without the settings of whoever runs the tests; what rtdash keeps for a user is below `home`."""
    return {"PATH": os.environ["PATH"], "HOME": str(home), "LANG": "C.UTF-8"}


class Dashboard(Terminal):
    """`rtdash …` in a terminal, with a home beside the data folder `folder`."""

    def __init__(self, folder: Path, *arguments: str | Path) -> None:
        self.folder = folder
        self.home = folder.with_name("home")
        super().__init__((RTDASH, *arguments), environment(self.home))

    def until_open(self, within_s: float = 60.0) -> None:
        """Wait for the first answers on the screen."""
        self.until(lambda screen: "q Quit" in screen and " live ─╮" in screen, within_s)

    def campaign(self, state: str, screen: str | None = None) -> dict[str, str]:
        """The newest campaign's row, when it is in `state`; nothing otherwise."""
        newest = next(iter(board.campaigns(screen or self.screen)), {})
        return newest if newest.get("state") == state else {}

    def until_campaign(self, state: str, *, loaded: int = 0, within_s: float = 30.0) -> dict[str, str]:
        """Wait until the newest campaign is in `state`, and so much of it in the database; returns its row."""

        def found(screen: str) -> dict[str, str]:
            row = self.campaign(state, screen)
            return row if board.number(row.get("loaded", "-1")) >= loaded else {}

        return self.until(found, within_s)


class Demo(Dashboard):
    """The dashboard of a demo without generated history, and what leads to its servers."""

    def __init__(self, folder: Path, *options: str | Path) -> None:
        super().__init__(folder, "demo", "--data", folder, "--no-history", *options)

    @property
    def settings_file(self) -> Path:
        return self.folder / "rtdash.toml"

    @property
    def settings(self) -> Settings:
        return load(self.settings_file)

    def ask(self, statement: str, *values: object) -> tuple[tuple[Any, ...], ...]:
        """Ask the donations database as its owner."""
        dsn = self.settings.dsn_of_donations_owner
        with closing(donations.connect(dsn, "test")) as connection, connection.cursor() as cursor:
            cursor.execute(statement, values)
            return tuple(cursor.fetchall())

    def command(self, *arguments: str) -> str:
        """What `rtdash ARGUMENTS` says beside the demo, by the settings of the demo."""
        return subprocess.run(
            [RTDASH, *arguments, "--settings", self.settings_file],
            env=environment(self.home),
            capture_output=True,
            text=True,
            check=True,
            timeout=30,
        ).stdout
