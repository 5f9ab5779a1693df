"""Plans of the dashboard's queries on real servers: had, drawn, and never at the cost of the data."""

from __future__ import annotations

import threading
import time
from contextlib import closing
from functools import partial

import psycopg
import pytest
from asking import PANELS
from pydantic import SecretStr

from rtdash.errors import Overdue, Refused, SourceError
from rtdash.model.advice import Circumstances, advise
from rtdash.model.explanation import BreakOff
from rtdash.panels.feature import Feature
from rtdash.panels.header import read
from rtdash.resources import sql_folder
from rtdash.schema.apply import apply
from rtdash.sources import donations
from rtdash.sources.plans import clickstream as clickstream_plans
from rtdash.sources.plans import donations as donations_plans
from rtdash.widgets.drawing.plan import draw
from tests.world import until

DEADLINE_S = 20.0
DONATION_QUERIES = sorted(
    [*sql_folder("donations", "panels").glob("*.sql"), *sql_folder("donations", "probes").glob("*.sql")]
)
VARIABLES = {"customer_id": 1, "after_arrival": 0}


@pytest.fixture
def donations_reader(mariadb, donations_database, donations_dsn):
    """The dashboard's own account, on a database with the schema."""
    apply(donations_dsn, sql_folder("mariadb", "schema"), lambda _: None)
    return mariadb.dsn("reader", donations_database)


def whys(connection: psycopg.Connection, query: str = "%") -> int:
    """Sessions of plans, whose latest statement is like `query`."""
    found = connection.execute(
        "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'rtdash why' AND query LIKE %s", (query,)
    )
    return int(found.fetchone()[0])


def others(dsn: SecretStr, query: str = "%") -> int:
    """Sessions of the donations beside this one, whose statement is like `query`."""
    with closing(donations.connect(dsn, "test")) as connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT COUNT(*) FROM information_schema.processlist"
            " WHERE db = DATABASE() AND id <> CONNECTION_ID() AND COALESCE(info, '') LIKE %s",
            (query,),
        )
        return int(cursor.fetchall()[0][0])


@pytest.mark.usefixtures("clickstream")
def test_every_panel_of_the_clickstream_has_a_plan(citus_reader_dsn, is_citus):
    specs = [read(file) for file in PANELS]
    for spec in [spec for spec in specs if spec.needs is None or (is_citus and spec.needs is Feature.CITUS)]:
        plan = clickstream_plans.explain(citus_reader_dsn, spec.sql, VARIABLES, DEADLINE_S)
        assert plan.rows is not None, spec.id
        assert len(draw(plan, 80)) > 2, spec.id


def test_every_panel_of_the_donations_has_a_plan(donations_reader):
    with closing(donations.connect(donations_reader, "test")) as connection, connection.cursor() as cursor:
        for file in DONATION_QUERIES:
            spec = read(file, is_probe="probes" in file.parts)
            plan = donations_plans.explain(donations_reader, spec.sql, VARIABLES, DEADLINE_S)
            assert cursor.execute(spec.sql, VARIABLES) == plan.rows, spec.id
            assert len(draw(plan, 80)) > 2, spec.id


def test_a_full_scan_is_named_with_rows_read_and_returned(donations_dsn, donations_reader):
    with closing(donations.connect(donations_dsn, "test")) as connection, connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO donation_transactions SELECT seq, ELT(1 + seq MOD 3, 'Pau', 'Brest', 'Caen'), 1, 1, 'PureJoy',"
            " UTC_TIMESTAMP(6), 5, 1, 1 FROM seq_1_to_12000"
        )
    query = "SELECT d.city, SUM(d.total_amount) FROM donation_transactions d WHERE d.total_amount > 1 GROUP BY d.city"
    plan = donations_plans.explain(donations_reader, query, {}, DEADLINE_S)
    assert [
        said
        for said in advise(plan, Circumstances())
        if "donation_transactions is read in full: 12,000 rows read, 3 rows returned." in said
    ]


def test_a_full_scan_of_all_partitions_is_named_by_their_table(owner, citus_reader_dsn):
    owner.execute(
        "INSERT INTO events (event_time, customer_id) SELECT now() + n %% 4 * interval '1 day', 1"
        " FROM generate_series(1, 12000) AS n",
        (),
    )
    plan = clickstream_plans.explain(
        citus_reader_dsn, "SELECT count(*) FROM events WHERE country IS NULL", {}, DEADLINE_S
    )
    said = advise(plan, Circumstances())
    assert any(one.startswith("events is read in full: 12,000 rows read, 1 row returned.") for one in said), said
    assert any(one.startswith(f"All {plan.partitions['events']} partitions of events are read") for one in said), said
    pruned = clickstream_plans.explain(
        citus_reader_dsn, "SELECT count(*) FROM events WHERE event_time > now() + interval '2 days'", {}, DEADLINE_S
    )
    assert not any("partitions" in one for one in advise(pruned, Circumstances()))


@pytest.mark.parametrize(
    "query", ["SELECT SLEEP(0.25)", "SELECT MAX(SLEEP(0.25)) FROM donation_window WHERE SLEEP(0) = 0"]
)
def test_the_plan_of_a_sleep_does_not_account_for_the_time(donations_reader, query):
    plan = donations_plans.explain(donations_reader, query, {}, DEADLINE_S)
    assert plan.took_ms >= 250
    assert any(said.startswith("The plan does not account for the time:") for said in advise(plan, Circumstances()))


