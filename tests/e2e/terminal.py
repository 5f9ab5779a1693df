"""A program in a pseudo-terminal: what a user types and sees."""

from __future__ import annotations

import fcntl
import os
import select
import signal
import struct
import subprocess
import termios
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pyte

ON_ALTERNATE_SCREEN = b"\x1b[?1049h"
LEFT_ALTERNATE_SCREEN = b"\x1b[?1049l"
_STILL_S = 0.005
"""A frame arrives in pieces that are closer to each other."""


class Terminal:
    """Starts a command with a terminal of its own, reads it in a thread, and ends it with the `with` block."""

    def __init__(
        self, command: Sequence[str | Path], environment: Mapping[str, str], *, columns: int = 200, rows: int = 50
    ) -> None:
        self.written = bytearray()
        """Every byte that the terminal got."""
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self._screen)
        self._changed = threading.Condition()
        self._text = ""
        self._ours, self._theirs = os.openpty()
        self._stop, self._stop_writing = os.pipe()
        self._set_size(columns, rows)
        self.modes_before = termios.tcgetattr(self._theirs)
        # setsid makes it the controlling terminal, so that Ctrl-C and a hang-up arrive as they do in life.
        self.process = subprocess.Popen(
            ["setsid", "--ctty", *map(str, command)],
            stdin=self._theirs,
            stdout=self._theirs,
            stderr=self._theirs,
            env={**environment, "TERM": "xterm-256color", "COLORTERM": "truecolor"},
        )
        self._reader = threading.Thread(target=self._read, name="terminal", daemon=True)
        self._reader.start()

    # ── what the user sees ────────────────────────────────────────────────────────────────────────────────────────

    @property
    def screen(self) -> str:
        """The screen as lines of text, when it last was still: between two frames, not in the midst of one."""
        with self._changed:
            return self._text

    @property
    def modes(self) -> list[Any]:
        """The terminal's flags and control characters, as `stty` shows them."""
        return termios.tcgetattr(self._theirs)

    def until(self, condition: Callable[[str], Any], within_s: float = 15.0) -> Any:
        """Wait until `condition` of the screen is true, and return what it said."""
        deadline_s = time.monotonic() + within_s
        with self._changed:
            while not (found := condition(self._text)):
                if self.process.poll() is not None:
                    # What it wrote last is still read.
                    deadline_s = min(deadline_s, time.monotonic() + 0.5)
                # A change that is not a byte on the screen, such as the end of a process, is noticed soon as well.
                self._changed.wait(min(0.1, max(0.0, deadline_s - time.monotonic())))
                if time.monotonic() > deadline_s:
                    lines = "\n".join(line.rstrip() for line in self._text.split("\n"))
                    raise AssertionError(f"not within {within_s} s; the screen is\n{lines}")
        return found

    def until_shown(self, *texts: str, within_s: float = 15.0) -> str:
        """Wait until all `texts` are on the screen; returns it."""
        self.until(lambda screen: all(text in screen for text in texts), within_s)
        return self.screen

    # ── what the user does ────────────────────────────────────────────────────────────────────────────────────────

    def type(self, keys: str) -> None:
        """Press keys."""
        os.write(self._ours, keys.encode())

    def resize(self, columns: int, rows: int) -> None:
        """Give the window another size."""
        with self._changed:
            self._screen.resize(rows, columns)
            self._set_size(columns, rows)

    def hang_up(self) -> None:
        """Close the window: the kernel sends SIGHUP, and nothing can be written or read any more."""
        self._stop_reading()
        os.close(self._ours)
        self._ours = -1

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

    def _set_size(self, columns: int, rows: int) -> None:
        fcntl.ioctl(self._ours, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def _read(self) -> None:
        while ready := select.select([self._ours, self._stop], [], [])[0]:
            if self._ours not in ready:
                return  # all that was written before the stop has been read
            chunk = os.read(self._ours, 1 << 16)
            with self._changed:
                self.written += chunk
                self._stream.feed(chunk)
            if not select.select([self._ours], [], [], _STILL_S)[0]:
                with self._changed:
                    self._text = "\n".join(self._screen.display)
                    self._changed.notify_all()

    def _stop_reading(self) -> None:
        os.write(self._stop_writing, b".")
        self._reader.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self._stop_reading()
        for descriptor in (self._ours, self._theirs, self._stop, self._stop_writing):
            if descriptor >= 0:
                os.close(descriptor)
