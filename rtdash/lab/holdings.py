"""What the clickstream's server is, and what it holds."""

from __future__ import annotations

from dataclasses import dataclass

from rtdash.errors import SchemaError
from rtdash.lab.clickstream_session import ClickstreamSession
from rtdash.model.places import ORGANIZATIONS
from rtdash.model.text import plain
from rtdash.panels.forms import Form

LARGEST = {Form.RAW: "events", Form.ROLLUPS: "rollup_events_5min", Form.LIVE: "live_customers"}
"""The largest table of each form."""
_ROLLUPS = {Form.ROLLUPS: ("rollup_events_5min", "rollup_events_1hr"), Form.LIVE: ("live",)}
"""What is rolled up for each form, by its name in `rollup_runs`."""

_MISSING = """
SELECT name FROM unnest(ARRAY[
    'events', 'event_partitions', 'rollups', 'rollup_runs', 'rollup_events_5min', 'rollup_events_1hr',
    'live_customers', 'live_totals'
]) AS name
WHERE to_regclass(name) IS NULL
"""
_SERVER = """
SELECT
    current_setting('server_version'),
    current_setting('shared_buffers'),
    (SELECT jsonb_object_agg(extname, extversion) FROM pg_extension WHERE extname IN ('citus', 'hll', 'topn'))
"""
_BUSIEST = """
SELECT customer_id FROM live_customers WHERE width = '1 hour' AND bucket <= now() AND bucket >= now() - interval '1 day'
GROUP BY customer_id ORDER BY sum(event_count) DESC, customer_id LIMIT 1
"""
_DRAWN = """
SELECT coalesce(pg_sequence_last_value(event_id_sequence_name), 0), extract(epoch FROM clock_timestamp())::float8
FROM rollups WHERE name = 'live'
"""
_SPEEDS = """
SELECT rollup_name, (1000 * sum(events) / sum(duration_ms))::float8 FROM rollup_runs
GROUP BY rollup_name HAVING sum(duration_ms) > 0
"""


@dataclass(frozen=True, slots=True)
class Drawn:
    """How many ids of events had been drawn at a moment of the server's clock, s."""

    ids: int
    at_s: float


def require_schema(session: ClickstreamSession) -> None:
    """Raises SchemaError where a table of ours is missing."""
    if missing := session.rows(_MISSING):
        raise SchemaError(f"the clickstream has no table {missing[0][0]}: rtdash init makes it")


def server(session: ClickstreamSession) -> str:
    """What answers: product, versions, and the memory that it was given."""
    ((version, memory, extensions),) = session.rows(_SERVER)
    product = f"PostgreSQL {version.split()[0]}"
    if "citus" in extensions:
        product = f"Citus {extensions['citus']} on {product}"
    topn = f"topn {extensions['topn']}" if "topn" in extensions else "a stand-in for topn"
    return plain(f"{product}, hll {extensions.get('hll', '')}, {topn}, shared_buffers {memory}")


def busiest_customer(session: ClickstreamSession) -> int:
    """Who had most events lately: the questions about one customer are about this one."""
    found = session.rows(_BUSIEST)
    return int(found[0][0]) if found else ORGANIZATIONS[0].customer_id


def rows(session: ClickstreamSession, form: Form) -> int:
    """Rows of a form's largest table."""
    ((count,),) = session.rows(f"SELECT count(*) FROM {LARGEST[form]}")  # noqa: S608 (our own names)
    return int(count)


def drawn(session: ClickstreamSession) -> Drawn:
    """The ids that events have taken so far; one that was rolled back counts as well."""
    ((ids, at_s),) = session.rows(_DRAWN)
    return Drawn(ids, at_s)


def speeds(session: ClickstreamSession) -> dict[Form, float]:
    """Events that were rolled up in a second of the server's own time, by its record of the last day."""
    by_rollup = dict(session.rows(_SPEEDS))
    return {
        form: 1 / sum(1 / by_rollup[name] for name in names)
        for form, names in _ROLLUPS.items()
        if all(by_rollup.get(name) for name in names)
    }
