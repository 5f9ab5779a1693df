"""What each engine says of a plan, as one tree."""

from __future__ import annotations

import json

import pytest

from rtdash.errors import SourceError
from rtdash.model.plan import PlanNode
from rtdash.sources.plans import mariadb, postgresql, singlestore
from rtdash.sources.plans.statement import MYSQL, POSTGRESQL, only_select
from tests.unit.recorded import NAMES, recorded


def named(plan, name) -> PlanNode:
    (found,) = (node for node in plan.root.walk() if node.name == name)
    return found


@pytest.mark.parametrize("name", NAMES)
def test_no_operation_takes_less_than_nothing_or_more_than_with_what_is_below_it(name):
    plan = recorded(name)
    assert plan.total_ms >= 0
    for node in plan.root.walk():
        assert 0 <= node.own_ms <= node.total_ms + 1e-9, node


@pytest.mark.parametrize("name", ["postgresql_full_scan", "postgresql_cte", "mariadb_full_scan"])
def test_the_time_of_all_operations_is_that_of_the_plan(name):
    plan = recorded(name)
    assert sum(node.own_ms for node in plan.root.walk()) == pytest.approx(plan.total_ms, rel=0.02)


def test_postgresql_says_what_was_read_and_what_came_out():
    plan = recorded("postgresql_full_scan")
    scan = named(plan, "Seq Scan")
    assert (scan.rows_scanned, scan.rows_out, plan.rows) == (50_000, 10_000, 4)
    assert scan.scan is not None
    assert (scan.scan.table, scan.scan.is_full, scan.scan.partition) == ("t", True, "")
    assert scan.scan.conditions == ("(amount > '40000'::numeric)",)
    assert scan.hit_bytes + scan.read_bytes == 271 * 8192
    assert named(plan, "HashAggregate").hit_bytes == 0


def test_what_parallel_workers_do_beside_each_other_is_not_added_up():
    plan = recorded("postgresql_parallel")
    scan = named(plan, "Parallel Seq Scan")
    assert scan.loops == 3
    assert scan.rows_out == pytest.approx(50_000, abs=scan.loops)
    assert all(node.total_ms <= plan.total_ms for node in plan.root.walk())


def test_partitions_are_known_by_their_table():
    scans = [node.scan for node in recorded("postgresql_partitions").root.walk() if node.scan]
    assert {(scan.table, scan.partition) for scan in scans} == {("ev", "ev_a"), ("ev", "ev_b"), ("ev", "ev_c")}


def test_whoever_is_stopped_early_is_compared_with_no_estimate():
    plan = recorded("postgresql_loops")
    limit = named(plan, "Limit")
    assert [node.rows_expected for node in limit.children] == [None]
    assert limit.rows_expected is not None


def cuts(plan) -> list[tuple[str, bool]]:
    return [(node.scan.table, node.scan.is_cut) for node in plan.root.walk() if node.scan]


def test_postgresql_stops_a_scan_below_a_limit_unless_something_needs_all_rows_first():
    def plan(*kinds: str, strategy: str = "Plain"):
        times = {"Actual Total Time": 1.0, "Actual Rows": 1, "Actual Loops": 1, "Strategy": strategy}
        explained = {"Node Type": "Seq Scan", "Relation Name": "e", **times}
        for kind in kinds:
            explained = {"Node Type": kind, **times, "Plans": [explained]}
        return postgresql.parse([{"Plan": explained, "Execution Time": 1.0}], {}, {}, 1.0)

    assert cuts(plan()) == [("e", False)]
    assert cuts(plan("Limit")) == [("e", True)]
    assert cuts(plan("Gather", "Limit")) == [("e", True)]
    assert cuts(plan("Sort", "Limit")) == [("e", False)]
    assert cuts(plan("Aggregate", "Limit", strategy="Hashed")) == [("e", False)]
    assert cuts(plan("Aggregate", "Limit", strategy="Sorted")) == [("e", True)]


@pytest.mark.parametrize(
    ("sql", "block", "is_cut"),
    [
        ("SELECT id FROM t WHERE b = 'rare'", "{}", False),
        ("SELECT id FROM t WHERE b IN ('rare') UNION ALL SELECT 1", "{}", False),
        ("SELECT id FROM t WHERE b = 'rare' limit 1", "{}", True),
        ("SELECT EXISTS (SELECT 1 FROM t)", "{}", True),
        ("SELECT 1 WHERE 3 IN (SELECT id FROM t)", "{}", True),
        ("SELECT id FROM t ORDER BY b LIMIT 1", '{"filesort": {}}', False),
        ("SELECT b FROM t GROUP BY b LIMIT 1", '{"temporary_table": {}}', False),
        ("SELECT * FROM (SELECT b FROM t LIMIT 1) AS d GROUP BY b", '{"temporary_table": {"query_block": {}}}', True),
    ],
)
def test_mariadb_stops_a_scan_below_a_limit_unless_something_needs_all_rows_first(sql, block, is_cut):
    table = '{"table": {"table_name": "t", "access_type": "ALL", "r_loops": 1, "rows": 9, "r_rows": 4}}'
    explained = '{"query_block": ' + block.replace("{}", table, 1) + "}"
    assert cuts(mariadb.parse(explained, sql, 1.0, 1)) == [("t", is_cut)]


