"""Layouts on a real server: the same rows give the same answers on all of them, by the plans they are there for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import replace
from datetime import timedelta

import pytest
from layout_database import CURRENT, ENDED, NOW, US, Database, Rows, donations_until_now

from rtdash.ingest.donations import INTO
from rtdash.ingest.load import open_loader
from rtdash.lab.layout import NAMES, Text, layouts
from rtdash.model.data import Sparklines
from rtdash.model.engine import Engine
from rtdash.panels import catalog
from rtdash.panels.decode import decode
from rtdash.panels.texts import live_text, workshop_panels, workshop_text
from rtdash.servers.mariadb import PrivateMariaDB

OURS = {spec.id: spec for spec in catalog.load() if spec.id in workshop_panels()}
WINDOWS = ("06_cities_live", "07_organizations_live")
WITHOUT_WINDOW = [name for name in workshop_panels() if name not in WINDOWS]
MOMENTS = [NOW, NOW + timedelta(seconds=0.25), NOW + timedelta(seconds=1) - US, NOW + timedelta(seconds=1)]


@pytest.fixture(scope="module")
def make(mariadb: PrivateMariaDB) -> Iterator[Callable[[str, str], Database]]:
    """Makes databases with the tables of a layout."""
    statements = {each.name: each.statements for each in layouts(Engine.MARIADB)}
    with ExitStack() as stack:

        def made(layout: str, name: str) -> Database:
            name = f"layouts_{name}_{layout}"
            mariadb.create_database(name)
            stack.callback(mariadb.drop_database, name)
            database = Database(stack.enter_context(closing(open_loader(mariadb.dsn("owner", name)))))
            for statement in statements[layout]:
                database.rows(statement)
            return database

        yield made


@pytest.fixture(scope="module")
def alike(make) -> dict[str, Database]:
    """The five with the same rows."""
    databases = {name: make(name, "alike") for name in NAMES}
    given = donations_until_now(flagged=CURRENT)
    for database in databases.values():
        database.fill(given)
    databases["rollup"].campaigns()
    return databases


@pytest.fixture(scope="module")
def board(make) -> Database:
    """A dashboard's database: nobody has ever updated the flag."""
    database = make("rollup", "board")
    database.fill(donations_until_now(flagged=(*ENDED, *CURRENT)))
    return database


@pytest.fixture(scope="module")
def many(make) -> dict[str, Database]:
    """The workshop's four with 10,000 rows over 500 s, half of them active."""
    databases = {name: make(name, "many") for name in NAMES if name != "rollup"}
    for database in databases.values():
        database.rows(
            f"INSERT INTO {INTO} SELECT seq, UTC_TIMESTAMP(6) - INTERVAL (10000 - seq) * 50000 MICROSECOND, 1.50,"
            " CONCAT('city', seq % 20), 43.3, -0.37, CONCAT('organization', seq DIV 20 % 4), seq > 5000, seq > 5000"
            " FROM seq_1_to_10000"
        )
        database.rows("ANALYZE TABLE donation_transactions")
    return databases


def without_zeros(name: str, rows: Rows) -> Rows:
    """Ours holds a window open by zeros at both its ends."""
    return [row for row in rows if row[2]] if name == "06_cities_live" else rows


# ── the same answers ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_layout_has_one_table_with_the_columns_of_all(alike):
    columns = [database.rows("SHOW COLUMNS FROM donation_transactions") for database in alike.values()]
    # Name, type, and whether it may be NULL; the rest is of keys.
    assert len({tuple(column[:3] for column in table) for table in columns}) == 1
    tables = {name: database.rows("SHOW TABLES") for name, database in alike.items() if name != "rollup"}
    assert set(map(tuple, tables.values())) == {(("donation_transactions",),)}


@pytest.mark.parametrize("now", MOMENTS, ids=lambda now: f"{now:%S.%f}")
@pytest.mark.parametrize("name", workshop_panels())
def test_every_layout_gives_the_same_answer(alike, name, now):
    answers = []
    for layout in layouts(Engine.MARIADB):
        database = alike[layout.name]
        database.at(now)
        text = workshop_text(name) if layout.text is Text.WORKSHOP else OURS[name].sql
        columns, rows = database.asked(text)
        answers.append((columns, without_zeros(name, rows)))
    assert answers[0][1]
    assert all(answer == answers[0] for answer in answers)


@pytest.mark.parametrize("now", MOMENTS, ids=lambda now: f"{now:%S.%f}")
def test_windows_are_whole_seconds_of_which_the_newest_is_filling(alike, now):
    alike["baseline"].at(now)
    seconds = {row[1] for row in alike["baseline"].rows(workshop_text("06_cities_live"))}
    newest = now.replace(microsecond=0, tzinfo=None)
    assert min(seconds) == newest - timedelta(seconds=34)
    assert all(not second.microsecond for second in seconds)


