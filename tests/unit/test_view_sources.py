"""How queries are found again among what a server has kept, and SingleStore's event trace from a script."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr

from rtdash.errors import Refused
from rtdash.model.engine import Engine
from rtdash.sources.connection import Answer
from rtdash.sources.views import donations
from rtdash.sources.views.fingerprint import fingerprint

QUERY = "-- of the panel\nSELECT 1 + %(customer_id)s AS value FROM donation_totals WHERE city IN ('Pau', 'Brest')"
SENT = "-- of the panel\nSELECT 1 + 3 AS value FROM donation_totals WHERE city IN ('Pau', 'Brest')"
DSN = SecretStr("mysql://u:hush@h/d")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("SELECT 1", "select\n  2.5e3 -- why\n;"),
        ("SELECT 'it''s', \"x\" /* y */", r"SELECT '\'', 'b' # z"),
        ("SELECT a1, `b` FROM t2 WHERE x IN (1, 2)", "SELECT a1, b FROM t2 WHERE x IN (1,2,'3')"),
        ("SELECT %(a)s", "SELECT 'anything -- at all'"),
        ("SELECT a /* 'quoted */", "SELECT a"),
    ],
)
def test_one_query_whatever_its_values(one, other):
    assert fingerprint(one) == fingerprint(other)


@pytest.mark.parametrize(
    ("one", "other"), [("SELECT a1", "SELECT a2"), ("SELECT 1", "SELECT 1, 1"), ("SELECT a - 1", "SELECT a + 1")]
)
def test_other_queries(one, other):
    assert fingerprint(one) != fingerprint(other)


class SingleStore:
    """A connection to a server that has these rows in its trace."""

    engine = Engine.SINGLESTORE

    def __init__(self, rows, heard):
        self._rows, self._heard = rows, heard

    def fetch(self, sql, parameters, deadline_s):
        self._heard.append((sql % {name: repr(value) for name, value in parameters.items()}, deadline_s))
        if isinstance(self._rows, Exception):
            raise self._rows
        return Answer(("age_us", "took_ms", "returned", "query_text"), self._rows, 1.0, 1.0)

    def close(self) -> None: ...


@pytest.fixture
def asked(monkeypatch):
    heard = []

    def ask(rows):
        monkeypatch.setattr(donations, "DonationsConnection", lambda *_: SingleStore(rows, heard))
        return donations.ask(DSN, QUERY, {"customer_id": 3}, 200.0), heard

    return ask


def test_the_event_trace_of_singlestore(asked):
    rows = [
        (1_000_000, 310, 4, SENT),
        (2_000_000, 900, 1, "SELECT 1 FROM elsewhere"),
        (3_000_000, 500, None, None),
        (60_000_000, 205.5, 4, SENT.encode()),
    ]
    view, heard = asked(rows)
    assert (view.source, view.absence, view.calls, view.floor_ms) == ("event trace", "", None, 200.0)
    assert [(slow.took_ms, slow.rows) for slow in view.slow] == [(310.0, 4), (205.5, 4)]
    now = datetime.now(UTC)
    for at, ago_s in ((view.slow[0].at, 1), (view.slow[1].at, 60), (view.kept_since, 60)):
        assert abs(now - at - timedelta(seconds=ago_s)) < timedelta(seconds=5)
    ((sql, deadline_s),) = heard
    assert "DETAILS::%duration_ms" in sql, "the sign was doubled for the driver alone"
    assert "LIMIT 500" in sql
    assert 1.0 < deadline_s <= 2.0


def test_mariadbs_digests_and_its_slow_log_reach_back_each_on_its_own(monkeypatch):
    logged = [(second * 1_000_000, 300.0, 1, SENT) for second in range(1, 501)]

    class MariaDB(SingleStore):
        engine = Engine.MARIADB

        def fetch(self, sql, parameters, deadline_s):
            del parameters, deadline_s
            if sql is donations._SETTINGS:
                return Answer((), [(1, "TABLE", 1, 200.0)], 1.0, 1.0)
            if sql is donations._LOG:
                return Answer((), [(1, 86_400, 7_000_000_000)], 1.0, 1.0)
            is_log = sql is donations._LOGGED
            return Answer((), logged if is_log else [(900, 5.0, 310.0, 900, 7_200_000_000)], 1.0, 1.0)

    monkeypatch.setattr(donations, "DonationsConnection", lambda *_: MariaDB([], []))
    view = donations.ask(DSN, QUERY, {}, 200.0)
    now = datetime.now(UTC)
    for at, ago_s in ((view.since, 7200), (view.kept_since, 500)):
        assert abs(now - at - timedelta(seconds=ago_s)) < timedelta(seconds=5)


def test_why_singlestore_has_no_account(asked):
    assert asked([])[0].absence.startswith("the event trace is empty, off (rtdash init switches it on), or hidden")
    refused = Refused("donations database: PROCESS is needed \x1b[2J")
    assert asked(refused)[0].absence == "donations database: PROCESS is needed ·[2J"
