"""Processes that never outlive the dashboard: each runs below a guard that ends it when we are gone."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from signal import SIGKILL, SIGTERM, Signals
from types import TracebackType
from typing import Self

from rtdash.errors import ServerError

_GUARD = Path(__file__).with_name("guard.py")
_MOST_LOG_BYTES = 5_000_000
_LOG_TAIL_BYTES = 4_000
_LOG_TAIL_LINES = 5

StopSignals = Sequence[tuple[Signals, float]]
"""Signals in the order in which they are sent, each with the seconds that it is given to work."""

PYTHON_STOP: StopSignals = ((SIGTERM, 4.0), (SIGKILL, 0.5))


class GuardedProcess:
    """A running command: `GuardedProcess.start(…)`, then `stop()` or the end of a `with` block.

    Only this process holds the write end of the lifeline, since every pipe of Python closes on exec. A plain `fork`
    would copy it, so nothing in rtdash forks without exec.
    """

    def __init__(
        self, guard: subprocess.Popen[bytes], title: str, log_file: Path, log_start: int, grace_s: float
    ) -> None:
        self._guard = guard
        self._log_start = log_start
        self._grace_s = grace_s
        self.title = title
        self.log_file = log_file

    @classmethod
    def start(
        cls,
        command: Sequence[str | Path],
        *,
        log_file: Path,
        title: str | None = None,
        user: str | None = None,
        stop_signals: StopSignals = PYTHON_STOP,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        keep_open: Sequence[int] = (),
        output: int | None = None,
    ) -> Self:
        """Start `command` with its output in `log_file`, as `user` when that is given (only root may).

        `output` is a file descriptor that takes its standard output instead; what it says of errors is still logged.
        `env` is the whole environment (default: ours); file descriptors in `keep_open` stay open in the command.
        Arguments can be seen by everybody on the machine: no secret belongs there.
        """
        stops = ",".join(f"{number.name.removeprefix('SIG')}:{grace_s}" for number, grace_s in stop_signals)
        log_file.parent.mkdir(parents=True, exist_ok=True)
        with log_file.open("ab") as log:
            log_file.chmod(0o600)
            if log.tell() > _MOST_LOG_BYTES:
                log.truncate(0)
            log_start = log_file.stat().st_size
            guard = subprocess.Popen(
                [sys.executable, "-I", "-S", str(_GUARD), user or "-", stops, *map(str, command)],
                stdin=subprocess.PIPE,
                stdout=log if output is None else output,
                stderr=log,
                start_new_session=True,
                env=env,
                cwd=cwd,
                pass_fds=keep_open,
            )
        grace_s = sum(grace_s for _, grace_s in stop_signals)
        return cls(guard, title or Path(command[0]).name, log_file, log_start, grace_s)

    @property
    def returncode(self) -> int | None:
        """Exit status of the command (128 + signal when one ended it); None while it runs."""
        return self._guard.poll()

    @property
    def alive(self) -> bool:
        """Whether the command runs."""
        return self.returncode is None

    def log_tail(self) -> list[str]:
        """The last lines that this run wrote to the log."""
        with self.log_file.open("rb") as log:
            log.seek(max(self._log_start, self.log_file.stat().st_size - _LOG_TAIL_BYTES))
            return log.read().decode(errors="replace").strip().splitlines()[-_LOG_TAIL_LINES:]

    def check(self) -> None:
        """Raises ServerError with the last lines of the log when the command has ended."""
        if not self.alive:
            lines = "".join(f"\n  {line}" for line in self.log_tail())
            raise ServerError(f"{self.title} ended with status {self.returncode}; {self.log_file} says:{lines}")

    def wait(self, timeout_s: float) -> None:
        """Wait until the command has ended well; raises ServerError when it fails or takes longer."""
        deadline = time.monotonic() + timeout_s
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._guard.wait(max(0.0, deadline - time.monotonic()))
        overdue = self.alive
        self.stop()
        if overdue:
            raise ServerError(f"{self.title} took longer than {timeout_s:.0f} s; its log is {self.log_file}")
        if self.returncode:
            self.check()

    def stop(self) -> None:
        """End the command in an orderly way and wait until it has; safe to repeat, and from any thread."""
        if self._guard.stdin is not None:
            self._guard.stdin.close()
        try:
            self._guard.wait(self._grace_s + 3.0)
        except subprocess.TimeoutExpired:
            # The guard hangs: the kernel then sends the command its first signal.
            self._guard.kill()
            self._guard.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()
