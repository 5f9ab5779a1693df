"""A program in a pseudo-terminal: what a user types and sees."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyte

from rtdash.bench.pty import Pty

ON_ALTERNATE_SCREEN = b"\x1b[?1049h"
LEFT_ALTERNATE_SCREEN = b"\x1b[?1049l"


class Terminal(Pty):
    """Knows the screen that the program has drawn."""

    def __init__(
        self, command: Sequence[str | Path], environment: Mapping[str, str], *, columns: int = 200, rows: int = 50
    ) -> None:
        self.written = bytearray()
        """Every byte that the terminal got."""
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self._screen)
        self._text = ""
        super().__init__(command, environment, columns=columns, rows=rows)

    # ── what the user sees ────────────────────────────────────────────────────────────────────────────────────────

    @property
    def screen(self) -> str:
        """The screen as lines of text, when it last was still: between two frames, not in the midst of one."""
        with self._changed:
            return self._text

    def until(self, condition: Callable[[str], Any], within_s: float = 15.0) -> Any:
        """Wait until `condition` of the screen is true, and return what it said."""
        if not (found := self._wait(lambda: condition(self._text), within_s)):
            lines = "\n".join(line.rstrip() for line in self.screen.split("\n"))
            raise AssertionError(f"not within {within_s} s; the screen is\n{lines}")
        return found

    def until_shown(self, *texts: str, within_s: float = 15.0) -> str:
        """Wait until all `texts` are on the screen; returns it."""
        self.until(lambda screen: all(text in screen for text in texts), within_s)
        return self.screen

    # ── what the user does ────────────────────────────────────────────────────────────────────────────────────────

    def resize(self, columns: int, rows: int) -> None:
        """Give the window another size."""
        with self._changed:
            self._screen.resize(rows, columns)
            super().resize(columns, rows)

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the program alone."""
        self.process.send_signal(number)

    def wait(self, within_s: float = 20.0) -> int:
        """The program's exit status, when everything that it wrote has been read."""
        try:
            status = self.process.wait(within_s)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"runs on after {within_s} s; the screen is\n{self.screen}") from None
        self._stop_reading()
        return status

    # ── inside ────────────────────────────────────────────────────────────────────────────────────────────────────

    def _hear(self, chunk: bytes) -> None:
        self.written += chunk
        self._stream.feed(chunk)

    def _fall_still(self) -> None:
        self._text = "\n".join(self._screen.display)
        self._changed.notify_all()
