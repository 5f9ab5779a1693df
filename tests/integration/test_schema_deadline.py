"""A plan does not wait for ever, and init does not keep everybody waiting for a lock that it does not get."""

from __future__ import annotations

import pytest

from rtdash.errors import SchemaError, SourceError
from rtdash.resources import sql_folder
from rtdash.schema import postgresql
from rtdash.schema.apply import apply
from rtdash.schema.plan import plan
from rtdash.sources import citus, donations


def test_a_plan_of_the_clickstream_has_a_deadline(citus_dsn, tmp_path):
    (tmp_path / "010_fine.sql").write_text("SELECT 1;\n")
    apply(citus_dsn, tmp_path, lambda _: None)
    with citus.connect(citus_dsn, "test") as connection, connection.transaction():
        connection.execute("LOCK TABLE schema_steps")
        with pytest.raises(SourceError, match="statement timeout"):
            plan(citus_dsn, tmp_path, deadline_s=0.2)
    assert plan(citus_dsn, tmp_path)[-1].text == "as applied"


def test_a_plan_of_the_donations_has_a_deadline(donations_dsn):
    folder = sql_folder("mariadb", "schema")
    apply(donations_dsn, folder, lambda _: None)
    with donations.connect(donations_dsn, "test") as connection, connection.cursor() as cursor:
        cursor.execute("LOCK TABLES schema_steps WRITE")
        with pytest.raises(SourceError, match="timed out"):
            plan(donations_dsn, folder, deadline_s=0.5)
    assert plan(donations_dsn, folder)[-1].text == "as applied"


def test_a_file_that_gets_no_lock_gives_up_and_is_undone(citus_dsn, tmp_path, monkeypatch):
    monkeypatch.setattr(postgresql, "LOCK_PATIENCE_S", 0.05)
    (tmp_path / "010_gate.sql").write_text("CREATE TABLE gate (id integer);\n")
    apply(citus_dsn, tmp_path, lambda _: None)
    (tmp_path / "010_gate.sql").write_text(
        # What takes longer without waiting for anybody goes on.
        "SELECT pg_sleep(0.1); CREATE TABLE half (); ALTER TABLE gate ADD more text;"
    )
    with citus.connect(citus_dsn, "test") as connection:
        with connection.transaction():
            connection.execute("INSERT INTO gate VALUES (1)")
            with pytest.raises(SchemaError, match=r"^010_gate\.sql: PostgreSQL: another session .* keeps a lock"):
                apply(citus_dsn, tmp_path, lambda _: None)
        assert connection.execute("SELECT to_regclass('half')").fetchone() == (None,)
    apply(citus_dsn, tmp_path, lambda _: None)
