"""A thread that does one thing after another for a stream, which meanwhile reads on."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from queue import SimpleQueue
from types import TracebackType
from typing import Self

Job = tuple[Callable[[], None], "Future[None]"]


class Writer:
    """`submit` jobs within a `with` block, at whose end the last of them has ended.

    A daemon, unlike the threads of an executor: a job that hangs in a dead server does not hold up the process's end.
    """

    def __init__(self, name: str) -> None:
        self._jobs: SimpleQueue[Job | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def submit(self, job: Callable[[], None]) -> Future[None]:
        """Have `job` done; the future's `result()` waits for it, and raises what it raised."""
        future: Future[None] = Future()
        self._jobs.put((job, future))
        return future

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._jobs.put(None)
        self._thread.join()

    def _run(self) -> None:
        while (next_job := self._jobs.get()) is not None:
            job, future = next_job
            try:
                job()
            except BaseException as error:  # noqa: BLE001 (whoever asks for the result gets it)
                future.set_exception(error)
            else:
                future.set_result(None)
