"""What a terminal shows after a while of differences is what it shows when everything is drawn again."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
import uuid
from codecs import getincrementaldecoder
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from pyte.screens import Char

from tests.e2e.demo import environment
from tests.e2e.terminal import LEFT_ALTERNATE_SCREEN, ON_ALTERNATE_SCREEN, Terminal
from tests.emulator import Emulator
from tests.world import until

REPAINT = "\x0c"
CLEAR = b"\x1b[2J"
STILL_S = 1.0
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
        self._decoder = getincrementaldecoder("utf-8")()
        self._strict = Emulator(120, 36)
        super().__init__(command, {**environment(home), "PYTHONPATH": str(Path.cwd())}, columns=120, rows=36)

    def see_sights(self) -> None:
        """See everything there is in one size, until nothing changes any more."""
        self.until_shown("Quit", within_s=60)
        for key, text in (*SIGHTS, ("1", "Donations")):
            self.type(key)
            self.until(lambda screen, text=text: text in screen and ("These keys" in screen) == (text == "These keys"))
        self.fall_still()

    def look_around(self) -> None:
        """Have another size for a while, and see everything."""
        self.until_shown("Quit", within_s=60)
        for size in ((80, 24), (120, 36)):
            clears = self.clears
            self.resize(*size)
            until(lambda clears=clears: self.clears > clears)
            self.fall_still()
        self.see_sights()

    def fall_still(self) -> None:
        """Wait until the last sample is shown, and all that came with it: then nothing is written any more."""
        self.until_shown("fini")
        until(lambda: time.monotonic() - self._heard_at > STILL_S)

    def resize(self, columns: int, rows: int) -> None:
        with self._changed:
            self._strict.resize(rows, columns)
        super().resize(columns, rows)

    def cells(self) -> list[list[Char]]:
        """Every cell with its colours."""
        with self._changed:
            return self._strict.cells()

    def draw_again(self) -> None:
        """Have everything drawn at once: it is what was shown before."""
        cells, clears = self.cells(), self.clears
        self.type(REPAINT)
        until(lambda: self.clears > clears)
        until(lambda: self.cells() == cells)

    @property
    def clears(self) -> int:
        """How often everything was drawn at once."""
        with self._changed:
            return self.written.count(CLEAR)

    def _hear(self, chunk: bytes) -> None:
        super()._hear(chunk)
        self._heard_at = time.monotonic()
        self._strict.feed(self._decoder.decode(chunk))


@pytest.mark.parametrize(
    "variables",
    [
        pytest.param(variables, id=name, marks=[] if name in {"truecolor", "LANG=C"} else pytest.mark.long)
        for name, variables in VARIANTS.items()
    ],
)
def test_what_was_changed_is_what_is_drawn_again(tmp_path, variables):
    with Still(tmp_path / "home", variables) as still:
        still.see_sights()
        assert still.clears == 1, "all that was seen since is differences"
        still.draw_again()
        still.look_around()
        still.draw_again()
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
