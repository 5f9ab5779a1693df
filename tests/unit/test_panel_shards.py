"""How many shards answer a query, read from plans as Citus prints them (its documentation's and its users')."""

from __future__ import annotations

import logging
from collections.abc import Mapping

import psycopg
import pytest

from rtdash.model.shards import Shards
from rtdash.sources.plan import ShardPlans, task_count

ROUTED = """\
Custom Scan (Citus Adaptive)  (cost=0.00..0.00 rows=0 width=0)
  Task Count: 1
  Tasks Shown: All
  ->  Task
        Node: host=worker2 port=5432 dbname=citus
        ->  Bitmap Heap Scan on orders_102059 orders  (cost=4.22..14.10 rows=9 width=8)"""
SCATTERED = """\
 Aggregate  (cost=500.00..500.02 rows=1 width=32)
   ->  Custom Scan (Citus Adaptive)  (cost=0.00..0.00 rows=100000 width=16)
     Task Count: 32
     Tasks Shown: One of 32
     ->  Task
       Node: host=10.0.0.21 port=5432 dbname=citus
       ->  Aggregate  (cost=41.75..41.76 rows=1 width=16)
         ->  Seq Scan on users_102040 users  (cost=0.00..22.70 rows=1270 width=4)"""
SUBPLAN = """\
GroupAggregate (cost=0.00..0.00 rows=0 width=0)
  Group Key: remote_scan.page_id
  -> Sort (cost=0.00..0.00 rows=0 width=0)
    Sort Key: remote_scan.page_id
    -> Custom Scan (Citus Adaptive) (cost=0.00..0.00 rows=0 width=0)
      -> Distributed Subplan 6_1
        -> Limit (cost=0.00..0.00 rows=0 width=0)
          -> Sort (cost=0.00..0.00 rows=0 width=0)
            -> HashAggregate (cost=0.00..0.00 rows=0 width=0)
              Group Key: remote_scan.page_id
              -> Custom Scan (Citus Adaptive) (cost=0.00..0.00 rows=0 width=0)
                Task Count: 32
                Tasks Shown: One of 32
                -> Task
                  Node: host=localhost port=9701 dbname=postgres
                  -> Seq Scan on page_views_102008 page_views (cost=0.00..43.47 rows=2247 width=4)
      Task Count: 1
      Tasks Shown: All
      -> Task
        Node: host=localhost port=9701 dbname=postgres
        -> Function Scan on read_intermediate_result intermediate_result"""
PLAIN = """\
Sort
  Sort Key: bucket
  ->  Seq Scan on live_totals
        Filter: (note = 'Task Count: 32'::text)"""


@pytest.mark.parametrize(("plan", "tasks"), [(ROUTED, 1), (SCATTERED, 32), (SUBPLAN, 32), (PLAIN, None), ("", None)])
def test_the_most_tasks_of_any_part_count(plan, tasks):
    assert task_count(plan.splitlines()) == tasks


@pytest.mark.parametrize(
    ("shards", "said"),
    [(Shards(1), "1 shard"), (Shards(32, is_all=True), "all 32 shards"), (Shards(3), "3 shards")],
)
def test_shards_in_words(shards, said):
    assert str(shards) == said


# ── one connection ────────────────────────────────────────────────────────────────────────────────────────────────────


class Cluster:
    """Stands for the driver: explains every query by `plan`, and has distributed tables of 32 shards."""

    def __init__(self, plan: str | psycopg.Error) -> None:
        self.plan = plan
        self.asked: list[tuple[str, object]] = []
        self._rows: list[tuple[object, ...]] = []

    def execute(self, query: str | bytes, parameters: Mapping[str, object] | tuple[object, ...]) -> Cluster:
        said = query.decode() if isinstance(query, bytes) else query
        self.asked.append((said, parameters))
        if said.startswith("EXPLAIN"):
            if isinstance(self.plan, psycopg.Error):
                raise self.plan
            self._rows = [(line,) for line in self.plan.splitlines()]
        elif "pg_dist_colocation" in said:
            self._rows = [(1,)] if parameters == (32,) else []
        return self

    def fetchall(self) -> list[tuple[object, ...]]:
        return self._rows

    def fetchone(self) -> tuple[object, ...] | None:
        return next(iter(self._rows), None)


@pytest.mark.parametrize(
    ("plan", "shards"),
    [
        (ROUTED, Shards(1)),
        (SCATTERED, Shards(32, is_all=True)),
        (SUBPLAN, Shards(32, is_all=True)),
        (SCATTERED.replace("32", "3"), Shards(3)),
        (PLAIN, None),
    ],
)
def test_all_shards_are_those_of_a_table(plan, shards):
    plans = ShardPlans(Cluster(plan))
    plans.read("SELECT 1", {}, 5.0)
    assert "SELECT 1" in plans
    assert plans.get("SELECT 1") == shards


def test_a_plan_is_asked_for_with_the_querys_parameters_in_the_time_that_is_left():
    cluster = Cluster(ROUTED)
    ShardPlans(cluster).read("SELECT %(customer_id)s", {"customer_id": 3}, 0.0001)
    assert cluster.asked == [
        ("SELECT set_config('statement_timeout', %s, false)", ("1ms",)),
        ("EXPLAIN (COSTS OFF) SELECT %(customer_id)s", {"customer_id": 3}),
    ]


def test_a_plan_that_fails_is_logged_and_no_more(caplog):
    plans = ShardPlans(Cluster(psycopg.errors.QueryCanceled("canceling statement")))
    with caplog.at_level(logging.WARNING, "rtdash"):
        plans.read("SELECT 1", {}, 5.0)
    assert plans.get("SELECT 1") is None
    assert "SELECT 1" in plans, "it is not asked for again"
    assert [record.getMessage() for record in caplog.records] == ["the plan of 'SELECT 1': QueryCanceled"]
