"""The donations server's own account of a query: MariaDB's digests and slow log, or SingleStore's event trace."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import SecretStr

from rtdash.errors import SourceError
from rtdash.model.engine import Engine
from rtdash.model.server_view import Occurrence, ServerView
from rtdash.model.text import plain
from rtdash.sources.donations import DonationsConnection
from rtdash.sources.views.fingerprint import fingerprint

DEADLINE_S = 2.0
DIGESTS, SLOW_LOG, TRACE = "performance_schema", "slow log", "event trace"
TRACED_MS = 200.0
"""What the schema's CREATE EVENT TRACE keeps: sql/singlestore/schema/090_event_trace.sql."""

_LATEST = 500
_NO_EVENTS = "the event trace is empty, off (rtdash init switches it on), or hidden from an account without PROCESS"

_SETTINGS = "SELECT @@performance_schema, @@log_output, @@slow_query_log, 1000 * @@long_query_time"
# A long query's digest is cut off without a sign: then as much of the query as it has must agree. SECOND is a word that
# a digest writes otherwise. Times are in picoseconds.
_COUNTED = """
SELECT COUNT_STAR, AVG_TIMER_WAIT / 1e9, MAX_TIMER_WAIT / 1e9, SUM_ROWS_SENT,
    TIMESTAMPDIFF(MICROSECOND, FIRST_SEEN, NOW(6))
FROM (
    SELECT s.*, REPLACE(REPLACE(REPLACE(DIGEST_TEXT, ' ', ''), '`', ''), 'SQL_TSI_', '') AS shape
    FROM performance_schema.events_statements_summary_by_digest AS s
    WHERE SCHEMA_NAME = DATABASE()
) AS digests
WHERE shape = %(query)s OR (CHAR_LENGTH(shape) >= 500 AND shape = LEFT(%(query)s, CHAR_LENGTH(shape)))
ORDER BY CHAR_LENGTH(shape) DESC
LIMIT 1
"""
# The log has been emptied when it has fewer rows than there were slow queries since the start.
_LOG = """
SELECT
    COUNT(*) >= (SELECT 0 + VARIABLE_VALUE FROM information_schema.GLOBAL_STATUS WHERE VARIABLE_NAME = 'SLOW_QUERIES'),
    (SELECT VARIABLE_VALUE FROM information_schema.GLOBAL_STATUS WHERE VARIABLE_NAME = 'UPTIME'),
    COALESCE(TIMESTAMPDIFF(MICROSECOND, MIN(start_time), NOW(6)), 0)
FROM mysql.slow_log
"""
_LOGGED = """
SELECT TIMESTAMPDIFF(MICROSECOND, start_time, NOW(6)), 1000 * TIME_TO_SEC(query_time), rows_sent, sql_text
FROM mysql.slow_log
WHERE db = DATABASE()
ORDER BY start_time DESC
LIMIT %(most)s
"""
# The view tells when something was traced in the server's local time.
_TRACED = """
SELECT TIMESTAMPDIFF(MICROSECOND, `TIME`, NOW(6)) AS age_us, DETAILS::%%duration_ms AS took_ms,
    DETAILS::%%row_count AS returned, DETAILS::$query_text AS query_text
FROM information_schema.MV_TRACE_EVENTS
WHERE EVENT_TYPE = 'Query_completion' AND DETAILS::$context_database = DATABASE()
ORDER BY `TIME` DESC
LIMIT %(most)s
"""


def ask(
    dsn: SecretStr, sql: str, parameters: Mapping[str, object], threshold_ms: float, deadline_s: float = DEADLINE_S
) -> ServerView:
    """What the server has counted or kept of one query; it is not run for that.

    Raises nothing for what a server lacks or refuses: that is the view's `absence`.
    """
    del parameters  # digests leave out values
    try:
        with closing(DonationsConnection(dsn, "view")) as connection:
            asking = _Asking(connection, fingerprint(sql.replace("%%", "%")), time.monotonic() + deadline_s)
            if connection.engine is Engine.SINGLESTORE:
                return asking.trace(threshold_ms)
            return asking.mariadb(threshold_ms)
    except SourceError as error:
        return ServerView("the server", absence=plain(error))


