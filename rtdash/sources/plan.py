"""Reads from the plan of a query how many shards of a Citus cluster answer it."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Mapping
from typing import Any

import psycopg

from rtdash.model.shards import Shards
from rtdash.model.text import plain

_log = logging.getLogger(__name__)

_TASK_COUNT = re.compile(r"^\s*Task Count: (\d+)$")


def task_count(plan: Iterable[str]) -> int | None:
    """The most tasks of any part of a plan, subplans too; None when no part is distributed.

    `plan` has a line of EXPLAIN's text format each.
    """
    return max((int(found[1]) for line in plan if (found := _TASK_COUNT.match(line))), default=None)


class ShardPlans:
    """The shards behind each query of one connection to Citus; each is asked for once."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection
        self._found: dict[str, Shards | None] = {}

    def __contains__(self, query: str) -> bool:
        return query in self._found

    def get(self, query: str) -> Shards | None:
        """What was read of a query; None too when its plan could not be had, or touches no shard."""
        return self._found.get(query)

    def read(self, query: str, parameters: Mapping[str, object], timeout_s: float) -> None:
        """Ask for the plan of a query that has just answered; leaves `timeout_s` as the session's statement_timeout.

        Raises nothing of the driver's: the query has its answer, and a plan is only a note on it.
        """
        self._found[query] = None
        try:
            timeout = f"{max(1, round(1000 * timeout_s))}ms"
            self._connection.execute("SELECT set_config('statement_timeout', %s, false)", (timeout,))
            plan = self._connection.execute(b"EXPLAIN (COSTS OFF) " + query.encode(), parameters).fetchall()
            tasks = task_count(line for (line,) in plan)
            if tasks is not None:
                self._found[query] = Shards(tasks, is_all=tasks > 1 and self._is_whole_table(tasks))
        except psycopg.Error as error:
            _log.warning("the plan of %r: %s", query[:60], plain(error.diag.message_primary or type(error).__name__))

    def _is_whole_table(self, tasks: int) -> bool:
        known = self._connection.execute("SELECT 1 FROM pg_dist_colocation WHERE shardcount = %s", (tasks,))
        return known.fetchone() is not None