def test_what_writes_is_refused_and_cannot_write_either(donations_dsn):
    apply(donations_dsn, sql_folder("mariadb", "schema"), lambda _: None)
    for statement in ("DELETE FROM campaigns", "SELECT 1; DELETE FROM campaigns"):
        with pytest.raises(SourceError, match="not explained"):
            donations_plans.explain(donations_dsn, statement, {}, DEADLINE_S)
    with closing(donations.connect(donations_dsn, "test")) as connection, connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION writes() RETURNS INT"
            " BEGIN INSERT INTO donation_arrivals VALUES (1, NOW(3), 1); RETURN 1; END"
        )
        # By the owner, who may write: it is the session that only reads.
        with pytest.raises(SourceError, match="READ ONLY"):
            donations_plans.explain(donations_dsn, "SELECT writes()", {}, DEADLINE_S)
        cursor.execute("SELECT COUNT(*) FROM donation_arrivals")
        assert cursor.fetchall()[0] == (0,)


def test_what_writes_cannot_write_to_the_clickstream(owner, clickstream):
    owner.execute(
        "CREATE FUNCTION writes() RETURNS int LANGUAGE sql AS"
        " $$ INSERT INTO events (customer_id) VALUES (7) RETURNING 1 $$"
    )
    explain = clickstream_plans.explain
    for statement, said in (
        ("DELETE FROM events", "not explained"),
        ("SELECT writes()", "read-only transaction"),
        ("SELECT nextval('events_event_id_seq')", "read-only transaction"),
        ("SELECT set_config('transaction_read_only', 'off', false), writes()", "read-only|read-write"),
    ):
        with pytest.raises(SourceError, match=said):
            explain(clickstream.dsn, statement, {}, DEADLINE_S)
    with pytest.raises(SourceError, match="several statements"):
        explain(clickstream.dsn, "SELECT '{}'::jsonb #> '{a}'; SELECT 1", {}, DEADLINE_S)
    # Two statements that look like one: a name may end in what begins a quote elsewhere.
    with pytest.raises(SourceError, match="multiple commands"):
        explain(clickstream.dsn, "SELECT 1 AS a$$; SELECT 2 AS b$$", {}, DEADLINE_S)
    assert owner.execute("SELECT count(*) FROM events").fetchone() == (0,)


def test_a_plan_has_a_deadline_and_leaves_no_session(owner, citus_reader_dsn):
    started = time.monotonic()
    with pytest.raises(Overdue, match=r"within 0\.3 s"):
        clickstream_plans.explain(citus_reader_dsn, "SELECT pg_sleep(20)", {}, 0.3)
    assert time.monotonic() - started < 5
    until(lambda: whys(owner) == 0)


def test_what_nobody_waits_for_any_more_ends_on_the_server(owner, citus_reader_dsn, donations_dsn, donations_reader):
    explain_donations = partial(donations_plans.explain, donations_reader)
    for explain, query, sessions in (
        (partial(clickstream_plans.explain, citus_reader_dsn), "SELECT pg_sleep(20)", partial(whys, owner)),
        (explain_donations, "SELECT SLEEP(20)", partial(others, donations_dsn)),
        (explain_donations, "SELECT SUM(seq MOD 7) FROM seq_1_to_1000000000", partial(others, donations_dsn)),
    ):
        handed_out: list[BreakOff] = []
        errors: list[SourceError] = []

        def explained(explain=explain, query=query, handed_out=handed_out, errors=errors) -> None:
            try:
                explain(query, {}, 20.0, handed_out.append)
            except SourceError as error:
                errors.append(error)

        thread = threading.Thread(target=explained)
        thread.start()
        until(lambda: sessions(f"%{query}"))  # noqa: B023 (called at once)
        (break_off,) = handed_out
        break_off()
        thread.join(5)
        assert not thread.is_alive()
        assert len(errors) == 1
        until(lambda: sessions() == 0)  # noqa: B023 (called at once)


def test_a_plan_of_mariadb_has_a_deadline_and_leaves_no_session(donations_dsn, donations_reader):
    for query in ("SELECT SLEEP(20)", "SELECT SUM(seq MOD 7) FROM seq_1_to_1000000000"):
        with pytest.raises(Overdue):
            donations_plans.explain(donations_reader, query, {}, 0.3)
    until(lambda: others(donations_dsn) == 0)


def test_parameters_are_bound(owner, citus_reader_dsn, donations_reader):
    hostile = {"customer_id": "1'; DROP TABLE events; --"}
    plan = clickstream_plans.explain(citus_reader_dsn, "SELECT %(customer_id)s::text, 5 %% 2", hostile, DEADLINE_S)
    assert plan.rows == 1
    plan = donations_plans.explain(donations_reader, "SELECT %(customer_id)s, 5 %% 2", hostile, DEADLINE_S)
    assert plan.rows == 1
    assert owner.execute("SELECT count(*) FROM events").fetchone() == (0,)


def test_without_the_right_to_see_views_there_is_one_line(mariadb, donations_dsn, donations_database):
    apply(donations_dsn, sql_folder("mariadb", "schema"), lambda _: None)
    with pytest.raises(Refused, match="GRANT SHOW VIEW"):
        donations_plans.explain(
            mariadb.dsn("control", donations_database), "SELECT * FROM current_campaigns", {}, DEADLINE_S
        )
