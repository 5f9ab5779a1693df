"""Traps of the workshop's partitions: they end soon, one early row ends them for good, and retention asks nobody."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

PARTMAN = Path(__file__).parent / "workshop" / "partitions" / "partman.sql"
IN_DEFAULT = "SELECT tableoid = 'events_default'::regclass FROM events"


class Partitioned:
    """The workshop's events with pg_partman's partitions of 5 minutes."""

    def __init__(self, connection):
        self.connection = connection
        (self.parent,) = connection.execute("SELECT current_schema() || '.events'").fetchone()
        connection.execute("DROP TABLE events_default")
        connection.execute(PARTMAN.read_text().encode())

    def maintain(self):
        self.connection.execute("SELECT partman.run_maintenance(%s)", (self.parent,))

    def bounds(self):
        """From when to when there are partitions."""
        return self.connection.execute(
            """SELECT min((regexp_match(bound, 'FROM \\(''([^'']+)'))[1]::timestamptz),
                max((regexp_match(bound, 'TO \\(''([^'']+)'))[1]::timestamptz)
            FROM (
                SELECT pg_get_expr(relpartbound, oid) AS bound FROM pg_class JOIN pg_inherits ON inhrelid = oid
                WHERE inhparent = 'events'::regclass
            ) AS parts"""
        ).fetchone()


@pytest.fixture
def partitioned(workshop):
    with workshop.connect() as connection:
        if not connection.execute("SELECT 1 FROM pg_extension WHERE extname = 'pg_partman'").fetchone():
            pytest.skip("the server has no pg_partman")
        yield Partitioned(connection)


def test_four_partitions_ahead_are_twenty_minutes(partitioned, workshop, clickstream):
    in_half_an_hour = {"event_time": datetime.now(UTC) + timedelta(minutes=31)}
    workshop.insert(partitioned.connection, in_half_an_hour)
    assert partitioned.connection.execute(IN_DEFAULT).fetchone() == (True,)
    with clickstream.connect() as connection:
        clickstream.insert(connection, in_half_an_hour)
        assert connection.execute(IN_DEFAULT).fetchone() == (False,)


def test_one_early_row_ends_the_maintenance_for_good(partitioned, workshop, clickstream):
    _, until = partitioned.bounds()
    workshop.insert(partitioned.connection, {"event_time": until + timedelta(minutes=1)})
    # Partitions are made as far as the events have come.
    workshop.insert(partitioned.connection, {"event_time": until - timedelta(minutes=1)})
    for _ in range(2):
        with pytest.raises(psycopg.DatabaseError, match="default partition"):
            partitioned.maintain()
    assert partitioned.bounds()[1] == until
    with clickstream.connect() as connection:
        (end,) = connection.execute("SELECT max(until_time) FROM event_partitions").fetchone()
        clickstream.insert(connection, {"event_time": end + timedelta(minutes=1)})
        (last,) = connection.execute("SELECT partition FROM event_partitions WHERE until_time = %s", (end,)).fetchone()
        connection.execute(f"DROP TABLE {last}")
        assert connection.execute("SELECT partitions_made, rows_in_default FROM maintain_events()").fetchone() == (1, 1)


def test_retention_drops_what_is_not_rolled_up(partitioned, workshop, clickstream):
    first, _ = partitioned.bounds()
    workshop.insert(partitioned.connection, {"event_time": first})
    partitioned.connection.execute(
        "UPDATE partman.part_config SET retention = '1 minute', retention_keep_table = false WHERE parent_table = %s",
        (partitioned.parent,),
    )
    partitioned.maintain()
    workshop.roll_up(partitioned.connection, "five_minutely_aggregation")
    rolled_up = "SELECT coalesce(sum(event_count), 0)::bigint FROM rollup_events_5min"
    assert partitioned.connection.execute(rolled_up).fetchone() == (0,)
    with clickstream.connect() as connection:
        (first,) = connection.execute("SELECT min(from_time) FROM event_partitions").fetchone()
        clickstream.insert(connection, {"event_time": first})
        connection.execute("UPDATE retention SET keep = '1 minute' WHERE table_name = 'events'")
        for _ in range(2):
            connection.execute("SELECT maintain_events()")
        clickstream.roll_up(connection, "five_minutely_aggregation")
        assert connection.execute(rolled_up).fetchone() == (1,)
