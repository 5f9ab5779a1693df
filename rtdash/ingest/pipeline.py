"""Who loads the donations: on MariaDB this process, on SingleStore its pipeline, which is only watched here."""

from __future__ import annotations

import logging
import threading
from typing import Any

from pydantic import SecretStr
from pymysql.connections import Connection

from rtdash.errors import SourceError
from rtdash.ingest.chore import Chore
from rtdash.ingest.retry import Retry
from rtdash.ingest.stream import Stream
from rtdash.model.engine import Engine
from rtdash.model.pipeline import PIPELINE, PipelineState
from rtdash.sources import donations
from rtdash.sources.mysql import hang_up
from rtdash.sources.pipeline import THERE_IS_NONE, Pipeline

log = logging.getLogger(__name__)

_LOOK_S = 2.0
_DEADLINE_S = 10.0


def load_donations(dsn: SecretStr, stream: Stream[Any], watch: Chore[Connection[Any]], stop: threading.Event) -> None:
    """Until `stop`: run the stream, or `watch` the pipeline. A server that is away, and cannot say, is waited for."""
    retry = Retry("donations")
    while not stop.is_set():
        try:
            engine = donations.identify(dsn)
        except SourceError as error:
            stop.wait(retry.failed(error))
            continue
        retry.succeeded()
        part = watch if engine is Engine.SINGLESTORE else stream
        part.run(stop)
        return


class PipelineWatch:
    """Says in which state the pipeline is, and says it again when that changes."""

    def __init__(self, dsn: SecretStr) -> None:
        self._state: str | None = ""
        self.chore: Chore[Connection[Any]] = Chore(
            "pipeline",
            every_s=_LOOK_S,
            connect=lambda: donations.connect(dsn, "pipeline", deadline_s=_DEADLINE_S),
            work=self._look,
            cancel=hang_up,
        )

    def _look(self, connection: Connection[Any]) -> bool:
        before, self._state = self._state, Pipeline(connection).state()
        if self._state != before:
            self._say()
        return False

    def _say(self) -> None:
        if self._state is None:
            log.warning("nothing loads the donations: %s", THERE_IS_NONE)
        elif self._state == PipelineState.RUNNING:
            log.info("donations are loaded by the pipeline %s of SingleStore: it is running", PIPELINE)
        else:
            log.warning(
                "nothing loads the donations: the pipeline %s of SingleStore is %s;"
                " `rtdash pipeline status` tells more, `rtdash pipeline start` starts it",
                PIPELINE,
                self._state,
            )
