"""Explains queries of the donations: MariaDB, or SingleStore."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from contextlib import closing
from functools import partial

from pydantic import SecretStr

from rtdash.errors import Refused, SourceError
from rtdash.model.engine import Engine
from rtdash.model.explanation import HandOut, keep_none
from rtdash.model.plan import Plan
from rtdash.sources.connection import Answer
from rtdash.sources.donations import DonationsConnection
from rtdash.sources.plans import mariadb, singlestore
from rtdash.sources.plans.statement import MYSQL, only_select

_log = logging.getLogger(__name__)

# ANALYZE throws the rows away, but counts them, and its own as well.
_SENT = "SHOW SESSION STATUS LIKE 'Rows_sent'"
_NO_VIEW = "(1345)"


def explain(
    dsn: SecretStr, sql: str, parameters: Mapping[str, object], deadline_s: float, hand_out: HandOut = keep_none
) -> Plan:
    """Run one query once and say how the server ran it, on a connection of its own that only reads.

    Raises SourceError: Overdue past the deadline, and one line for what is not a single SELECT.
    """
    statement = only_select(sql, MYSQL)
    with closing(DonationsConnection(dsn, "why")) as connection:
        hand_out(partial(_break_off, connection))
        if connection.engine is Engine.SINGLESTORE:
            return _profiled(connection, statement, parameters, deadline_s)
        asking = _Asking(connection, time.monotonic() + deadline_s)
        before = int(asking.ask(_SENT, {}).rows[0][1])
        try:
            answer = asking.ask(f"ANALYZE FORMAT=JSON {statement}", parameters)
        except SourceError as error:
            if _NO_VIEW not in str(error):
                raise
            raise Refused("donations database: no plan of a query over a view without GRANT SHOW VIEW") from None
        rows = int(asking.ask(_SENT, {}).rows[0][1]) - before - 1
        return mariadb.parse(_only(answer), sql, answer.execute_ms + answer.fetch_ms, rows)


def _break_off(connection: DonationsConnection) -> None:
    """MariaDB does not see that nobody is there any more; on SingleStore whoever waits ends the query anyway."""
    if connection.engine is Engine.MARIADB:
        try:
            connection.cancel()
        except SourceError as error:
            _log.warning("a query that nobody waits for may still be explained: KILL QUERY: %s", error)
    connection.abandon()


def _profiled(
    connection: DonationsConnection, statement: str, parameters: Mapping[str, object], deadline_s: float
) -> Plan:
    """The profile is of the statement before, so nothing is said in between: another deadline may be another pool."""
    took = connection.fetch(f"PROFILE {statement}", parameters, deadline_s)
    profile = connection.fetch("SHOW PROFILE JSON", {}, deadline_s)
    return singlestore.parse(_only(profile), took.execute_ms + took.fetch_ms)


def _only(answer: Answer) -> str:
    if not answer.rows:
        raise SourceError("donations database: it gives no plan")
    return str(answer.rows[0][0])


class _Asking:
    """Statements, one after the other, that have one deadline together."""

    def __init__(self, connection: DonationsConnection, until: float) -> None:
        self._connection = connection
        self._until = until

    def ask(self, sql: str, parameters: Mapping[str, object]) -> Answer:
        """At the deadline there is a tenth of a second left, so that what is overdue says so."""
        return self._connection.fetch(sql, parameters, max(0.1, self._until - time.monotonic()))
