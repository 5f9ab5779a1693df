"""What stands where rtdash would make its tables, and was not made by rtdash."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import psycopg

from rtdash.model.text import plain

COMPAT = "rtdash_compat"
"""Schema of the stand-ins for what a server lacks; last in the search_path, so that the server's own come first."""

# Not called `rtdash`: a role of that name would find it before `public` in all that it does.
_OF_ITS_OWN = (
    "it needs a schema of its own:"
    " CREATE SCHEMA rtdash_data, and in every DSN …?options=-csearch_path%3Drtdash_data%2Cpublic"
)
# Whoever followed the workshop has all of these. The column rolled_up_until is in every release of ours, and not there.
_FOUND = """
WITH relations AS (
    SELECT oid, relname::text AS name FROM pg_class
    WHERE relnamespace = to_regnamespace(quote_ident(current_schema())) AND relkind IN ('r', 'p', 'v', 'm', 'f')
    AND relname IN ('events', 'rollups', 'rollup_events_5min', 'rollup_events_1hr')
)
SELECT
    current_schema(),
    current_setting('search_path'),
    ARRAY (
        SELECT name FROM relations
        UNION
        SELECT proname || '()' FROM pg_proc
        WHERE pronamespace = to_regnamespace(quote_ident(current_schema()))
        AND proname IN ('incremental_rollup_window', 'five_minutely_aggregation', 'hourly_aggregation')
        ORDER BY 1
    ),
    (
        SELECT EXISTS (
            SELECT FROM pg_attribute WHERE attrelid = oid AND attname = 'rolled_up_until' AND NOT attisdropped
        ) FROM relations WHERE name = 'rollups'
    )
"""


def obstacle(connection: psycopg.Connection[Any], recorded: Collection[str]) -> str | None:
    """Why nothing may be made in the first schema of the search_path, in one line with what to do; None when it may.

    `recorded` are the files that `schema_steps` has: without `rollups`, they tell a first init that was broken off.
    """
    schema, path, found, rollups_are_ours = connection.execute(_FOUND).fetchone() or (None, "", [], None)
    if schema in {None, COMPAT}:
        return f"the search_path {plain(path)} names no schema that is there and may be used: CREATE SCHEMA comes first"
    is_ours = bool(recorded) if rollups_are_ours is None else rollups_are_ours
    if is_ours or not found:
        return None
    return f"{plain(schema)} has {', '.join(found)}, not made by rtdash; {_OF_ITS_OWN}"