# ── asked of a dashboard ──────────────────────────────────────────────────────────────────────────────────────────────


def drawn(database: Database, name: str) -> tuple[object, object]:
    """What the panel draws: by our text, and by the workshop's."""
    spec = OURS[name]
    ours, theirs = (decode(spec, *database.asked(text)) for text in (spec.sql, live_text(name)))
    return ours, theirs


@pytest.mark.parametrize("now", MOMENTS, ids=lambda now: f"{now:%S.%f}")
@pytest.mark.parametrize("name", workshop_panels())
def test_while_a_campaign_runs_a_panel_draws_the_same(board, name, now):
    board.campaigns()
    board.at(now)
    ours, theirs = drawn(board, name)
    assert theirs == ours


@pytest.mark.parametrize("end", MOMENTS, ids=lambda end: f"{end:%S.%f}")
@pytest.mark.parametrize("name", workshop_panels())
def test_when_campaigns_have_ended_as_well(board, name, end):
    board.campaigns()
    board.campaign(3, "ended", end - timedelta(seconds=4))
    board.campaign(4, "lost", end)
    board.at(NOW + timedelta(minutes=5))
    ours, theirs = drawn(board, name)
    assert theirs == ours


def test_before_the_first_campaign_the_workshops_counts_say_zero(make):
    database = make("rollup", "empty")
    for name in workshop_panels():
        ours, theirs = drawn(database, name)
        if name in ("01_donations", "02_amount"):
            assert (ours.value, theirs.value) == (None, 0)
        else:
            assert theirs == ours
    database.campaign(3, "running")
    for name in workshop_panels():
        ours, theirs = drawn(database, name)
        assert theirs == ours, "it has no donation yet"


def test_the_workshops_lines_begin_and_end_with_a_donation(make):
    database = make("rollup", "few")
    donation = next(each for each in donations_until_now(flagged=CURRENT) if each["campaign_id"] in CURRENT)
    at = NOW.replace(tzinfo=None) - timedelta(seconds=5)
    database.fill([donation | {"transaction_date": at}])
    database.campaigns()
    database.at(NOW)
    ours, theirs = drawn(database, "06_cities_live")
    assert isinstance(ours, Sparklines)
    assert isinstance(theirs, Sparklines)
    (line,), (short,) = ours.series, theirs.series
    assert (len(line.values), len(short.values)) == (35, 1)
    assert ours.until == NOW
    assert theirs.until == at.replace(tzinfo=NOW.tzinfo)
    assert replace(line, values=tuple(filter(None, line.values))) == short


# ── the plans that they are there for ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", workshop_panels())
def test_the_first_table_is_read_whole(many, name):
    assert many["baseline"].plan(workshop_text(name))["type"] == "ALL"


@pytest.mark.parametrize("name", WINDOWS)
@pytest.mark.parametrize(("layout", "key"), [("indexed", "donation_date"), ("timesorted", "PRIMARY")])
def test_in_order_of_time_a_window_is_a_short_range(many, layout, key, name):
    plan = many[layout].plan(workshop_text(name))
    assert (plan["type"], plan["key"]) == ("range", key)
    assert int(plan["rows"]) < 2_000


def test_by_city_a_window_of_time_reads_every_row_and_grouping_reads_in_order(many):
    for name in WINDOWS:
        assert many["sharded"].plan(workshop_text(name))["type"] == "ALL"
    plan = many["sharded"].plan(workshop_text("04_map"))
    assert (plan["type"], plan["key"]) == ("index", "PRIMARY")


@pytest.mark.parametrize("name", WITHOUT_WINDOW)
def test_in_order_of_time_the_rest_reads_every_row(many, name):
    assert many["timesorted"].plan(workshop_text(name))["type"] == "ALL"


def test_of_the_indexes_one_counts_and_grouping_goes_through_others_row_by_row(many):
    count = many["indexed"].plan(workshop_text("01_donations"))
    assert (count["key"], count["Extra"]) == ("donation_active", "Using index")
    for name, key in (("04_map", "donation_city"), ("05_organizations", "donation_organization")):
        plan = many["indexed"].plan(workshop_text(name))
        assert (plan["type"], plan["key"]) == ("index", key)
        assert "Using index" not in plan["Extra"].split("; "), "each of its rows is looked up"


@pytest.mark.parametrize("name", workshop_panels())
def test_ours_does_not_read_the_donations(alike, name):
    columns, rows = alike["rollup"].asked(f"EXPLAIN {OURS[name].sql}")
    tables = {row[columns.index("table")] for row in rows}
    assert tables
    assert "donation_transactions" not in tables
