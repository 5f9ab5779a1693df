"""Plans of PostgreSQL and Citus: EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON).

What Citus adds stands in its source (src/backend/distributed/planner/multi_explain.c): below a Custom Scan is
"Distributed Query" with "Job" ("Task Count", "Tasks", each with "Node" and "Remote Plan") and "Subplans".
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rtdash.errors import SourceError
from rtdash.model.plan import Plan, PlanNode, Scan
from rtdash.model.text import plain

Json = Mapping[str, Any]

_BLOCK_BYTES = 8192
_STRATEGIES = {"Hashed": "HashAggregate", "Sorted": "GroupAggregate", "Mixed": "MixedAggregate"}
_CONDITIONS = ("Index Cond", "Recheck Cond", "Filter")
_DETAILS = (
    ("Index Name", "by"),
    ("CTE Name", ""),
    ("Function Name", ""),
    ("Subplan Name", ""),
    ("Sort Key", ""),
    ("Group Key", ""),
    ("Hash Cond", ""),
    ("Merge Cond", ""),
    ("Join Filter", ""),
    *((condition, "") for condition in _CONDITIONS),
)
_ADDRESS = re.compile(r"host=(\S+) port=(\S+)")
_SHARD = re.compile(r"_\d{5,}$")


def parse(document: Sequence[Json], parents: Mapping[str, str], partitions: Mapping[str, int], took_ms: float) -> Plan:
    """The plan in what EXPLAIN says; `parents` has the table of each partition, `partitions` how many each has.

    Raises SourceError when there is none in it, as for a statement that has no plan.
    """
    try:
        explained = document[0]
        reader = _Reader(parents)
        root = reader.node(explained["Plan"])
        total_ms = explained["Execution Time"] + reader.subplans_ms
        jit_ms = max(_jit_ms(explained), reader.jit_ms)
    except (LookupError, TypeError) as error:
        raise SourceError(f"PostgreSQL: this is no plan of an execution: {type(error).__name__}: {error}") from None
    return Plan(
        engine="PostgreSQL" if reader.tasks is None else "Citus",
        root=root,
        total_ms=total_ms,
        planning_ms=explained.get("Planning Time", 0.0),
        jit_ms=jit_ms,
        took_ms=took_ms,
        rows=root.rows_out,
        tasks=reader.tasks,
        partitions=partitions,
        notes=tuple(reader.notes),
    )


class _Reader:
    """Walks through a plan, and keeps what concerns all of it."""

    def __init__(self, parents: Mapping[str, str]) -> None:
        self._parents = parents
        self._ctes_ms: dict[str, float] = {}
        self.tasks: int | None = None
        self.notes: list[str] = []
        self.subplans_ms = 0.0
        self.jit_ms = 0.0
        """Of the task that compiled longest."""

    def node(self, plan: Json, *, processes: int = 1, is_cut: bool = False, is_remote: bool = False) -> PlanNode:
        """One node and all below it. `is_cut`: whoever is above may stop it before its last row."""
        kind, loops = plan["Node Type"], int(plan["Actual Loops"])
        # Workers run beside each other: what they took together is not what anybody has waited.
        total_ms = plan["Actual Total Time"] * loops / processes
        rows_out = round(plan["Actual Rows"] * loops)
        below = int(plan.get("Workers Launched", 0)) + 1 if kind.startswith("Gather") else processes
        children: list[PlanNode] = []
        plans = sorted(plan.get("Plans", ()), key=lambda child: not _is_cte(child))
        inner_ms = 0.0
        for child in plans:
            read = self.node(
                child,
                processes=below,
                is_cut=_may_stop(plan, child) or (is_cut and not _is_blocking(plan)),
                is_remote=is_remote,
            )
            children.append(read)
            # A CTE is listed where it is declared, and runs below who reads it first.
            if _is_cte(child):
                self._ctes_ms[child["Subplan Name"].removeprefix("CTE ")] = read.total_ms
            else:
                inner_ms += read.total_ms
        if total_ms >= self._ctes_ms.get(plan.get("CTE Name", ""), math.inf):
            inner_ms += self._ctes_ms.pop(plan["CTE Name"])
        if "Distributed Query" in plan:
            tasks = list(self._distributed(plan["Distributed Query"]))
            inner_ms += _longest_ms([task for task in tasks if task.node])
            children += tasks
        scan = self._scan(plan, loops, is_cut=is_cut, is_remote=is_remote)
        spilled, read_bytes, hit_bytes = (
            max(0, plan.get(key, 0) - sum(child.get(key, 0) for child in plans)) * _BLOCK_BYTES
            for key in ("Temp Written Blocks", "Shared Read Blocks", "Shared Hit Blocks")
        )
        is_comparable = loops > 0 and not is_cut and "Plan Rows" in plan and not _is_guess(plan)
        return PlanNode(
            name=_name(plan),
            detail=plain(_detail(plan)),
            own_ms=max(0.0, total_ms - inner_ms),
            total_ms=total_ms,
            rows_out=rows_out,
            rows_scanned=rows_out + _removed(plan) * loops if scan is not None else None,
            rows_expected=round(plan["Plan Rows"] * loops) if is_comparable else None,
            loops=loops,
            children=tuple(children),
            scan=scan,
            spilled_bytes=max(spilled, _own_spill(plan)),
            read_bytes=read_bytes,
            hit_bytes=hit_bytes,
        )

    def _scan(self, plan: Json, loops: int, *, is_cut: bool, is_remote: bool) -> Scan | None:
        if "Relation Name" not in plan or not plan["Node Type"].endswith("Scan"):
            return None
        name = plan["Relation Name"]
        if is_remote:
            name = _SHARD.sub("", name)
        table = self._parents.get(name, name)
        conditions = tuple(plain(plan[key]) for key in _CONDITIONS if key in plan)
        return Scan(
            table=plain(table),
            partition=plain(name) if table != name else "",
            is_full=loops > 0 and plan["Node Type"] != "Bitmap Heap Scan" and "Index Cond" not in plan,
            is_cut=is_cut,
            conditions=conditions,
        )

    def _distributed(self, query: Json) -> Iterator[PlanNode]:
        """Subplans, whose results are sent to the workers first, then the tasks."""
        for subplan in query.get("Subplans", ()):
            inner = [self.node(explained["Plan"]) for explained in _flat(subplan.get("PlannedStmt", ()))]
            inner_ms = sum(node.total_ms for node in inner)
            total_ms = max(subplan.get("Subplan Duration", 0.0), inner_ms)
            self.subplans_ms += total_ms
            yield PlanNode(
                "Distributed Subplan",
                detail=plain(subplan.get("Result destination", "")),
                own_ms=total_ms - inner_ms,
                total_ms=total_ms,
                children=tuple(inner),
            )
        job = query["Job"]
        self.tasks = max(self.tasks or 0, job["Task Count"])
        if job.get("Tasks Shown", "All") != "All":
            self.notes.append(plain(f"tasks shown: {job['Tasks Shown']}"))
        for task in job.get("Tasks", ()):
            if "Error" in task:
                self.notes.append(plain(task["Error"]))
            for explained in _flat(task.get("Remote Plan", ())):
                yield self._task(task, explained)

    def _task(self, task: Json, explained: Json) -> PlanNode:
        root = self.node(explained["Plan"], is_remote=True)
        total_ms = max(explained.get("Execution Time", 0.0), root.total_ms)
        self.jit_ms = max(self.jit_ms, _jit_ms(explained))
        address = _ADDRESS.search(task["Node"])
        return PlanNode(
            "Task",
            own_ms=total_ms - root.total_ms,
            total_ms=total_ms,
            rows_out=root.rows_out,
            children=(root,),
            node=plain(":".join(address.groups()) if address else task["Node"]),
        )


def _jit_ms(explained: Json) -> float:
    return float(explained.get("JIT", {}).get("Timing", {}).get("Total", 0.0))


def _flat(value: Any) -> Iterator[Json]:
    """The plans in lists of lists: how deep they are nested differs between versions."""
    if isinstance(value, Mapping):
        yield value
    else:
        for part in value:
            yield from _flat(part)


def _longest_ms(tasks: Sequence[PlanNode]) -> float:
    """Workers run beside each other, the tasks of one after the other: a read-only session has one connection each."""
    by_node: dict[str, float] = {}
    for task in tasks:
        by_node[task.node] = by_node.get(task.node, 0.0) + task.total_ms
    return max(by_node.values(), default=0.0)


def _is_guess(plan: Json) -> bool:
    """Whether rows of a function are in it: the planner does not know how many, and ANALYZE cannot tell it."""
    return plan["Node Type"] == "Function Scan" or any(_is_guess(child) for child in plan.get("Plans", ()))


def _is_cte(plan: Json) -> bool:
    return str(plan.get("Subplan Name", "")).startswith("CTE ")


def _may_stop(plan: Json, child: Json) -> bool:
    """Whether this node may stop its child: it has its rows, or its first match."""
    is_inner = child.get("Parent Relationship") == "Inner"
    return (
        plan["Node Type"] == "Limit"
        or plan["Node Type"] == "Merge Join"
        or child.get("Parent Relationship") in ("InitPlan", "SubPlan")
        or (is_inner and (bool(plan.get("Inner Unique")) or plan.get("Join Type") in ("Semi", "Anti")))
    )


def _is_blocking(plan: Json) -> bool:
    """Whether it reads all of its input before it gives a row: nobody above cuts that short."""
    kind = plan["Node Type"]
    return kind in ("Sort", "Hash") or (kind == "Aggregate" and plan.get("Strategy") != "Sorted")


def _name(plan: Json) -> str:
    kind = plan.get("Custom Plan Provider") or plan["Node Type"]
    if kind == "Aggregate":
        kind = _STRATEGIES.get(plan.get("Strategy", ""), kind)
    if plan.get("Join Type", "Inner") != "Inner":
        kind = f"{kind} {plan['Join Type']}"
    partial = plan.get("Partial Mode", "Simple")
    before = ("Parallel " if plan.get("Parallel Aware") else "") + ("" if partial == "Simple" else f"{partial} ")
    return plain(before + kind)


def _detail(plan: Json) -> str:
    parts = [plan["Relation Name"]] if "Relation Name" in plan else []
    if plan["Actual Loops"] == 0:
        parts.insert(0, "never executed")
    for key, word in _DETAILS:
        if key in plan:
            value = plan[key]
            text = ", ".join(value) if isinstance(value, list) else str(value)
            parts.append(f"{word} {text}".strip())
    return " · ".join(parts)


def _removed(plan: Json) -> int:
    return int(plan.get("Rows Removed by Filter", 0) + plan.get("Rows Removed by Index Recheck", 0))


def _own_spill(plan: Json) -> int:
    """Bytes; a sort and an aggregation say it themselves, in kB."""
    sort = plan.get("Sort Space Used", 0) if plan.get("Sort Space Type") == "Disk" else 0
    return int(1024 * max(sort, plan.get("Disk Usage", 0)))
