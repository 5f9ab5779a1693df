"""Asks the queries: subjects in turn, in an order that rotates, each query several times, and the first one unheard."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from rtdash.errors import SourceError
from rtdash.lab.stop import Stop
from rtdash.lab.timings import Timings
from rtdash.lab.turns import in_turn
from rtdash.sources.connection import Answer, Connector, QueryConnection

_log = logging.getLogger(__name__)

ROUNDS = 7
DEADLINE_S = 60.0
_TURN_S = 0.5
_MOST = 20


@dataclass(frozen=True, slots=True)
class Question:
    """One query as a subject is asked it."""

    id: str
    title: str
    sql: str
    parameters: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Asked:
    """A subject: how it is reached, its form of every query, and who counts the rows that one execution reads."""

    name: str
    connect: Connector
    questions: tuple[Question, ...]
    examine: Callable[[QueryConnection, Question], int | None]
    """On the same connection, by one more execution. May raise SourceError."""


class Measurement:
    """One run: some rounds over all subjects. A query that fails, or is overdue, is not asked again."""

    def __init__(
        self, asked: Sequence[Asked], stop: Stop, told: Callable[[str], None], deadline_s: float = DEADLINE_S
    ) -> None:
        """`told` hears what is asked now, before each turn of a query."""
        self._asked = asked
        self._stop = stop
        self._told = told
        self._deadline_s = deadline_s
        self._connections: dict[str, QueryConnection] = {}
        self._heard: set[tuple[str, str]] = set()
        self.timings = Timings()

    def round(self, number: int) -> None:
        """Round `number`, from 0: each subject has its turn. Raises Stopped."""
        for asked in in_turn(self._asked, number):
            for question in asked.questions:
                if not self.timings.has_failed(question.id, asked.name):
                    self._told(f"{question.title} on {asked.name}")
                    self._turn(number, asked, question)

    def examine(self) -> None:
        """Count the rows that each query reads: one more execution of each, which is not timed. Raises Stopped."""
        for asked in self._asked:
            for question in asked.questions:
                if self.timings.has_failed(question.id, asked.name):
                    continue
                self._told(f"rows that {question.title} reads on {asked.name}")
                try:
                    connection = self._connection(asked)
                    with self._stop.ends(connection):
                        rows = asked.examine(connection, question)
                except SourceError as error:
                    _log.warning("rows that %s reads on %s are not known: %s", question.id, asked.name, error)
                    self._lose(asked)
                else:
                    self.timings.examined(question.id, asked.name, rows)

    def close(self) -> None:
        """Close all connections."""
        for connection in self._connections.values():
            connection.close()

    def _turn(self, number: int, asked: Asked, question: Question) -> None:
        """Ask it until half a second is used, 20 times at most; what it took before it fails counts as well."""
        key = (question.id, asked.name)
        took_ms: list[float] = []
        try:
            if key not in self._heard:
                self._ask(asked, question)
                self._heard.add(key)
            while len(took_ms) < _MOST and sum(took_ms) < 1000 * _TURN_S:
                answer = self._ask(asked, question)
                took_ms.append(answer.execute_ms + answer.fetch_ms)
        except SourceError as error:
            self.timings.fail(*key, str(error))
            self._lose(asked)
        if took_ms:
            self.timings.add(number, *key, took_ms)

    def _ask(self, asked: Asked, question: Question) -> Answer:
        connection = self._connection(asked)
        with self._stop.ends(connection):
            return connection.fetch(question.sql, question.parameters, self._deadline_s)

    def _connection(self, asked: Asked) -> QueryConnection:
        self._stop.check()
        if asked.name not in self._connections:
            self._connections[asked.name] = asked.connect()
        return self._connections[asked.name]

    def _lose(self, asked: Asked) -> None:
        """After an error a connection may be of no more use; on a new one every query is first asked unheard."""
        if (connection := self._connections.pop(asked.name, None)) is not None:
            with suppress(SourceError):
                connection.close()
        self._heard = {(query, name) for query, name in self._heard if name != asked.name}
