"""A PostgreSQL, or the coordinator of a Citus cluster, and what `rtdash init` can make of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from rtdash.schema.finding import Finding

_OLDEST = 150000
_OWN_PARTITIONS = "rtdash makes partitions of a day"


@dataclass(frozen=True, slots=True)
class Extension:
    """An extension as this database has it, or could have it."""

    installed: str | None = None
    available: str | None = None
    may_create: bool = False
    may_use: bool = False

    @property
    def version(self) -> str | None:
        """What can be used once `rtdash init` has created what it may; None when there is nothing."""
        if self.installed:
            return self.installed if self.may_use else None
        return self.available if self.may_create else None

    @property
    def state(self) -> str:
        """In a few words."""
        if self.installed:
            return self.installed if self.may_use else f"{self.installed}, which this role has no right to use"
        if self.available:
            return f"{self.available} will be created" if self.may_create else "no right to create it"
        return "not installed on the server"


@dataclass(frozen=True, slots=True)
class Cluster:
    """What Citus says of itself."""

    is_coordinator: bool
    workers: int
    is_distributed: bool


@dataclass(frozen=True, slots=True)
class Server:
    """What sql/citus/plan.sql answers."""

    version_number: int
    version: str
    database: str
    role: str
    schema: str | None
    owns_events: bool | None
    """None when there are none."""
    lacks_time_index: bool
    """Whether there are events without the index that a newer release builds."""
    may_make_tables: bool
    may_make_schemas: bool
    cron_database: str | None
    """Where pg_cron lives; None when the server does not load it, or hides it."""
    extensions: dict[str, dict[str, Any]]

    def extension(self, name: str) -> Extension:
        """One of citus, hll, topn, pg_partman, pg_cron, pg_stat_statements."""
        return Extension(**self.extensions[name])


def findings(server: Server, cluster: Cluster | None, obstacle: str | None = None) -> Iterator[Finding]:
    """The server, the schema, then each ability; `cluster` is None without Citus.

    `obstacle` says why nothing may be made in the schema, see rtdash.schema.stranger.
    """
    if server.version_number < _OLDEST:
        yield Finding("server", f"PostgreSQL {server.version}: 15 or newer is needed", is_possible=False)
    else:
        yield Finding("server", f"PostgreSQL {server.version}, database {server.database}, as {server.role}")
    yield Finding("schema", obstacle, is_possible=False) if obstacle else _schema(server)
    if server.lacks_time_index:
        yield Finding("events", "an index on event_time is built: stop ingest, or expect writers to wait until it is")
    yield _citus(server.extension("citus"), cluster)
    hll = server.extension("hll")
    yield Finding("hll", hll.state if hll.version else f"{hll.state}: needed", is_possible=hll.version is not None)
    yield _topn(server.extension("topn"), server)
    yield _partman(server.extension("pg_partman"), server)
    yield from _cron(server.extension("pg_cron"), server)
    statements = server.extension("pg_stat_statements")
    instead = "" if statements.version else ": what the server itself counts of a query is not shown"
    yield Finding("pg_stat_statements", statements.state + instead)


def _schema(server: Server) -> Finding:
    if not server.may_make_tables:
        return Finding("schema", f"{server.schema}: {server.role} may not make tables there", is_possible=False)
    if server.owns_events is None:
        return Finding("schema", f"{server.schema}: no rtdash was here, everything is made")
    if not server.owns_events:
        return Finding("schema", f"{server.schema}: its tables are not {server.role}'s", is_possible=False)
    return Finding("schema", f"{server.schema}: an rtdash was here, its data stay")


def _citus(citus: Extension, cluster: Cluster | None) -> Finding:
    if cluster is None:
        why = "not created in this database" if citus.available else "not installed on the server"
        return Finding("citus", f"{why}: tables stay on this server")
    if not cluster.is_coordinator:
        return Finding("citus", "this is a worker: the DSN must name the coordinator", is_possible=False)
    workers = f"{cluster.workers} worker{'' if cluster.workers == 1 else 's'}"
    are = "are" if cluster.is_distributed else "will be"
    return Finding("citus", f"{citus.installed}, {workers}: tables {are} distributed by customer_id")


def _topn(topn: Extension, server: Server) -> Finding:
    if topn.version:
        return Finding("topn", topn.state)
    instead = f"{topn.state}: a stand-in in SQL counts the top devices"
    if server.may_make_schemas:
        return Finding("topn", instead)
    return Finding("topn", f"{instead}, but {server.role} may not make its schema", is_possible=False)


def _partman(partman: Extension, server: Server) -> Finding:
    if server.owns_events is not None:
        return Finding("pg_partman", f"{partman.state}; who makes the partitions stays as it is")
    if partman.version is None:
        return Finding("pg_partman", f"{partman.state}: {_OWN_PARTITIONS}")
    if partman.version.split(".")[0] not in {"4", "5"}:
        return Finding("pg_partman", f"{partman.state}, neither 4 nor 5: {_OWN_PARTITIONS}")
    return Finding("pg_partman", f"{partman.state}: makes partitions of a day")


def _cron(cron: Extension, server: Server) -> Iterator[Finding]:
    """What it can do, and who will run the rollups."""
    version, state = cron.version, cron.state
    if not cron.installed and server.cron_database != server.database:
        where = (
            f"in database {server.cron_database}" if server.cron_database else "not loaded, or hidden from this role"
        )
        version, state = None, where if cron.available else cron.state
    found = re.match(r"(\d+)\.(\d+)", version or "")
    if found:
        state += ", by seconds" if (int(found[1]), int(found[2])) >= (1, 5) else ", by minutes"
    yield Finding("pg_cron", state)
    runs = "pg_cron" if version else "`rtdash ingest`"
    yield Finding("rollups", f"live tables by `rtdash ingest` each second, 5 minutes and hour by {runs} each minute")
