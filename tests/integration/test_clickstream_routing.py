"""Where statements go: no file names the schema `public`, and one customer's question goes to one shard."""

from __future__ import annotations

import json
import re

import psycopg
import pytest

from rtdash.panels.header import read
from rtdash.resources import sql_folder

FILES = sorted(sql_folder("citus").rglob("*.sql"))
ONE_CUSTOMER = [file for file in sql_folder("citus", "panels").glob("*.sql") if "%(customer_id)s" in file.read_text()]
# Distributed on Citus; events has partitions.
DISTRIBUTED = re.compile(r"events(_p\d.*|_default)?|rollup_events_.*|live_customers|live_breakdowns")
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


def task_counts(node):
    """Citus shows its job below its own node, with the plans of the tasks in it."""
    job = node.get("Distributed Query", {}).get("Job", {})
    return [job["Task Count"]] if "Task Count" in job else []


def plans_of(connection, file):
    """Of the panel's statement, and of all that the functions in it do."""
    told = []
    connection.add_notice_handler(lambda notice: told.append(notice.message_primary or ""))
    with psycopg.ClientCursor(connection) as cursor:
        cursor.execute(_TELL_PLANS)
        cursor.execute(read(file).sql, {"customer_id": 1})
        cursor.fetchall()
    plans = [json.loads(text.partition("plan:\n")[2])["Plan"] for text in told if "plan:\n" in text]
    assert plans, "auto_explain said nothing"
    return plans


@pytest.mark.parametrize("file", ONE_CUSTOMER, ids=lambda file: file.stem)
def test_the_question_of_one_customer_goes_to_one_shard(clickstream, is_citus, file):
    with clickstream.connect() as connection:
        if not connection.execute("SELECT current_setting('is_superuser')::boolean").fetchone()[0]:
            pytest.skip("needs a superuser, to see the plans of statements within functions")
        clickstream.insert(connection, {"customer_id": 1}, {"customer_id": 2})
        clickstream.roll_up(connection)
        nodes = [node for plan in plans_of(connection, file) for node in nodes_of(plan)]
    if is_citus:
        counts = [count for node in nodes for count in task_counts(node)]
        assert counts
        assert set(counts) == {1}
        return
    scans = [node for node in nodes if DISTRIBUTED.fullmatch(node.get("Relation Name", ""))]
    assert scans
    for scan in scans:
        conditions = " ".join(str(scan.get(name, "")) for name in ("Index Cond", "Recheck Cond", "Filter"))
        assert CUSTOMER.search(conditions), scan
