"""Plans of the dashboard's queries, on a real server."""

from __future__ import annotations

import logging
from contextlib import closing

import pytest

from rtdash.errors import Overdue
from rtdash.panels.feature import Feature
from rtdash.sources import citus

QUERY = "-- a comment\nSELECT %(customer_id)s + count(*) AS value FROM pg_class WHERE relpages = %(customer_id)s - 100"


def test_a_query_with_parameters_is_explained_once(citus_dsn, caplog):
    with closing(citus.CitusConnection(citus_dsn)) as connection, caplog.at_level(logging.WARNING, "rtdash"):
        connection.__dict__["offers"] = frozenset({Feature.CITUS})
        answers = [connection.fetch(QUERY, {"customer_id": 3}, 10.0) for _ in range(2)]
        assert [answer.rows for answer in answers] == [[(3,)]] * 2
        assert [answer.shards for answer in answers] == [None, None], "there is no cluster"
        assert QUERY in connection._plans
        with pytest.raises(Overdue):
            connection.fetch("SELECT pg_sleep(5)", {}, 0.2)
    assert not caplog.records


def test_a_plain_postgresql_offers_nothing_and_takes_the_settings_of_a_cluster(citus_dsn):
    with closing(citus.CitusConnection(citus_dsn)) as connection:
        assert connection.offers == frozenset()
        assert connection.fetch("SHOW citus.max_adaptive_executor_pool_size", {}, 5.0).rows == [("1",)]
        assert "SELECT 1" not in connection._plans
