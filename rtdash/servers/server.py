"""What all private servers have in common: made once, started below a guard, ready when they really answer."""

from __future__ import annotations

import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import ClassVar, Self

from rtdash.errors import ServerError
from rtdash.servers.folders import DataFolder
from rtdash.servers.process import PYTHON_STOP, GuardedProcess, StopSignals

# Nothing of the caller's: variables such as PGDATA or MYSQL_HOME would change what a server does.
ENVIRONMENT = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"}
# Recovery after a crash included.
_READY_S = 60.0
_PREPARED_S = 120.0


class PrivateServer(ABC):
    """A server of our own: `start()` returns when it answers, `stop()` when it is gone. Raises ServerError."""

    title: ClassVar[str]
    runs_as_ourselves: ClassVar[bool] = False
    stop_signals: ClassVar[StopSignals] = PYTHON_STOP

    def __init__(self, data: DataFolder) -> None:
        self.data = data
        self.log_file = data.log_file(self.title.lower())
        self._process: GuardedProcess | None = None
        self._starting = threading.Lock()
        self._called_off = threading.Event()

    @property
    def is_new(self) -> bool:
        """Whether the next start is the first, which takes longer."""
        return False

    def start(self) -> None:
        """Start the server and wait until it answers."""
        self._called_off.clear()
        try:
            if self.is_new:
                self._prepare()
            self._wait_until_ready(self._launch(self._command(), self.title))
            self._settle()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop the server, also while another thread starts it; safe to repeat."""
        self._called_off.set()
        with self._starting:
            process, self._process = self._process, None
        if process is not None:
            process.stop()

    @property
    def alive(self) -> bool:
        """Whether the server runs."""
        process = self._process
        return process is not None and process.alive

    @abstractmethod
    def _command(self) -> Sequence[str | Path]:
        """The server itself, in the foreground."""

    @property
    def _environment(self) -> Mapping[str, str]:
        """All that it is told by its environment."""
        return ENVIRONMENT

    @abstractmethod
    def _answers(self) -> bool:
        """Whether a client gets an answer."""

    def _prepare(self) -> None:  # noqa: B027 (not every server needs it)
        """Make what the first start needs."""

    def _settle(self) -> None:  # noqa: B027
        """What is done once the server answers."""

    def _launch(self, command: Sequence[str | Path], title: str) -> GuardedProcess:
        drops = self.data.account.is_another and not self.runs_as_ourselves
        with self._starting:
            if self._called_off.is_set():
                raise ServerError(f"{self.title} was stopped while it started")
            self._process = GuardedProcess.start(
                command,
                log_file=self.log_file,
                title=title,
                user=self.data.account.name if drops else None,
                stop_signals=self.stop_signals,
                env=self._environment,
                cwd=self.data.path,
                keep_open=(self.data.lock,),
            )
            return self._process

    def _run(self, command: Sequence[str | Path]) -> None:
        """Run a command that prepares something, to its end."""
        self._launch(command, Path(command[0]).name).wait(_PREPARED_S)

    def _wait_until_ready(self, process: GuardedProcess) -> None:
        deadline = time.monotonic() + _READY_S
        while not self._answers():
            process.check()
            if time.monotonic() > deadline:
                raise ServerError(f"{self.title} does not answer after {_READY_S:.0f} s; its log is {process.log_file}")
            time.sleep(0.02)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()
