"""Where statements go: no file names the schema `public`, and one customer's question goes to one shard."""

from __future__ import annotations

import json
import re
from collections import Counter

import psycopg
import pytest
from clickstream import ROLLUPS

from rtdash.panels.header import read
from rtdash.resources import sql_folder

FILES = sorted(sql_folder("citus").rglob("*.sql"))
ONE_CUSTOMER = [file for file in sql_folder("citus", "panels").glob("*.sql") if "%(customer_id)s" in file.read_text()]
# Distributed on Citus; events has partitions.
DISTRIBUTED = re.compile(r"events(_p\d.*|_default)?|rollup_events_.*|live_customers|live_breakdowns")
ROLLED_UP = re.compile(r"\s*INSERT INTO (live_\w+|rollup_events_\w+)")
CUSTOMER = re.compile(r"\bcustomer_id = ")

_TELL_PLANS = """
LOAD 'auto_explain';
SET auto_explain.log_min_duration = 0;
SET auto_explain.log_nested_statements = on;
SET auto_explain.log_format = json;
SET auto_explain.log_level = notice;
"""


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_no_file_names_the_schema_public(file):
    code = re.sub(r"--.*", "", file.read_text())
    # As a role it is everybody.
    assert not re.search(r"\bpublic\b", re.sub(r"\b(TO|FROM) PUBLIC\b", "", code), re.IGNORECASE)


def nodes_of(plan):
    nodes = [plan]
    for node in nodes:
        nodes += node.get("Plans", [])
    return nodes


def found(plan, key):
    """All that a plan says under a key, at any depth: Citus hangs jobs, subplans and tasks below its own node."""
    if isinstance(plan, dict):
        here = [plan[key]] if key in plan else []
        return here + [value for below in plan.values() for value in found(below, key)]
    return [value for below in plan for value in found(below, key)] if isinstance(plan, list) else []


def explained(connection, *statements, **values):
    """What auto_explain says of statements, and of all that the functions in them do."""
    if not connection.execute("SELECT current_setting('is_superuser')::boolean").fetchone()[0]:
        pytest.skip("needs a superuser, to see the plans of statements within functions")
    told = []
    connection.add_notice_handler(lambda notice: told.append(notice.message_primary or ""))
    with psycopg.ClientCursor(connection) as cursor:
        cursor.execute(_TELL_PLANS)
        for statement in statements:
            cursor.execute(statement, values)
            cursor.fetchall()
    plans = [json.loads(text.partition("plan:\n")[2]) for text in told if "plan:\n" in text]
    assert plans, "auto_explain said nothing"
    return plans


def test_a_subplan_over_all_shards_is_found_below_a_task_for_one():
    """The form that Citus documents for EXPLAIN (FORMAT JSON)."""

    def adaptive(tasks, *subplans):
        job = {"Task Count": tasks, "Tasks Shown": "All", "Tasks": [{"Node": "host=w port=1", "Remote Plan": []}]}
        below = (
            {"Subplans": [{"Intermediate Data Size": "10 bytes", "PlannedStmt": list(subplans)}]} if subplans else {}
        )
        return {"Plan": {"Custom Plan Provider": "Citus Adaptive", "Distributed Query": {**below, "Job": job}}}

    plan = {"Plan": {"Node Type": "Sort", "Plans": [adaptive(1, adaptive(32))["Plan"]]}}
    assert sorted(found(plan, "Task Count")) == [1, 32]
    assert found({"Plan": {"Node Type": "Seq Scan"}}, "Task Count") == []


@pytest.mark.parametrize("file", ONE_CUSTOMER, ids=lambda file: file.stem)
def test_the_question_of_one_customer_goes_to_one_shard(clickstream, is_citus, file):
    with clickstream.connect() as connection:
        clickstream.insert(connection, {"customer_id": 1}, {"customer_id": 2})
        clickstream.roll_up(connection)
        plans = explained(connection, read(file).sql, customer_id=1)
    if is_citus:
        assert set(found(plans, "Task Count")) == {1}
        return
    nodes = [node for plan in plans for node in nodes_of(plan["Plan"])]
    scans = [node for node in nodes if DISTRIBUTED.fullmatch(node.get("Relation Name", ""))]
    assert scans
    for scan in scans:
        conditions = " ".join(str(scan.get(name, "")) for name in ("Index Cond", "Recheck Cond", "Filter"))
        assert CUSTOMER.search(conditions), scan


@pytest.fixture
def inserts(clickstream):
    """What the rollups write: (table, plan) of each INSERT … SELECT."""
    with clickstream.connect() as connection:
        clickstream.insert(connection, *({"customer_id": number} for number in range(200)))
        plans = explained(connection, *(f"SELECT start_id, end_id FROM {function}()" for function in ROLLUPS))
    into = [(ROLLED_UP.match(plan["Query Text"]), plan["Plan"]) for plan in plans]
    return [(match[1], plan) for match, plan in into if match]


def test_a_rollup_of_all_is_twelve_inserts(inserts):
    each_width = {"live_customers": 2, "live_breakdowns": 2 * 3, "live_totals": 2}
    assert Counter(table for table, _ in inserts) == each_width | {"rollup_events_5min": 1, "rollup_events_1hr": 1}


def test_each_insert_of_a_rollup_is_pushed_down(clickstream, is_citus, inserts):
    if not is_citus:
        pytest.skip("shows on a Citus cluster only: name one in RTDASH_TEST_CITUS_DSN")
    with clickstream.connect() as connection:
        (shards,) = connection.execute(
            "SELECT count(*) FROM pg_dist_shard WHERE logicalrelid = 'events'::regclass"
        ).fetchone()
    # The totals live on the coordinator: their part in the shards is a SELECT.
    spread = [(table, plan) for table, plan in inserts if table != "live_totals"]
    assert {(table, *found(plan, "Task Count")) for table, plan in spread} == {(table, shards) for table, _ in spread}
    assert [table for table, plan in spread if found(plan, "INSERT/SELECT method")] == []