def test_singlestore_stops_a_scan_below_a_top_unless_something_needs_all_rows_first():
    def plan(*executors: str):
        operation = {"executor": "TableScan", "table": "t"}
        for executor in executors:
            operation = {"executor": executor, "inputs": [operation]}
        return singlestore.parse(json.dumps({"profile": [operation]}), 1.0)

    assert cuts(plan()) == [("t", False)]
    assert cuts(plan("Gather", "Top")) == [("t", True)]
    for executor in ("TopSort", "Sort", "HashGroupBy", "Aggregate"):
        assert cuts(plan(executor, "Top")) == [("t", False)]


def test_what_a_function_returns_is_compared_with_no_estimate():
    times = {"Actual Total Time": 1.0, "Actual Rows": 2, "Actual Loops": 1, "Plan Rows": 1000}
    scan = {"Node Type": "Function Scan", **times}
    plan = postgresql.parse(
        [{"Plan": {"Node Type": "Sort", **times, "Plans": [scan]}, "Execution Time": 1.0}], {}, {}, 1
    )
    assert [node.rows_expected for node in plan.root.walk()] == [None, None]


def test_citus_has_the_tasks_of_all_workers_and_names_the_slowest():
    plan = recorded("citus")
    assert (plan.engine, plan.tasks, plan.total_ms) == ("Citus", 3, 98.5)
    assert plan.slowest_task is not None
    assert (plan.slowest_task.node, plan.slowest_task.total_ms) == ("worker-2:5432", 80.0)
    assert plan.slowest_task.children[0].scan is not None
    assert plan.slowest_task.children[0].scan.table == "events"
    # The tasks of worker-1 take 22 ms, those of worker-2 80 ms, at the same time.
    assert named(plan, "Citus Adaptive").own_ms == pytest.approx(9.0)
    subplan = named(plan, "Distributed Subplan")
    assert (subplan.total_ms, subplan.own_ms) == (7.5, 1.5)


def test_citus_says_what_it_does_not_show():
    def plan(job):
        scan = {"Node Type": "Custom Scan", "Custom Plan Provider": "Citus Adaptive", "Distributed Query": {"Job": job}}
        times = {"Actual Total Time": 1.0, "Actual Rows": 1, "Actual Loops": 1}
        return postgresql.parse([{"Plan": scan | times, "Execution Time": 2.0}], {}, {}, 3.0)

    hidden = plan({"Task Count": 6, "Tasks Shown": "None, not supported for re-partition queries", "Depended Jobs": []})
    assert (hidden.tasks, hidden.notes) == (6, ("tasks shown: None, not supported for re-partition queries",))
    failed = plan({"Task Count": 1, "Tasks Shown": "All", "Tasks": [{"Error": "Could not get remote plan."}]})
    assert failed.notes == ("Could not get remote plan.",)


def test_mariadb_tells_the_alias_and_the_query_its_table():
    scan = named(recorded("mariadb_full_scan"), "Full scan")
    assert scan.scan is not None
    assert (scan.scan.table, scan.rows_scanned, scan.rows_out) == ("donation_transactions", 50_000, 50_000)
    assert scan.detail.startswith("donation_transactions d · ")


def test_mariadb_adds_a_sort_to_what_it_sorts_or_finds_it_within():
    assert named(recorded("mariadb_full_scan"), "Sort").own_ms < 1
    plan = recorded("mariadb_sorted")
    sort = named(plan, "Sort")
    assert sort.own_ms + named(plan, "Full scan").own_ms == pytest.approx(sort.total_ms)
    assert sort.total_ms <= plan.total_ms


def test_mariadb_has_queries_within_queries():
    plan = recorded("mariadb_union")
    assert [child.name for child in named(plan, "Union").children] == ["Query", "Query"]
    assert {node.scan.table for node in plan.root.walk() if node.scan} == {"donation_totals", "donation_seconds", "t"}


def test_singlestore_has_segments_conditions_and_the_sort_key():
    plan = recorded("singlestore")
    assert (plan.engine, plan.total_ms, plan.planning_ms, plan.rows) == ("SingleStore", 195.0, 23.0, 4)
    scan = named(plan, "ColumnStoreScan")
    assert scan.scan is not None
    assert (scan.own_ms, scan.rows_scanned, scan.scan.segments_read, scan.scan.segments_skipped) == (
        120,
        1_000_000,
        8,
        0,
    )
    assert scan.scan.sort_key == ("city", "transaction_date")
    assert scan.scan.conditions == ("donation_transactions.transaction_date > ?",)
    assert plan.root.total_ms == 191


