"""The way to SingleStore from the first packet on, against a peer that writes down what it is asked."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from contextlib import closing
from typing import NoReturn

import pytest

from rtdash.errors import Overdue, Refused, SourceError, Unreachable
from rtdash.model.engine import Engine
from rtdash.resources import sql_folder
from rtdash.sources import donations, singlestore
from rtdash.sources.donations import DonationsConnection
from tests.singlestore.peer import AGGREGATOR, Peer
from tests.singlestore.wire import Done, Refusal, Rows

SETUP = ["SET NAMES utf8mb4", "SET AUTOCOMMIT = 1", "SELECT @@memsql_version"]
NO_POOL = Refusal(1735, "Resource pool 'rtdash_dashboard' does not exist")
ONE = Rows(("value",), [(1,)])


@pytest.fixture(autouse=True)
def nothing_was_said_before() -> Iterator[None]:
    singlestore._say_refused.cache_clear()
    yield
    singlestore._say_refused.cache_clear()


def vanish(_: object) -> NoReturn:
    """Instead of an answer."""
    raise ConnectionResetError


def said(peer: Peer, purpose: str) -> list[str]:
    return [heard.statement for heard in peer.statements(purpose=purpose)]


# ── start-up ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_dashboard_sets_nothing_but_its_pool(peer):
    peer.tell("^SELECT 1$", ONE)
    with closing(DonationsConnection(peer.dsn())) as connection:
        connection.fetch("SELECT 1", {}, 5.0)
        connection.fetch("SELECT 1", {}, 5.0)
    assert said(peer, "dashboard") == [
        *SETUP,
        "SELECT CONNECTION_ID(), AGGREGATOR_ID(), @@resource_pool",
        "SET resource_pool = rtdash_dashboard",
        "SELECT 1",
        "SELECT 1",
    ]


def test_a_query_that_may_take_longer_than_the_pool_allows_runs_outside_it(peer):
    schema = (sql_folder("singlestore", "schema") / "080_dashboard_pool.sql").read_text()
    assert set(re.findall(r"QUERY_TIMEOUT = (\d+)", schema)) == {str(singlestore.POOL_S)}
    peer.tell("^SELECT 1$", ONE)
    with closing(DonationsConnection(peer.dsn())) as connection:
        for deadline_s in (5.0, 600.0, 5.0):
            connection.fetch("SELECT 1", {}, deadline_s)
    assert [heard.statement for heard in peer.statements("^SET resource_pool")] == [
        "SET resource_pool = rtdash_dashboard",
        "SET resource_pool = 'default_pool'",
        "SET resource_pool = rtdash_dashboard",
    ]


@pytest.mark.parametrize("read_only", [False, True])
def test_who_else_connects_sets_nothing(peer, read_only):
    with closing(donations.connect(peer.dsn(), "campaign", read_only=read_only)) as connection:
        assert connection.get_autocommit()
    assert said(peer, "campaign") == SETUP


def test_it_is_known_by_a_variable_that_only_singlestore_has(peer):
    assert donations.identify(peer.dsn()) is Engine.SINGLESTORE
    peer.tell("memsql_version", Refusal(1193, "Unknown system variable 'memsql_version'"))
    peer.tell("^SET (time_zone|SESSION TRANSACTION) ", Done())
    assert donations.identify(peer.dsn()) is Engine.MARIADB


def test_a_refused_pool_is_told_once_and_the_dashboard_goes_on(peer, caplog):
    peer.tell("^SET resource_pool", NO_POOL)
    peer.tell("^SELECT 1$", ONE)
    with caplog.at_level(logging.WARNING, "rtdash"):
        for _ in range(2):
            with closing(DonationsConnection(peer.dsn())) as connection:
                assert connection.fetch("SELECT 1", {}, 5.0).rows == ((1,),)
    (line,) = [record.getMessage() for record in caplog.records]
    assert line.startswith("resource pool rtdash_dashboard: Resource pool 'rtdash_dashboard' does not exist. ")
    assert "KILL QUERY alone" in line


@pytest.mark.parametrize("at", ["^SET NAMES", "@@memsql_version", "CONNECTION_ID", "^SET resource_pool"])
def test_a_server_that_goes_away_during_start_up_is_no_refusal(peer, caplog, at):
    peer.tell(at, vanish)
    with pytest.raises(Unreachable), closing(DonationsConnection(peer.dsn())) as connection:
        connection.fetch("SELECT 1", {}, 5.0)
    assert not caplog.records


@pytest.mark.parametrize(
    ("refusal", "kind"),
    [
        (Refusal(1045, "Access denied for user 'reader'"), Refused),
        (Refusal(2277, "This aggregator is read only \x1b[2J"), SourceError),
    ],
)
def test_what_the_server_says_is_one_printable_line(peer, refusal, kind):
    peer.tell("SET NAMES", refusal)
    with pytest.raises(kind) as raised:
        donations.identify(peer.dsn())
    assert str(raised.value).isprintable()
    assert "hush" not in str(raised.value)


# ── deadline ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_query_past_its_deadline_is_killed_from_a_second_connection(peer):
    peer.hold("FROM slow")
    with closing(DonationsConnection(peer.dsn())) as connection, pytest.raises(Overdue) as raised:
        connection.fetch("SELECT 1 FROM slow", {}, 0.2)
    assert str(raised.value) == "donations database: no answer within 0.2 s; the query was ended by KILL QUERY"
    (query,) = peer.statements("FROM slow")
    (kill,) = peer.statements("^KILL")
    # The driver was told another id: the server's own counts, and the aggregator that it is of.
    assert kill.statement == f"KILL QUERY {query.connection} {AGGREGATOR}"
    assert (kill.purpose, query.purpose) == ("kill", "dashboard")
    assert kill.connection != query.connection
    peer.until(lambda: not peer.holds() and not peer.open_connections)


def test_a_query_in_time_is_not_killed(peer):
    peer.tell("FROM quick", ONE)
    with closing(DonationsConnection(peer.dsn())) as connection:
        connection.fetch("SELECT 1 FROM quick", {}, 5.0)
        peer.tell("FROM wrong", Refusal(1054, "Unknown column"))
        with pytest.raises(Refused, match="Unknown column"):
            connection.fetch("SELECT 1 FROM wrong", {}, 5.0)
    assert said(peer, "kill") == []


def test_a_connection_that_the_server_drops_in_time_is_not_killed(peer):
    peer.tell("FROM gone", vanish)
    with closing(DonationsConnection(peer.dsn())) as connection, pytest.raises(Unreachable):
        connection.fetch("SELECT 1 FROM gone", {}, 5.0)
    assert said(peer, "kill") == []


def test_a_refused_kill_is_logged_and_is_not_what_the_panel_says(peer, caplog):
    peer.tell("FROM slow", ONE)
    peer.hold("FROM slow")
    peer.tell("^KILL", Refusal(1227, "Access denied; you need the PROCESS privilege"))
    with closing(DonationsConnection(peer.dsn())) as connection, pytest.raises(Unreachable, match="timed out"):
        connection.fetch("SELECT 1 FROM slow", {}, 0.2)
    (line,) = [record.getMessage() for record in caplog.records]
    assert line == (
        "a query that was given up may still run: KILL QUERY:"
        " donations database: Access denied; you need the PROCESS privilege (1227)"
    )


def test_the_first_run_of_each_query_on_a_connection_is_interpreted(peer):
    peer.tell("FROM [ab]$", ONE)
    asked = ["SELECT 1 FROM a", "SELECT 1 FROM b", "SELECT 1 FROM a", "SELECT 1 FROM b"]
    for _ in range(2):
        with closing(DonationsConnection(peer.dsn())) as connection:
            assert [connection.fetch(sql, {}, 5.0).is_interpreted for sql in asked] == [True, True, False, False]
