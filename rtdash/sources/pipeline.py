"""The pipeline of the donations on SingleStore: its statements, and what information_schema tells of it.

On MariaDB `rtdash ingest` stands in for it: there what ingest writes down is read, and nothing can be started or
stopped. Both have the same queries by name, in `sql/<engine>/pipeline/`, each of one view and in the plainest words:
they must tell something where a panel's query is refused.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

import pymysql
from pymysql.connections import Connection

from rtdash.errors import Overdue, Refused, RtdashError, SourceError, Unreachable, UsageError
from rtdash.model.engine import Engine
from rtdash.model.pipeline import (
    PIPELINE,
    PipelineBatch,
    PipelineError,
    PipelinePartition,
    PipelineState,
    PipelineStatus,
)
from rtdash.model.text import plain
from rtdash.resources import sql_folder
from rtdash.sources.donations import engine_of
from rtdash.sources.mysql import explained

NONE_ON_MARIADB = "on MariaDB there is no pipeline: `rtdash ingest` loads the donations"
THERE_IS_NONE = (
    f"there is no pipeline {PIPELINE} that this account may see (SHOW PIPELINE);"
    " `rtdash init` makes it where Kafka is set"
)

_AT_REST = (PipelineState.STOPPED, PipelineState.ERROR)
_OVER = ("Succeeded", "No Data")
_NO_SUCH_VIEW = {1109, 1146}
_LOOK_S = 0.1
_RECENT = 20

T = TypeVar("T")
Row = Sequence[Any]


class Pipeline:
    """What one connection sees of it, and does to it. Raises SourceError."""

    def __init__(self, connection: Connection[Any]) -> None:
        """Asks which server it is."""
        self._connection = connection
        with explained():
            self.engine = engine_of(connection)

    def state(self) -> str | None:
        """A PipelineState, or another word of the server; None when there is no pipeline, or none to be seen."""
        rows = self._ask("state")
        return str(rows[0][0]) if rows else None

    def status(self, latest: int) -> PipelineStatus:
        """All that is told of it, with at most so many batches and errors: a view that is refused takes none with it.

        Raises Refused when there is no pipeline.
        """
        if (state := self.state()) is None:
            raise Refused(THERE_IS_NONE)
        untold: list[str] = []
        return PipelineStatus(
            state=state,
            rows_per_s=_told(self._rate, None, untold),
            is_exactly_once=_told(self.is_exactly_once, None, untold),
            partitions=_told(self._partitions, [], untold),
            batches=_told(lambda: self._batches(latest), [], untold),
            errors=_told(lambda: self._errors(latest), [], untold),
            untold=untold,
        )

    def is_exactly_once(self) -> bool | None:
        """Whether offsets commit with the rows; None when the server does not know the variable."""
        if self.engine is Engine.MARIADB:
            return True
        with explained(), self._connection.cursor() as cursor:
            cursor.execute("SHOW VARIABLES LIKE 'pipelines_stored_proc_exactly_once'")
            values = [str(value) for _, value in cursor.fetchall()]
        return values[0] in ("ON", "1") if values else None

    def start(self, patience_s: float) -> str:
        """Start it, and watch it for so long: the statement itself reports no error. Returns what is seen.

        Where batches or errors may not be seen, its state alone tells how that went.
        Raises UsageError on MariaDB, Refused when there is none, and RtdashError when it does not run, with the reason.
        """
        start = f"START PIPELINE IF NOT RUNNING {PIPELINE}"
        if self._own_state() == PipelineState.RUNNING:
            # It may have been told to stop, and not be there yet.
            self._tell(start)
            return f"pipeline {PIPELINE} is running already"
        no_batches: list[str] = []
        no_errors: list[str] = []
        batch_id = _told(self._newest_batch, None, no_batches)
        failed_at = _told(self._newest_error, None, no_errors)
        self._tell(start)
        if found := _seen(lambda: self._beginning(batch_id, failed_at), patience_s):
            return found
        if (state := self._own_state()) != PipelineState.RUNNING:
            why = f"; why is not told: {no_errors[0]}" if no_errors else ""
            raise RtdashError(f"pipeline {PIPELINE} is {state}, {patience_s:g} s after it was started{why}")
        if no_batches:
            return f"pipeline {PIPELINE} is running; what becomes of its batches is not told: {no_batches[0]}"
        return f"pipeline {PIPELINE} is running; no batch has ended within {patience_s:g} s"

    def stop(self, patience_s: float) -> str:
        """Stop it, and wait for so long until it has. Returns what is seen.

        Raises UsageError on MariaDB, Refused when there is none, and RtdashError when it has not stopped.
        """
        if (state := self._own_state()) in _AT_REST:
            return f"pipeline {PIPELINE} does not run: it is {state}"
        self._tell(f"STOP PIPELINE IF RUNNING {PIPELINE}")
        if _seen(lambda: self._own_state() in _AT_REST or None, patience_s):
            return f"pipeline {PIPELINE} is stopped: donations wait in Kafka"
        raise RtdashError(
            f"pipeline {PIPELINE} is still {self._own_state()}, {patience_s:g} s after it was told to stop"
        )

    def test(self, offsets: int) -> tuple[list[str], list[Row]]:
        """Columns and rows of so many messages that are not loaded yet; nothing is loaded.

        Raises UsageError on MariaDB and while the pipeline runs, and Refused when there is none.
        """
        if self._own_state() == PipelineState.RUNNING:
            raise UsageError(f"pipeline {PIPELINE} is running; it can be tested while it is stopped alone")
        with explained(), self._connection.cursor() as cursor:
            cursor.execute(f"TEST PIPELINE {PIPELINE} LIMIT %s", (offsets,))
            return [column[0] for column in cursor.description or ()], list(cursor.fetchall())

    def _own_state(self) -> str:
        if self.engine is Engine.MARIADB:
            raise UsageError(NONE_ON_MARIADB)
        if (state := self.state()) is None:
            raise Refused(THERE_IS_NONE)
        return state

    def _beginning(self, batch_id: int | None, failed_at: datetime | None) -> str | None:
        """What is new since this batch; None as long as nothing is. Raises RtdashError when there is a new error.

        What is None was not told before, and is not asked again.
        """
        if failed_at is not None:
            for error in self._errors(_RECENT):
                if error.is_fatal and error.at > failed_at:
                    raise RtdashError(f"pipeline {PIPELINE} is {self._own_state()}: {plain(error.message)}")
        if batch_id is not None:
            for batch in self._batches(1):
                if batch.batch_id > batch_id and batch.state in _OVER and self._own_state() == PipelineState.RUNNING:
                    return f"pipeline {PIPELINE} is running: {batch.rows or 0:,} messages in its last batch"
        return None

    def _rate(self) -> float | None:
        return float(self._ask("rate")[0][0])

    def _partitions(self) -> list[PipelinePartition]:
        with explained():
            try:
                rows = self._rows("lag")
            except pymysql.MySQLError as error:
                if error.args[0] not in _NO_SUCH_VIEW:
                    raise
                rows = self._rows("lag_offsets")
        # Partition 10 comes after 9, though on SingleStore a partition's name is text.
        return sorted(map(PipelinePartition.read, rows), key=lambda each: (len(each.partition_id), each.partition_id))

    def _batches(self, limit: int) -> list[PipelineBatch]:
        return [PipelineBatch.read(row) for row in self._ask("batches", limit=limit)]

    def _errors(self, limit: int) -> list[PipelineError]:
        return [PipelineError.read(row) for row in self._ask("errors", limit=limit)]

    def _newest_batch(self) -> int:
        return max((batch.batch_id for batch in self._batches(1)), default=0)

    def _newest_error(self) -> datetime:
        return max((error.at for error in self._errors(_RECENT)), default=datetime.fromtimestamp(0, UTC))

    def _ask(self, name: str, **values: int) -> list[Row]:
        with explained():
            return self._rows(name, **values)

    def _rows(self, name: str, **values: int) -> list[Row]:
        sql = sql_folder(self.engine.name.lower(), "pipeline") / f"{name}.sql"
        with self._connection.cursor() as cursor:
            cursor.execute(sql.read_text(encoding="utf-8"), {"pipeline": PIPELINE} | values)
            return list(cursor.fetchall())

    def _tell(self, statement: str) -> None:
        with explained(), self._connection.cursor() as cursor:
            cursor.execute(statement)


def _told(ask: Callable[[], T], otherwise: T, untold: list[str]) -> T:
    """What the server says; `otherwise` where it refuses, and why is added to `untold`. Raises Unreachable, Overdue."""
    try:
        return ask()
    except SourceError as error:
        if isinstance(error, Unreachable | Overdue):
            raise
        untold.append(str(error))
        return otherwise


def _seen(look: Callable[[], T | None], patience_s: float) -> T | None:
    """What `look` finds, as soon as it finds something; None when it does not within so long."""
    until = time.monotonic() + patience_s
    while (found := look()) is None and time.monotonic() < until:
        time.sleep(_LOOK_S)
    return found
