"""A program in a pseudo-terminal: keys are typed, and what it writes is read in a thread."""

from __future__ import annotations

import fcntl
import os
import select
import struct
import subprocess
import termios
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Self, TypeVar

T = TypeVar("T")

_STILL_S = 0.005
"""A frame arrives in pieces that are closer to each other."""
_LOOK_S = 0.1
_END_S = 10.0


class Pty(ABC):
    """Starts a command with a terminal of its own, and ends it with the `with` block."""

    def __init__(
        self, command: Sequence[str | Path], environment: Mapping[str, str], *, columns: int, rows: int
    ) -> None:
        self._changed = threading.Condition()
        self._ours, self._theirs = os.openpty()
        self._stop, self._stop_writing = os.pipe()
        try:
            self.resize(columns, rows)
            self.modes_before = self.modes
            # setsid makes it the controlling terminal, so that Ctrl-C and a hang-up arrive as they do in life.
            self.process = subprocess.Popen(
                ["setsid", "--ctty", *map(str, command)],
                stdin=self._theirs,
                stdout=self._theirs,
                stderr=self._theirs,
                env={**environment, "TERM": "xterm-256color", "COLORTERM": "truecolor"},
            )
        except BaseException:
            self._close()
            raise
        self._reader = threading.Thread(target=self._read, name="terminal", daemon=True)
        self._reader.start()

    @property
    def modes(self) -> list[Any]:
        """The terminal's flags and control characters, as `stty` shows them."""
        return termios.tcgetattr(self._theirs)

    def type(self, keys: str) -> None:
        """Press keys."""
        os.write(self._ours, keys.encode())

    def resize(self, columns: int, rows: int) -> None:
        """Give the window another size."""
        fcntl.ioctl(self._ours, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def hang_up(self) -> None:
        """Close the window: the kernel sends SIGHUP, and nothing can be written or read any more."""
        self._stop_reading()
        os.close(self._ours)
        self._ours = -1

    def _wait(self, condition: Callable[[], T], within_s: float) -> T:
        """What `condition` says as soon as that is true, or after so long; sooner when the program has ended."""
        deadline_s = time.monotonic() + within_s
        with self._changed:
            while not (found := condition()) and (left_s := deadline_s - time.monotonic()) > 0:
                if self.process.poll() is not None:
                    # What it wrote last is still read.
                    deadline_s = min(deadline_s, time.monotonic() + 0.5)
                # A change that is not a byte on the screen, such as the end of a process, is noticed soon as well.
                self._changed.wait(min(_LOOK_S, left_s))
        return found

    @abstractmethod
    def _hear(self, chunk: bytes) -> None:
        """Take in what the program has just written; like the next one on the thread that reads, with the lock held.

        Whoever waits looks again after `self._changed.notify_all()`.
        """

    @abstractmethod
    def _fall_still(self) -> None:
        """A frame has ended, as it seems."""

    def _read(self) -> None:
        while ready := select.select([self._ours, self._stop], [], [])[0]:
            if self._ours not in ready:
                return  # all that was written before the stop has been read
            chunk = os.read(self._ours, 1 << 16)
            with self._changed:
                self._hear(chunk)
            if not select.select([self._ours], [], [], _STILL_S)[0]:
                with self._changed:
                    self._fall_still()

    def _stop_reading(self) -> None:
        os.write(self._stop_writing, b".")
        self._reader.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        try:
            self.process.wait(_END_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self._stop_reading()
        self._close()

    def _close(self) -> None:
        for descriptor in (self._ours, self._theirs, self._stop, self._stop_writing):
            if descriptor >= 0:
                os.close(descriptor)
