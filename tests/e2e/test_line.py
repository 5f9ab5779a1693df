"""What a terminal shows after a while of differences is what it shows when everything is drawn again."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.e2e.demo import environment
from tests.e2e.terminal import LEFT_ALTERNATE_SCREEN, ON_ALTERNATE_SCREEN, Terminal
from tests.world import until

REPAINT = "\x0c"
CLEAR = b"\x1b[2J"
STILL = (sys.executable, "-m", "tests.e2e.still")
SIGHTS = (("4", "Countries"), ("5", "Rollups"), ("?", "These keys"), ("\x1b", "Rollups"))
VARIANTS = {
    "xterm-256color": {"TERM": "xterm-256color"},
    "truecolor": {"TERM": "xterm-256color", "COLORTERM": "truecolor"},
    "screen": {"TERM": "screen"},
    "linux": {"TERM": "linux"},
    "LANG=C": {"TERM": "xterm-256color", "LANG": "C"},
    "NO_COLOR": {"TERM": "xterm-256color", "COLORTERM": "truecolor", "NO_COLOR": "1"},
}


class Still(Terminal):
    """The dashboard on injected samples, with these variables."""

    def __init__(self, home: Path, variables: dict[str, str]) -> None:
        assigned = [f"{name}={value}" for name, value in variables.items()]
        home.mkdir(exist_ok=True)
        command = ("env", "-u", "TERM", "-u", "COLORTERM", *assigned, *STILL)
        super().__init__(command, {**environment(home), "PYTHONPATH": str(Path.cwd())}, columns=120, rows=36)

    def look_around(self) -> None:
        """See everything there is, and come back."""
        self.until_shown("Quit", within_s=60)
        for key, text in SIGHTS:
            self.type(key)
            self.until(lambda screen, text=text: text in screen and ("These keys" in screen) == (text == "These keys"))
        self.resize(80, 24)
        self.until(lambda screen: "Quit" in screen.split("\n")[-1])
        self.type("1")
        self.until_shown("Donations")
        self.resize(120, 36)
        self.until_shown("fini", "Campaigns")

    def cells(self) -> list[list[object]]:
        """Every cell with its colours."""
        with self._changed:
            return [[self._screen.buffer[y][x] for x in range(self._screen.columns)] for y in range(self._screen.lines)]


@pytest.mark.parametrize(
    "variables",
    [
        pytest.param(variables, id=name, marks=[] if name in {"truecolor", "LANG=C"} else pytest.mark.long)
        for name, variables in VARIANTS.items()
    ],
)
def test_what_was_changed_is_what_is_drawn_again(tmp_path, variables):
    with Still(tmp_path / "home", variables) as still:
        still.look_around()
        cells = still.cells()
        clears = still.written.count(CLEAR)
        still.type(REPAINT)
        until(lambda: still.written.count(CLEAR) > clears)
        until(lambda: still.cells() == cells)
        text = still.written.decode()
        if "NO_COLOR" in variables:
            parameters = {one for found in re.findall(r"\x1b\[([\d;]+)m", text) for one in found.split(";")}
            assert not [one for one in parameters if 30 <= int(one) <= 49 or int(one) >= 90]
        assert text.isascii() is (variables.get("LANG") == "C")


def test_who_was_stopped_draws_everything_again(tmp_path):
    with Still(tmp_path / "home", VARIANTS["truecolor"]) as still:
        still.look_around()
        cells = still.cells()
        still.signal(signal.SIGTSTP)
        until(lambda: LEFT_ALTERNATE_SCREEN in still.written)
        # The shell behind is not left in our colours.
        before = still.written[: still.written.index(LEFT_ALTERNATE_SCREEN)]
        assert re.findall(rb"\x1b\[[\d;]*m", before)[-1] == b"\x1b[m"
        still.signal(signal.SIGCONT)
        until(lambda: CLEAR in still.written.partition(LEFT_ALTERNATE_SCREEN)[2].partition(ON_ALTERNATE_SCREEN)[2])
        until(lambda: still.cells() == cells)


@contextmanager
def tmux(home: Path) -> Iterator[list[str]]:
    """A tmux of our own, in which the dashboard runs."""
    command = ["tmux", "-L", f"rtdash-{uuid.uuid4().hex}", "-f", os.devnull]
    variables = {**environment(home), "PYTHONPATH": str(Path.cwd()), "TERM": "xterm-256color"}
    subprocess.run([*command, "new-session", "-d", "-x", "120", "-y", "36", *STILL], env=variables, check=True)
    try:
        yield command
    finally:
        subprocess.run([*command, "kill-server"], check=True)


@pytest.mark.skipif(shutil.which("tmux") is None, reason="there is no tmux")
def test_in_tmux(tmp_path):
    with tmux(tmp_path) as command:

        def shown(*options: str) -> str:
            return subprocess.check_output([*command, "capture-pane", "-p", *options], text=True)

        until(lambda: "Quit" in shown(), 60)
        for key, text in (*SIGHTS, ("1", "Donations")):
            subprocess.run([*command, "send-keys", key], check=True)
            until(lambda text=text: text in shown() and ("These keys" in shown()) == (text == "These keys"))
        until(lambda: "fini" in shown())
        before = shown("-e")
        tty = subprocess.check_output([*command, "display-message", "-p", "#{pane_tty}"], text=True).strip()
        Path(tty).write_text("\x1b[5;5Hanother program")
        until(lambda: "another program" in shown())
        subprocess.run([*command, "send-keys", REPAINT], check=True)
        until(lambda: "another program" not in shown())
        until(lambda: shown("-e") == before)
