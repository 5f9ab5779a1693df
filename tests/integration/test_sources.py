"""Connections of the dashboard to real servers."""

from __future__ import annotations

import threading
from contextlib import closing

import pytest
from pydantic import SecretStr

from rtdash.errors import Overdue, Refused, Unreachable
from rtdash.model.engine import Engine
from rtdash.sources import citus, donations
from tests.world import until


def test_a_query_may_take_as_long_as_its_own_deadline(donations_dsn, monkeypatch):
    monkeypatch.setattr(donations, "CONNECT_TIMEOUT_S", 0.3)
    with closing(donations.DonationsConnection(donations_dsn)) as connection:
        monkeypatch.setattr(connection, "_PATIENCE_S", 0.0)
        assert connection.fetch("SELECT SLEEP(0.6)", {}, 10.0).rows == ((0,),)
        # A server that does not end its query: the client's own time-out does.
        connection._timeout_s = 0.2
        with pytest.raises(Unreachable, match="timed out"):
            connection.fetch("SELECT SLEEP(5)", {}, 0.2)


def test_a_query_past_its_deadline_is_overdue(donations_dsn):
    with closing(donations.DonationsConnection(donations_dsn)) as connection, pytest.raises(Overdue):
        connection.fetch("SELECT SUM(seq %% 7) FROM seq_1_to_1000000000", {}, 0.2)


def test_only_a_query_past_its_deadline_is_said_to_be(citus_dsn):
    sleep = "SELECT pg_sleep(30)"
    with closing(citus.CitusConnection(citus_dsn)) as connection, citus.connect(citus_dsn, "test") as watch:
        with pytest.raises(Overdue, match=r"^PostgreSQL: no answer within 0\.2 s$"):
            connection.fetch(sleep, {}, 0.2)
        end = "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE query = %s AND state = 'active'"
        somebody = threading.Thread(target=until, args=(lambda: watch.execute(end, (sleep,)).fetchone(),))
        somebody.start()
        with pytest.raises(Overdue, match=r"^PostgreSQL: .* user request$"):
            connection.fetch(sleep, {}, 60.0)
        somebody.join()


ISOLATION = "SELECT @@tx_isolation, @@tx_read_only"


@pytest.mark.parametrize(
    ("engine", "setup"), [(Engine.SINGLESTORE, ("REPEATABLE-READ", 0)), (Engine.MARIADB, ("READ-COMMITTED", 1))]
)
def test_singlestore_is_asked_for_nothing_that_it_may_lack(donations_dsn, monkeypatch, engine, setup):
    monkeypatch.setattr(donations, "engine_of", lambda _: engine)
    with closing(donations.connect(donations_dsn, "test", read_only=True)) as connection, connection.cursor() as cursor:
        cursor.execute(ISOLATION)
        assert cursor.fetchone() == setup


def test_what_postgresql_refuses_and_what_it_has_no_place_for(citus_dsn, citus_database, postgres):
    dsn = citus_dsn.get_secret_value()
    with pytest.raises(Refused, match="does not exist"):
        citus.connect(SecretStr(dsn.replace(citus_database, "elsewhere")), "test")
    with citus.connect(citus_dsn, "test") as connection:
        assert connection.info.get_parameters()["tcp_user_timeout"] == "10000"
        connection.execute(f"ALTER DATABASE {citus_database} CONNECTION LIMIT 0")
    with pytest.raises(Unreachable, match="too many connections"):
        citus.connect(postgres.dsn("reader", citus_database), "test")


def test_a_dsn_may_set_the_line_otherwise(citus_dsn):
    dsn = citus_dsn.get_secret_value()
    other = SecretStr(f"{dsn}{'&' if '?' in dsn else '?'}tcp_user_timeout=3000")
    with citus.connect(other, "test") as connection:
        assert connection.info.get_parameters()["tcp_user_timeout"] == "3000"
