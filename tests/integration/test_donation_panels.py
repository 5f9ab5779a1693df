"""The donation panels and probes against the tables that they sum up."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import closing
from decimal import Decimal
from typing import Any

import pymysql
import pytest
from pydantic import SecretStr

from rtdash.resources import sql_folder
from rtdash.schema.apply import apply
from rtdash.sources import donations

_FILES = [*sql_folder("donations", "probes").glob("*.sql"), *sql_folder("mariadb", "probes").glob("*.sql")]
PROBES = {file.stem: file.read_text(encoding="utf-8") for file in _FILES}
COLUMNS = {
    "01_donations": ["value"],
    "02_amount": ["value"],
    "03_best": ["value", "label"],
    "04_map": ["label", "latitude", "longitude", "value"],
    "05_organizations": ["label", "value"],
    "06_cities_live": ["label", "at", "value"],
    "07_organizations_live": ["label", "value"],
}
PANELS = {name: (sql_folder("donations", "panels") / f"{name}.sql").read_text(encoding="utf-8") for name in COLUMNS}
Ask = Callable[..., list[dict[str, Any]]]


@pytest.fixture
def ask(donations_dsn: SecretStr) -> Iterator[Ask]:
    """Asks the database, and gives rows as dicts."""
    apply(donations_dsn, sql_folder("mariadb", "schema"), lambda _: None)
    apply(donations_dsn, sql_folder("mariadb", "schema"), lambda _: None)
    with closing(donations.connect(donations_dsn, "test")) as connection:

        def rows(statement: str, **values: object) -> list[dict[str, Any]]:
            with connection.cursor(pymysql.cursors.DictCursor) as cursor:
                cursor.execute(statement, values or None)
                return list(cursor.fetchall())

        # Rows of one test are of one moment, however long it takes to insert them.
        rows("SET timestamp = UNIX_TIMESTAMP()")
        yield rows


def campaign(ask: Ask, campaign_id: int, state: str, ended_s_ago: int | None = None) -> None:
    ask(
        "INSERT INTO campaigns (campaign_id, name, cities, organizations, state, rate_per_s, started_at, ended_at,"
        " heartbeat_at) VALUES (%(id)s, 'c', '[\"Pau\"]', '[\"PureJoy\"]', %(state)s, 5,"
        " UTC_TIMESTAMP(6) - INTERVAL 1 HOUR, UTC_TIMESTAMP(6) - INTERVAL %(ago)s SECOND, UTC_TIMESTAMP(6))",
        id=campaign_id,
        state=state,
        ago=ended_s_ago,
    )


def sums(ask: Ask, campaign_id: int, city: str, organization: str, s_ago: int, donations: int, amount: str) -> None:
    for statement in (
        "INSERT INTO donation_totals VALUES (%(id)s, %(city)s, %(organization)s, 43.3, -0.37, %(n)s, %(amount)s)"
        " ON DUPLICATE KEY UPDATE donations = donations + VALUES(donations), amount = amount + VALUES(amount)",
        "INSERT INTO donation_seconds VALUES (UTC_TIMESTAMP() - INTERVAL %(ago)s SECOND, %(id)s, %(city)s,"
        " %(organization)s, %(n)s, %(amount)s)",
    ):
        ask(statement, id=campaign_id, city=city, organization=organization, ago=s_ago, n=donations, amount=amount)


def answers(ask: Ask) -> dict[str, list[dict[str, Any]]]:
    return {name: ask(statement) for name, statement in sorted(PANELS.items())}


def values(rows: list[dict[str, Any]]) -> dict[str, Any]:
    return {row["label"]: row["value"] for row in rows}


def test_every_panel_gives_the_columns_that_its_drawing_needs(ask):
    campaign(ask, 1, "running")
    sums(ask, 1, "Pau", "PureJoy", 1, 1, "1.00")
    assert {name: list(rows[0]) for name, rows in answers(ask).items()} == COLUMNS


def test_before_the_first_campaign_there_is_nothing_rather_than_zero(ask):
    found = answers(ask)
    assert found.pop("01_donations") == found.pop("02_amount") == [{"value": None}]
    assert set(map(tuple, found.values())) == {()}
    assert ask(PROBES["campaigns"]) == []
    (arrival,) = ask(PROBES["arrivals"], after_arrival=0)
    assert arrival["arrival_id"] is None
    assert arrival["server_now"]
    nothing = {"lag": 0, "dead": 0, "lost": 0, "duplicates": 0, "silent_s": None, "unseen_s": None}
    assert ask(PROBES["delivery"]) == [nothing | {"trouble": "no ingest yet"}]
    assert ask("SELECT * FROM donation_window") == [{"window_end": None}]


def test_a_campaign_that_begins_has_none_yet(ask):
    campaign(ask, 1, "running")
    found = answers(ask)
    assert found["01_donations"] == [{"value": 0}]
    assert found["02_amount"] == [{"value": Decimal("0.00")}]
    assert found["03_best"] == found["06_cities_live"] == []


@pytest.mark.parametrize(("state", "ended_s_ago"), [("running", None), ("stopping", None), ("ended", 0), ("lost", 0)])
def test_panels_sum_up_the_current_campaigns(ask, state, ended_s_ago):
    campaign(ask, 1, "ended", 600)
    sums(ask, 1, "Pau", "PureJoy", 1, 100, "1000.00")
    campaign(ask, 2, state, ended_s_ago)
    sums(ask, 2, "Pau", "PureJoy", 3, 2, "9.25")
    sums(ask, 2, "Pau", "PureJoy", 31, 1, "5.00")
    sums(ask, 2, "Pau", "SmileFund", 3, 1, "1.50")
    sums(ask, 2, "Brest", "SmileFund", 60, 3, "12.25")
    found = answers(ask)
    assert found["01_donations"] == [{"value": 7}]
    assert found["02_amount"] == [{"value": Decimal("28.00")}]
    assert found["03_best"] == [{"value": Decimal("14.25"), "label": "Pau · PureJoy"}]
    assert values(found["04_map"]) == {"Pau": Decimal("15.75"), "Brest": Decimal("12.25")}
    assert (found["04_map"][0]["latitude"], found["04_map"][0]["longitude"]) == (43.3, -0.37)
    assert values(found["05_organizations"]) == {"PureJoy": Decimal("14.25"), "SmileFund": Decimal("13.75")}
    filled = [row for row in found["06_cities_live"] if row["value"]]
    assert [(row["label"], row["value"]) for row in filled] == [("Pau", Decimal("5.00")), ("Pau", Decimal("10.75"))]
    assert (filled[1]["at"] - filled[0]["at"]).total_seconds() == 28
    for city in ("Brest", "Pau"):
        axis = [row["at"] for row in found["06_cities_live"] if row["label"] == city]
        assert (max(axis) - min(axis)).total_seconds() == 34, "the window is held open at both ends"
    assert values(found["07_organizations_live"]) == {"PureJoy": Decimal("9.25"), "SmileFund": Decimal("1.50")}


def test_when_none_runs_those_that_ended_last_are_current_and_their_windows_stand_still(ask):
    for campaign_id, ago in ((1, 700), (2, 604), (3, 600)):
        campaign(ask, campaign_id, "ended", ago)
        sums(ask, campaign_id, "Pau", "PureJoy", ago + 10, 1, "2.00")
        sums(ask, campaign_id, "Caen", "PureJoy", ago + 50, 1, "3.00")
    found = answers(ask)
    assert found["01_donations"] == [{"value": 4}]
    filled = [(row["label"], row["value"]) for row in found["06_cities_live"] if row["value"]]
    assert filled == [("Pau", Decimal("2.00"))] * 2, "of two campaigns, in two seconds"
    assert values(found["07_organizations_live"]) == {"PureJoy": Decimal("4.00")}
    campaign(ask, 4, "planned")
    assert answers(ask) == found
    campaign(ask, 5, "running")
    assert answers(ask)["01_donations"] == [{"value": 0}]


def test_the_live_panels_read_one_short_range_however_long_the_past(ask):
    for campaign_id in range(1, 150):
        campaign(ask, campaign_id, "ended", 1000)
    campaign(ask, 150, "running")
    ask(
        "INSERT INTO donation_seconds SELECT UTC_TIMESTAMP() - INTERVAL s.seq SECOND, 150, CONCAT('city', c.seq),"
        " 'PureJoy', 1, 1.00 FROM seq_1_to_5000 s, seq_1_to_4 c"
    )
    ask("ANALYZE TABLE donation_seconds")
    for state in ("running", "ended"):
        ask("UPDATE campaigns SET state = %(state)s, ended_at = UTC_TIMESTAMP(6) WHERE campaign_id = 150", state=state)
        for name in ("06_cities_live", "07_organizations_live"):
            (plan,) = (row for row in ask(f"EXPLAIN {PANELS[name]}") if row["table"] == "s")
            assert (plan["type"], plan["key"]) == ("range", "PRIMARY"), (name, state)
            assert int(plan["rows"]) < 400


def test_the_campaigns_probe_shows_those_that_run_and_the_latest(ask):
    states = {2: "running", 3: "planned", 4: "stopping", 5: "lost"}
    for campaign_id in range(1, 17):
        state = states.get(campaign_id, "ended")
        campaign(ask, campaign_id, state, 100 if state in ("ended", "lost") else None)
    ask(
        "UPDATE campaigns SET starts_at = UTC_TIMESTAMP(6) + INTERVAL 25 SECOND, wanted = 7,"
        " ends_at = UTC_TIMESTAMP(6) + INTERVAL 85 SECOND WHERE campaign_id = 3"
    )
    sums(ask, 2, "Pau", "PureJoy", 1, 2, "9.25")
    sums(ask, 2, "Brest", "PureJoy", 1, 1, "1.00")
    rows = ask(PROBES["campaigns"])
    assert [row["campaign_id"] for row in rows] == [4, 3, 2, 16, 15, 14, 13, 12, 11, 10, 9, 8]
    assert (rows[2]["loaded"], rows[2]["raised"]) == (3, Decimal("10.25"))
    assert (rows[0]["loaded"], rows[0]["raised"]) == (0, Decimal("0.00"))
    planned = rows[1]
    assert 20 < (planned["starts_at"] - planned["server_now"]).total_seconds() <= 25
    assert 80 < (planned["ends_at"] - planned["server_now"]).total_seconds() <= 85
    assert (planned["wanted"], rows[0]["wanted"], rows[0]["ends_at"]) == (7, None, None)
    assert json.loads(rows[0]["cities"]) == ["Pau"]
    assert 0 <= rows[0]["heartbeat_age_s"] < 5
    assert list(rows[0]) == [
        "campaign_id", "name", "state", "cities", "rate_per_s", "real_rate_per_s", "generated", "acked", "failed",
        "unknown", "loaded", "raised", "starts_at", "ends_at", "wanted", "started_at", "ended_at", "heartbeat_age_s",
        "visit_fraction", "note", "server_now",
    ]  # fmt: skip


def test_the_arrivals_probe_gives_what_is_new(ask):
    ask(
        "INSERT INTO donation_arrivals VALUES (5, '2025-11-22 02:14:20.12', 3), (7, '2025-11-22 02:14:20.14', 1),"
        " (6, '2025-11-22 02:14:20.1', 2)"
    )
    rows = ask(PROBES["arrivals"], after_arrival=5)
    assert [(row["arrival_id"], row["donations"]) for row in rows] == [(None, None), (6, 2), (7, 1)]
    assert rows[1]["produced_at"].microsecond == 100_000
    assert rows[0]["server_now"] == rows[1]["server_now"]
    assert [row["arrival_id"] for row in ask(PROBES["arrivals"], after_arrival=7)] == [None]


def test_the_delivery_probe_sums_the_latest_life_of_the_topic_and_the_losses_of_all(ask):
    for incarnation, topic, partition, next_offset, latest, lost, ago in (
        ("old", "donations", 0, 10, 20, 7, 60),
        ("new", "donations", 0, 10, 14, 1, 0),
        ("new", "donations", 1, 10, 9, 0, 0),
        ("new", "clickstream", 0, 1, 100, 0, 0),
    ):
        ask(
            "INSERT INTO ingest_offsets (incarnation, topic, partition_id, next_offset, latest_offset, loaded, dead,"
            " duplicates, lost, updated_at) VALUES (%(incarnation)s, %(topic)s, %(partition)s, %(next)s, %(latest)s,"
            " 5, 2, 1, %(lost)s, UTC_TIMESTAMP(6) - INTERVAL %(ago)s SECOND)",
            incarnation=incarnation,
            topic=topic,
            partition=partition,
            next=next_offset,
            latest=latest,
            lost=lost,
            ago=ago,
        )
    (row,) = ask(PROBES["delivery"])
    assert 0 <= row.pop("silent_s") < 5
    assert row == {"lag": 4, "dead": 4, "lost": 8, "duplicates": 2, "unseen_s": None, "trouble": "ingest silent"}
