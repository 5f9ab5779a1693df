"""A database server in memory, with connections that answer, hang and break as the test says."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from rtdash.errors import Overdue, Unreachable
from rtdash.model.sample import Sample
from rtdash.panels.feature import Feature
from rtdash.panels.spec import Draw, PanelSpec, Source
from rtdash.sources.connection import Answer

PATIENCE_S = 5.0


def panel(
    panel_id: str,
    *,
    every: float | None = None,
    deadline: float | None = None,
    needs: Feature | None = None,
    is_probe: bool = False,
) -> PanelSpec:
    """A panel whose query is its own name."""
    return PanelSpec(
        id=panel_id,
        title=panel_id,
        source=Source.DONATIONS,
        draw=Draw.STAT,
        every=every,
        deadline=deadline,
        needs=needs,
        is_probe=is_probe,
        sql=panel_id,
        path=Path(f"{panel_id}.sql"),
    )


def eventually(holds: Callable[[], object], what: str = "") -> None:
    """Wait until something holds that nobody announces."""
    until = time.monotonic() + PATIENCE_S
    pause = threading.Event()
    while not holds():
        assert time.monotonic() < until, what or "it never came to be"
        pause.wait(0.001)


class Waiting:
    """Something that changes on other threads, and can be waited for."""

    def __init__(self) -> None:
        self.changed = threading.Condition()

    def until(self, holds: Callable[[], object]) -> None:
        """Wait until `holds()`, which is asked at each change."""
        with self.changed:
            assert self.changed.wait_for(holds, PATIENCE_S), f"it never came to be: {vars(self)}"


class Samples(Waiting):
    """Takes what is delivered."""

    def __init__(self) -> None:
        super().__init__()
        self.taken: list[Sample] = []

    def __call__(self, sample: Sample) -> None:
        with self.changed:
            self.taken.append(sample)
            self.changed.notify_all()

    def of(self, panel_id: str) -> list[Sample]:
        return [sample for sample in self.taken if sample.panel_id == panel_id]

    def wait(self, count: int = 1, panel_id: str | None = None) -> Sample:
        """The latest, once there are `count` of them."""
        self.until(lambda: len(self.of(panel_id) if panel_id else self.taken) >= count)
        return (self.of(panel_id) if panel_id else self.taken)[-1]


class Server(Waiting):
    """Answers each query with one number, unless told otherwise."""

    def __init__(self) -> None:
        super().__init__()
        self.connections: list[Connection] = []
        self.knocks = 0
        """Attempts to connect."""
        self.knocking = 0
        self.most_knocking = 0
        self.running: Counter[str] = Counter()
        self.most_running = 0
        self.asked: list[tuple[str, Mapping[str, object], float]] = []
        self.abandoned = 0
        self.cancelled = 0
        self.ignores_cancelling = False
        self._held: set[str] = set()
        self.refusal: Exception | None = None
        """What connecting raises."""
        self.answers: dict[str, Answer | Exception] = {}
        self.offers: frozenset[Feature] = frozenset()

    def hold(self, *panel_ids: str) -> None:
        """Let these queries, or "connect", hang."""
        with self.changed:
            self._held.update(panel_ids)

    def release(self, *panel_ids: str) -> None:
        """Let them go on; all when none is named."""
        with self.changed:
            self._held -= set(panel_ids) or set(self._held)
            self.changed.notify_all()

    def breaks(self) -> None:
        """Every connection breaks now, and nobody answers any more."""
        with self.changed:
            self.refusal = Unreachable("nobody answers")
            for connection in self.connections:
                connection.is_broken = True
            self.changed.notify_all()

    def connect(self) -> Connection:
        with self.changed:
            self.knocks += 1
            self.knocking += 1
            self.most_knocking = max(self.most_knocking, self.knocking)
            self.changed.notify_all()
            try:
                assert self.changed.wait_for(lambda: "connect" not in self._held, 2 * PATIENCE_S)
                if self.refusal is not None:
                    raise self.refusal
            finally:
                self.knocking -= 1
            self.connections.append(Connection(self))
            return self.connections[-1]

    def run(self, connection: Connection, panel_id: str) -> Answer:
        """Called with `changed` held; it is given back while the query hangs."""
        self.running[panel_id] += 1
        self.most_running = max(self.most_running, self.running.total())
        self.changed.notify_all()
        try:
            assert self.changed.wait_for(
                lambda: panel_id not in self._held or connection.is_broken or connection.is_cancelled, 2 * PATIENCE_S
            )
        finally:
            self.running[panel_id] -= 1
            self.changed.notify_all()
        if connection.is_broken:
            raise Unreachable("the connection broke")
        if connection.is_cancelled:
            raise Overdue("the server was asked to end it")
        answer = self.answers.get(panel_id, Answer(("value",), [(1,)], 2.0, 0.5))
        if isinstance(answer, Exception):
            raise answer
        return answer

    def now_running(self) -> set[str]:
        return set(+self.running)


class Connection:
    """One connection; breaks when it is abandoned."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self.is_broken = False
        self.is_cancelled = False
        self.is_closed = False
        self.is_asking = False
        self.refuses_to_close = False

    @property
    def offers(self) -> frozenset[Feature]:
        return self._server.offers

    def fetch(self, sql: str, parameters: Mapping[str, object], deadline_s: float) -> Answer:
        with self._server.changed:
            assert not self.is_closed
            self._server.asked.append((sql, parameters, deadline_s))
            self.is_asking = True
            try:
                return self._server.run(self, sql)
            finally:
                self.is_asking = False

    def abandon(self) -> None:
        with self._server.changed:
            self.is_broken = True
            self._server.abandoned += 1
            self._server.changed.notify_all()

    def cancel(self) -> None:
        with self._server.changed:
            if self._server.refusal is not None:
                raise self._server.refusal
            self._server.cancelled += 1
            self.is_cancelled = not self._server.ignores_cancelling
            self._server.changed.notify_all()

    def close(self) -> None:
        with self._server.changed:
            self.is_closed = True
            self._server.changed.notify_all()
        if self.refuses_to_close:
            raise OSError("it will not close")


@contextmanager
def lane_threads_end() -> Iterator[None]:
    """Whatever was started within is gone at the end."""
    before = set(threading.enumerate())
    yield
    eventually(lambda: set(threading.enumerate()) <= before, "a thread was left behind")
