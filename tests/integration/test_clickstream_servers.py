"""The same schema and panels on a server with pg_partman and on one that has neither it nor pg_cron."""

from __future__ import annotations

import pytest

from rtdash.panels.decode import decode
from rtdash.panels.header import read
from rtdash.resources import sql_folder
from rtdash.schema.apply import apply
from rtdash.sources import citus

PANELS = sorted(sql_folder("citus", "panels").glob("*.sql"))


def available(connection):
    return {name for (name,) in connection.execute("SELECT name FROM pg_available_extensions")}


@pytest.mark.parametrize("citus_server", ["bare_postgres"], indirect=True)
def test_a_server_without_pg_partman_and_pg_cron_is_told_what_happens_instead(citus_dsn):
    with citus.connect(citus_dsn, "test") as connection:
        assert available(connection).isdisjoint({"pg_partman", "pg_cron"})
        assert connection.execute("SELECT current_setting('shared_preload_libraries') LIKE '%cron%'").fetchone() == (
            False,
        )
    for _ in range(2):
        notes = {}
        apply(citus_dsn, sql_folder("citus", "schema"), lambda step, notes=notes: notes.update({step.file: step.note}))
        assert "no pg_partman: rtdash makes the partitions itself" in notes["010_extensions.sql"]
        assert notes["015_cron.sql"] == "no pg_cron in this database"
        assert notes["100_schedule.sql"] == "ingest runs the rollups each minute"
    with citus.connect(citus_dsn, "test") as connection:
        assert connection.execute("SELECT rollups_are_scheduled()").fetchone() == (False,)


@pytest.mark.parametrize("citus_server", ["postgres", "bare_postgres"], indirect=True)
def test_rollups_and_panels_work_with_and_without_the_extensions(clickstream, citus_reader_dsn):
    with clickstream.connect() as connection:
        clickstream.insert(connection, *({"device_id": number, "country": "FR"} for number in range(30)), {})
        clickstream.roll_up(connection)
        assert clickstream.differences(connection) == {}
    with citus.connect(citus_reader_dsn, "test", read_only=True) as reader:
        has_citus = reader.execute("SELECT 1 FROM pg_extension WHERE extname = 'citus'").fetchone()
        for file in PANELS:
            spec = read(file)
            if spec.needs and not has_citus:
                continue
            cursor = reader.execute(spec.sql, {"customer_id": 1})
            assert decode(spec, [column.name for column in cursor.description], cursor.fetchall()), file.stem