def test_postgresql_says_what_compiling_to_machine_code_took_on_the_coordinator_or_the_slowest_worker():
    def plan(node, jit):
        times = {"Actual Total Time": 1.0, "Actual Rows": 1, "Actual Loops": 1}
        return {"Plan": {"Node Type": "Result", **node, **times}, "Execution Time": 900.0, **jit}

    def jit(total_ms):
        return {"JIT": {"Functions": 3, "Timing": {"Generation": 1.0, "Total": total_ms}}}

    assert postgresql.parse([plan({}, {})], {}, {}, 1.0).jit_ms == 0
    assert postgresql.parse([plan({}, jit(620.5))], {}, {}, 1.0).jit_ms == 620.5
    tasks = [{"Node": "host=w port=1", "Remote Plan": [[plan({}, jit(ms))]]} for ms in (70.0, 80.0)]
    cluster = {"Node Type": "Custom Scan", "Distributed Query": {"Job": {"Task Count": 2, "Tasks": tasks}}}
    assert postgresql.parse([plan(cluster, {})], {}, {}, 1.0).jit_ms == 80.0


@pytest.mark.parametrize(
    "parse",
    [
        lambda: postgresql.parse([{"Plan": {"Node Type": "Result"}}], {}, {}, 1.0),
        lambda: postgresql.parse([], {}, {}, 1.0),
        lambda: mariadb.parse("not JSON", "", 1.0, None),
        lambda: mariadb.parse('{"query_optimization": {}}', "", 1.0, None),
        lambda: singlestore.parse('{"profile": [{}]}', 1.0),
        lambda: singlestore.parse('{"profile": []}', 1.0),
        lambda: singlestore.parse("[]", 1.0),
    ],
)
def test_what_is_no_plan_is_one_line(parse):
    with pytest.raises(SourceError, match=r"profile|plan") as caught:
        parse()
    assert "\n" not in str(caught.value)


def test_what_a_server_says_is_printed_as_data():
    plan = recorded("postgresql_sleep")
    hostile = {"Node Type": "Seq Scan\x1b[2J", "Relation Name": "t\x07", "Filter": "a\nb", "Actual Total Time": 1}
    document = [{"Plan": hostile | {"Actual Rows": 1, "Actual Loops": 1}, "Execution Time": 1.0}]
    node = postgresql.parse(document, {}, {}, 1.0).root
    assert (node.name + node.detail).isprintable()
    assert plan.root.name == "Result"


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT 1",
        "  -- a comment; with one\nSELECT ';' AS a, \"x;y\";",
        "(SELECT 1) UNION (SELECT 2)",
        "WITH a AS (SELECT replace('into', 'i', '') FROM t) SELECT * FROM a;",
        "select 'it''s; delete', /* insert; */ 1",
    ],
)
@pytest.mark.parametrize("quiet", [MYSQL, POSTGRESQL])
def test_what_reads_is_explained(sql, quiet):
    assert only_select(sql, quiet).rstrip(";") == sql.strip().rstrip(";")


@pytest.mark.parametrize(
    ("sql", "quiet"),
    [
        ("SELECT `z;` # into;\n, 1 --", MYSQL),
        ("SELECT '\\'; delete', \"\\\"; into\"", MYSQL),
        ("SELECT 1 --into; it's a comment\n", POSTGRESQL),
        ("SELECT $$ ; delete $$, $a$ into $a$, E'\\'; into', '\\' AS into_", POSTGRESQL),
        ("SELECT payload #> '{into;}', 1 /*! into; */ FROM t", POSTGRESQL),
    ],
)
def test_each_dialect_has_its_own_comments_and_quotes(sql, quiet):
    assert only_select(sql, quiet) == sql.strip()


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT 5--1 INTO OUTFILE '/tmp/x'",
        "SELECT 5 AS $$ INTO OUTFILE '/tmp/x' -- $$",
        'SELECT "\\"" INTO OUTFILE \'/tmp/x\' -- "',
    ],
)
def test_what_is_no_comment_to_mariadb_hides_nothing_from_it(sql):
    with pytest.raises(SourceError, match="would run it: INTO;"):
        only_select(sql, MYSQL)


@pytest.mark.parametrize(
    ("sql", "found"),
    [
        ("DELETE FROM t", "DELETE"),
        ("SELECT 1; DROP TABLE t", "several statements"),
        ("SELECT 1 INTO OUTFILE '/tmp/x'", "INTO"),
        ("select * into copy from t", "INTO"),
        ("WITH gone AS (DELETE FROM t RETURNING *) SELECT * FROM gone", "DELETE"),
        ("WITH a AS (SELECT 1) INSERT INTO t SELECT * FROM a", "INSERT"),
        ("SELECT /*! SLEEP(9), */ 1", "a comment that the server executes"),
        ("SELECT /*M!100000 SLEEP(9), */ 1", "a comment that the server executes"),
        ("CALL everything()", "CALL"),
        ("EXPLAIN ANALYZE DELETE FROM t", "EXPLAIN"),
        ("-- SELECT", "nothing"),
        ("SELECTED", "SELECTED"),
    ],
)
def test_what_may_write_is_refused_in_one_line(sql, found):
    with pytest.raises(SourceError) as caught:
        only_select(sql, MYSQL)
    assert str(caught.value) == (
        f"not explained, since that would run it: {found}; allowed: one SELECT or WITH that only reads"
    )