class _Asking:
    """Questions about one query, one after the other, that have one deadline together."""

    def __init__(self, connection: DonationsConnection, query: str, until: float) -> None:
        self._connection = connection
        self._query = query
        self._until = until

    def mariadb(self, threshold_ms: float) -> ServerView:
        """Digests where there are some, and the slow log where it is a table."""
        ((has_digests, outputs, is_logging, floor_ms),) = self._rows(_SETTINGS)
        views = [
            self.digests() if has_digests else ServerView(DIGESTS, absence="performance_schema is off"),
            self.slow_log(float(floor_ms), threshold_ms)
            if is_logging and "TABLE" in outputs
            else ServerView(SLOW_LOG, absence="there is no slow log in a table"),
        ]
        found = [view for view in views if not view.absence]
        if not found:
            return ServerView("MariaDB", absence="; ".join(view.absence for view in views))
        if len(found) == 1:
            return found[0]
        counted, kept = views
        return ServerView(
            source=f"{DIGESTS}, {SLOW_LOG}",
            calls=counted.calls,
            mean_ms=counted.mean_ms,
            max_ms=counted.max_ms,
            rows=counted.rows,
            since=counted.since,
            kept_since=kept.kept_since,
            floor_ms=kept.floor_ms,
            slow=kept.slow,
        )

    def digests(self) -> ServerView:
        """All executions together."""
        try:
            found = self._rows(_COUNTED, query=self._query)
        except SourceError as error:
            return ServerView(DIGESTS, absence=plain(error))
        if not found:
            return ServerView(DIGESTS, absence=f"{DIGESTS} has no digest of this query")
        ((calls, mean_ms, max_ms, rows, age_us),) = found
        return ServerView(DIGESTS, "", int(calls), float(mean_ms), float(max_ms), int(rows), _ago(age_us))

    def slow_log(self, floor_ms: float, threshold_ms: float) -> ServerView:
        """The latest slow executions; what came before the server's start is not relied on."""
        try:
            ((is_whole, uptime_s, oldest_us),) = self._rows(_LOG)
            rows = self._rows(_LOGGED, most=_LATEST)
        except SourceError as error:
            return ServerView(SLOW_LOG, absence=plain(error))
        kept_since = _ago(1e6 * int(uptime_s) if is_whole else oldest_us)
        return self._kept(SLOW_LOG, rows, max(floor_ms, 0.0), threshold_ms, kept_since)

    def trace(self, threshold_ms: float) -> ServerView:
        """The latest slow executions that SingleStore's ring of events still has."""
        rows = self._rows(_TRACED, most=_LATEST)
        if not rows:
            return ServerView(TRACE, absence=_NO_EVENTS)
        if all(text is None for *_, text in rows):
            return ServerView(TRACE, absence="the event trace has no texts of queries: Query_text is off")
        return self._kept(TRACE, rows, TRACED_MS, threshold_ms, kept_since=_ago(rows[-1][0]))

    def _kept(
        self,
        source: str,
        rows: Sequence[Sequence[Any]],
        floor_ms: float,
        threshold_ms: float,
        kept_since: datetime,
    ) -> ServerView:
        if len(rows) == _LATEST:
            kept_since = _ago(rows[-1][0])
        slow = [
            Occurrence(_ago(age_us), float(took_ms), None if returned is None else int(returned))
            for age_us, took_ms, returned, text in rows
            if text is not None and float(took_ms) > threshold_ms and fingerprint(_text(text)) == self._query
        ]
        return ServerView(source, kept_since=kept_since, floor_ms=max(floor_ms, threshold_ms), slow=tuple(slow))

    def _rows(self, sql: str, **parameters: object) -> Sequence[Sequence[Any]]:
        """In tenths of a second, which messages tell; at the deadline one is left, so that what is overdue says so."""
        left_s = round(self._until - time.monotonic(), 1)
        return self._connection.fetch(sql, parameters, max(0.1, left_s)).rows


def _text(text: Any) -> str:
    return text.decode(errors="replace") if isinstance(text, bytes) else str(text)


def _ago(microseconds: Any) -> datetime:
    """That long ago by our clock: the server's zone and clock do not matter."""
    return datetime.now(UTC) - timedelta(microseconds=int(microseconds))
