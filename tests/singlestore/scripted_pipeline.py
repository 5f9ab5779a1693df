"""The pipeline of a peer: it has a state, the views tell of it, and statements do to it what a test says."""

from __future__ import annotations

from collections.abc import Callable

from tests.singlestore.peer import Heard, Peer
from tests.singlestore.wire import Done, Reply, Rows

STARTED_S = 1_800_000_000


class ScriptedPipeline:
    """None in the place of a state: there is no pipeline, or the account may not see it."""

    def __init__(self, peer: Peer, state: str | None = "Stopped") -> None:
        self.peer = peer
        self.state = state
        self.lags: list[tuple[str, int | None]] = [("0", 0), ("1", 0)]
        self.batches: list[tuple[object, ...]] = []
        self.errors: list[tuple[object, ...]] = []
        self.on_start: Callable[[], None] = self.run
        self.on_stop: Callable[[], None] = self.rest

        def tell(view: str, rows: Callable[[], list[tuple[object, ...]]]) -> None:
            peer.tell(rf"FROM information_schema\.{view}\s", lambda _: _rows(rows()))

        tell("PIPELINES", lambda: [] if self.state is None else [(self.state,)])
        tell("PIPELINES_CURSORS", lambda: list(self.lags))
        tell("PIPELINES_BATCHES_SUMMARY", lambda: self.batches[::-1])
        tell("PIPELINES_ERRORS", lambda: self.errors[::-1])
        peer.tell(r"SUM\(ROWS_STREAMED\)", lambda _: Rows(("rate",), [(1234.5,)]))
        peer.tell("^SHOW VARIABLES LIKE 'pipelines_stored_proc_exactly_once'$", self._variables)
        peer.tell(r"^CREATE PIPELINE IF NOT EXISTS donations AS\b", lambda _: self._do(self.make))
        peer.tell("^START PIPELINE IF NOT RUNNING donations$", lambda _: self._do(self.on_start))
        peer.tell("^STOP PIPELINE IF RUNNING donations$", lambda _: self._do(self.on_stop))
        self.exactly_once: str | None = "ON"

    def make(self) -> None:
        self.state = self.state or "Stopped"

    def run(self) -> None:
        """It runs, and has loaded a batch."""
        self.state = "Running"
        self.load(1500)

    def rest(self) -> None:
        self.state = "Stopped"

    def load(self, rows: int, state: str = "Succeeded") -> None:
        """One more batch."""
        self.batches.append((len(self.batches) + 1, state, rows, 2.0 * rows, 0.5, STARTED_S))

    def fail(self, message: str, kind: str = "Error", line: str | None = None) -> None:
        """One more error."""
        self.errors.append((STARTED_S + len(self.errors) + 0.25, kind, 1934, message, line))

    def _do(self, act: Callable[[], None]) -> Reply:
        act()
        return Done()

    def _variables(self, heard: Heard) -> Rows:
        del heard
        known = [] if self.exactly_once is None else [("pipelines_stored_proc_exactly_once", self.exactly_once)]
        return Rows(("Variable_name", "Value"), known)


def _rows(rows: list[tuple[object, ...]]) -> Rows:
    return Rows([f"c{number}" for number in range(len(rows[0]) if rows else 1)], rows)
