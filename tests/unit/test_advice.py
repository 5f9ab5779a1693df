"""Each rule fires on its plan, and on no other."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rtdash.model.advice import Circumstances, advise
from rtdash.model.plan import Plan, PlanNode, Scan
from tests.unit.recorded import recorded

QUIET = Circumstances()
A_PLAN = Plan("PostgreSQL", PlanNode("Result", own_ms=4, total_ms=4, rows_out=1), total_ms=4, took_ms=5, rows=1)


def with_root(**changes) -> Plan:
    return replace(A_PLAN, root=replace(A_PLAN.root, **changes))


def test_a_plan_without_fault_gets_no_advice():
    assert advise(A_PLAN, Circumstances(latency_ms=5, asks_tenant=True, rollup_behind_s=1.0)) == ()


@pytest.mark.parametrize(
    ("name", "took_ms", "said"),
    [
        ("postgresql_full_scan", 26, "t is read in full: 50,000 rows read, 4 rows returned."),
        ("mariadb_full_scan", 200, "donation_transactions is read in full: 50,000 rows read, 4 rows returned."),
        ("postgresql_partitions", 3, "All 3 partitions of ev are read:"),
        ("postgresql_spilled", 500, "Sort amount DESC does not fit into memory:"),
        ("postgresql_loops", 45, "Result runs 12,000 times,"),
        ("postgresql_estimate", 55, "Seq Scan of t: the planner expected 250 rows, and it is 50,000 rows;"),
        ("postgresql_sleep", 251, "The plan does not account for the time: 250 of 250 ms pass in Result on 1 row,"),
        ("mariadb_sleep", 251, "The plan does not account for the time: 0.0 of 251 ms."),
        ("mariadb_sleep_a_row", 251, "The plan does not account for the time: 250 of 250 ms pass in Full index scan"),
        ("citus", 95, "One task holds up the others: 80.0 ms on worker-2:5432, the 2 others 11.0 ms on average."),
        ("singlestore", 200, "donation_transactions: all 8 segments are read, none is skipped: the sort key begins with"
         " city, and the condition is on transaction_date."),
    ],
)  # fmt: skip
def test_a_recorded_plan_has_its_sentence(name, took_ms, said):
    assert [sentence for sentence in advise(recorded(name, took_ms), QUIET) if sentence.startswith(said)]


@pytest.mark.parametrize("name", ["postgresql_cte", "postgresql_parallel", "postgresql_full_scan", "mariadb_full_scan"])
def test_what_takes_its_time_by_work_is_accounted_for(name):
    plan = recorded(name)
    assert not [said for said in advise(replace(plan, took_ms=plan.total_ms + 1), QUIET) if "account" in said]


@pytest.mark.parametrize("changes", [{"planning_ms": 700.0}, {"jit_ms": 700.0}, {"planning_ms": 50.0, "jit_ms": 650.0}])
def test_planning_and_compiling_is_neither_waiting_nor_an_operation(changes):
    jit_ms = changes.get("jit_ms", 0.0)
    plan = replace(with_root(own_ms=60 + jit_ms, total_ms=60 + jit_ms, rows_out=1000), total_ms=60 + jit_ms)
    assert advise(replace(plan, took_ms=760.0, **changes), QUIET) == (
        "Planning and compiling it take 700 of 760 ms, more than running it.",
    )


def test_what_compiling_does_not_explain_is_unaccounted_for():
    plan = replace(with_root(own_ms=900, total_ms=900), total_ms=900, took_ms=901, jit_ms=200.0)
    (said,) = advise(plan, QUIET)
    assert said.startswith("The plan does not account for the time: 700 of 900 ms pass in Result on 1 row,")


def test_what_no_operation_shows_may_be_a_function_as_well():
    (said,) = advise(replace(recorded("mariadb_sleep", 171), partitions={}), QUIET)
    assert said == (
        "The plan does not account for the time: 0.0 of 171 ms. The rest is a function (SLEEP, BENCHMARK), or waiting:"
        " a lock, the network, this client."
    )


def test_a_full_scan_counts_from_a_size_and_a_ratio_on():
    def scanned(rows: int, returned: int) -> tuple[str, ...]:
        plan = with_root(rows_scanned=rows, rows_out=returned, scan=Scan("t", is_full=True))
        return advise(replace(plan, rows=returned), QUIET)

    assert scanned(9_999, 1) == ()
    assert len(scanned(10_000, 1)) == 1
    assert len(scanned(10_000, 100)) == 1
    assert scanned(10_000, 101) == ()


def test_of_a_scan_that_may_have_been_stopped_only_the_rows_are_told():
    def stopped(*cuts: bool) -> tuple[str, ...]:
        children = tuple(
            PlanNode("Seq Scan", rows_scanned=14_999, rows_out=1, scan=Scan("e", is_full=True, is_cut=is_cut))
            for is_cut in cuts
        )
        return advise(with_root(children=children), QUIET)

    advised = "An index on what is asked, or a rollup, would read less."
    assert stopped(True) == (f"14,999 rows of e were read for 1 returned. {advised}",)
    assert stopped(False) == (f"e is read in full: 14,999 rows read, 1 row returned. {advised}",)
    assert stopped(True, False) == (f"29,998 rows of e were read for 1 returned. {advised}",)


def test_shards_and_partitions_of_one_table_are_read_together():
    children = tuple(
        PlanNode("Seq Scan", rows_scanned=4_000, rows_out=1, scan=Scan("events", partition=f"p{n}", is_full=True))
        for n in range(3)
    )
    plan = replace(with_root(children=children), partitions={"events": 4})
    assert [said.split(".")[0] for said in advise(plan, QUIET)] == [
        "events is read in full: 12,000 rows read, 1 row returned"
    ]
    assert any("All 3 partitions" in said for said in advise(replace(plan, partitions={"events": 3}), QUIET))


@pytest.mark.parametrize(("latency_ms", "took_ms", "fires"), [(300, 12, True), (300, 201, False), (190, 12, False)])
def test_fast_now_is_said_of_what_was_slow(latency_ms, took_ms, fires):
    said = advise(replace(A_PLAN, total_ms=took_ms, took_ms=took_ms), Circumstances(latency_ms=latency_ms))
    assert [sentence for sentence in said if sentence.startswith("It is fast now: ")] == list(said)
    assert bool(said) is fires


def test_all_shards_for_one_tenant():
    plan = replace(A_PLAN, tasks=32)
    assert advise(plan, QUIET) == ()
    (said,) = advise(plan, Circumstances(asks_tenant=True))
    assert said.startswith("32 shards are asked for one customer:")
    assert advise(replace(plan, tasks=1), Circumstances(asks_tenant=True)) == ()


def test_what_came_from_disk():
    megabyte = 1024 * 1024
    (said,) = advise(with_root(read_bytes=24 * megabyte, hit_bytes=8 * megabyte), QUIET)
    assert said == "24.0 MB of 32.0 MB were not in the server's buffers and came from disk."
    assert advise(with_root(read_bytes=8 * megabyte, hit_bytes=9 * megabyte), QUIET) == ()
    assert advise(with_root(read_bytes=7 * megabyte), QUIET) == ()


def test_a_rollup_that_is_behind():
    (said,) = advise(A_PLAN, Circumstances(rollup_behind_s=12.4))
    assert said.startswith("The rollup that it reads is 12 s behind")


@pytest.mark.parametrize(
    ("sort_key", "skipped", "said"),
    [
        (("transaction_date", "city"), 0, None),
        (("city",), 3, None),
        (("city",), 0, "the sort key begins with city, and the condition is on transaction_date."),
        ((), 0, "the table has no sort key"),
        (None, 0, "the condition does not follow the table's sort key."),
    ],
)
def test_segments_that_no_sort_key_lets_skip(sort_key, skipped, said):
    scan = Scan(
        "d", conditions=("d.transaction_date > (UTC_TIMESTAMP(6) - INTERVAL 35 SECOND)",), sort_key=sort_key,
        segments_read=8, segments_skipped=skipped,
    )  # fmt: skip
    sentences = advise(with_root(scan=scan, rows_scanned=1), QUIET)
    assert len(sentences) == (said is not None)
    assert said is None or said in sentences[0]
    assert advise(with_root(scan=replace(scan, conditions=()), rows_scanned=1), QUIET) == ()
