"""Plain advice on a plan: rules, each of which gives one sentence where it fires, and nothing where it does not."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from rtdash.model.plan import Plan, PlanNode, Scan

FULL_SCAN_ROWS = 10_000
"""A full scan of fewer rows takes a few ms: nobody needs to know."""
FULL_SCAN_RATIO = 100
"""Rows read for each row returned, from which on an index or a rollup would pay."""
MANY_PARTITIONS = 3
PARTITIONED_ROWS = 1_000
"""With fewer rows read of all partitions, leaving some out would save nothing."""
MANY_SEGMENTS = 4
MANY_LOOPS = 10_000
WRONG_ESTIMATE = 100
"""Times; the greater of the two must be of some size as well, or a row more or less would count."""
WRONG_ESTIMATE_ROWS = 1_000
DISK_BYTES = 8 * 1024 * 1024
BEHIND_S = 5.0
UNACCOUNTED_MS = 50.0
MS_A_ROW = 1.0
"""Nothing that a database does to a row takes so long; a function that sleeps or runs queries does."""

_COLUMN = re.compile(r"[A-Za-z_]\w*")


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What is known beside the plan."""

    latency_ms: float | None = None
    """Of the execution that is to be explained: an earlier one."""
    threshold_ms: float = 200.0
    asks_tenant: bool = False
    """Whether the query is bound to one customer."""
    rollup_behind_s: float | None = None


def advise(plan: Plan, known: Circumstances) -> tuple[str, ...]:
    """One sentence for each rule that fires, the plainest causes first."""
    return tuple(sentence for rule in RULES for sentence in rule(plan, known))


def _unaccounted(plan: Plan, _known: Circumstances) -> Iterator[str]:
    known_ms = plan.total_ms + plan.planning_ms
    if plan.took_ms - known_ms >= max(UNACCOUNTED_MS, plan.took_ms / 2):
        yield (
            f"The plan does not account for the time: {_ms(known_ms)} of {_ms(plan.took_ms)} ms."
            " The rest is a function (SLEEP, BENCHMARK), or waiting: a lock, the network, this client."
        )
    for node in plan.root.walk():
        rows = max(1, node.rows_handled)
        # Whichever operation was the first to need it has the time of compiling in its own.
        own_ms = node.own_ms - plan.jit_ms
        is_much = own_ms >= max(UNACCOUNTED_MS, plan.total_ms / 2, MS_A_ROW * rows)
        # Reading from disk and starting parallel workers take their time, and the tree shows it.
        if is_much and not node.read_bytes and not node.name.startswith("Gather"):
            yield (
                f"The plan does not account for the time: {_ms(own_ms)} of {_ms(plan.total_ms)} ms pass in"
                f" {_named(node)} on {_rows(rows)}, so in a function (SLEEP, or one that runs queries) or in waiting."
            )


def _fast_now(plan: Plan, known: Circumstances) -> Iterator[str]:
    then_ms = known.latency_ms
    if then_ms is not None and then_ms > known.threshold_ms >= plan.took_ms and then_ms >= 2 * plan.took_ms:
        yield (
            f"It is fast now: {_ms(plan.took_ms)} ms, after {_ms(then_ms)} ms. What made it slow was not its plan, but"
            " what else ran: load, a lock, cold buffers, the network."
        )


def _prepared(plan: Plan, _known: Circumstances) -> Iterator[str]:
    prepared_ms = plan.planning_ms + plan.jit_ms
    if prepared_ms >= max(UNACCOUNTED_MS, plan.took_ms / 2):
        yield (f"Planning and compiling it take {_ms(prepared_ms)} of {_ms(plan.took_ms)} ms, more than running it.")


def _full_scan(plan: Plan, _known: Circumstances) -> Iterator[str]:
    read: dict[str, int] = defaultdict(int)
    cut: set[str] = set()
    for node in plan.root.walk():
        if node.scan is not None and node.scan.is_full:
            read[node.scan.table] += node.rows_scanned or 0
            if node.scan.is_cut:
                cut.add(node.scan.table)
    returned = plan.rows
    for table, rows in sorted(read.items(), key=lambda item: -item[1]):
        if returned is not None and rows >= max(FULL_SCAN_ROWS, FULL_SCAN_RATIO * returned):
            said = (
                f"{_rows(rows)} of {table} were read for {returned:,} returned."
                if table in cut
                else f"{table} is read in full: {_rows(rows)} read, {_rows(returned)} returned."
            )
            yield f"{said} An index on what is asked, or a rollup, would read less."


def _not_pruned(plan: Plan, _known: Circumstances) -> Iterator[str]:
    read: dict[str, set[str]] = defaultdict(set)
    rows: dict[str, int] = defaultdict(int)
    for node in plan.root.walk():
        if node.scan is not None and node.scan.partition and node.loops:
            read[node.scan.table].add(node.scan.partition)
            rows[node.scan.table] += node.rows_scanned or 0
    for table, partitions in read.items():
        is_all = len(partitions) >= max(MANY_PARTITIONS, plan.partitions.get(table, len(partitions) + 1))
        if is_all and rows[table] >= PARTITIONED_ROWS:
            yield (
                f"All {len(partitions)} partitions of {table} are read: no condition on the column that it is"
                " partitioned by lets the server leave some out."
            )


def _segments_not_skipped(plan: Plan, _known: Circumstances) -> Iterator[str]:
    for scan in _scans(plan):
        if not scan.conditions or (scan.segments_read or 0) < MANY_SEGMENTS or scan.segments_skipped:
            continue
        said = f"{scan.table}: all {scan.segments_read} segments are read, none is skipped"
        if scan.sort_key is None:
            yield f"{said}: the condition does not follow the table's sort key."
        elif not scan.sort_key:
            yield f"{said}: the table has no sort key, and the query has a condition that could use one."
        elif scan.sort_key[0] not in _asked(scan):
            yield (
                f"{said}: the sort key begins with {scan.sort_key[0]}, and the condition is on"
                f" {', '.join(sorted(_asked(scan))) or 'something else'}."
            )


def _asked(scan: Scan) -> set[str]:
    """Columns in the conditions; a name before a point is a table's."""
    text = " ".join(scan.conditions)
    return {
        match[0]
        for match in _COLUMN.finditer(text)
        if text[match.end() : match.end() + 1] not in (".", "(") and match[0].upper() not in _WORDS
    }


_WORDS = {"AND", "OR", "NOT", "IN", "IS", "NULL", "BETWEEN", "LIKE", "INTERVAL", "SECOND", "MINUTE", "HOUR", "DAY"}


def _all_shards(plan: Plan, known: Circumstances) -> Iterator[str]:
    if known.asks_tenant and (plan.tasks or 0) > 1:
        yield (
            f"{plan.tasks} shards are asked for one customer: the condition on customer_id does not reach every table"
            " of the query, or is not an equality."
        )


def _slowest_task(plan: Plan, _known: Circumstances) -> Iterator[str]:
    tasks = [node for node in plan.root.walk() if node.node]
    slowest = plan.slowest_task
    if len(tasks) < 2 or slowest is None or slowest.total_ms < UNACCOUNTED_MS:
        return
    others_ms = (sum(task.total_ms for task in tasks) - slowest.total_ms) / (len(tasks) - 1)
    if slowest.total_ms >= 2 * others_ms:
        yield (
            f"One task holds up the others: {_ms(slowest.total_ms)} ms on {slowest.node}, the {len(tasks) - 1} others"
            f" {_ms(others_ms)} ms on average."
        )


def _spilled(plan: Plan, _known: Circumstances) -> Iterator[str]:
    for node in plan.root.walk():
        if node.spilled_bytes:
            yield f"{_named(node)} does not fit into memory: {_megabytes(node.spilled_bytes)} went to disk."


def _many_loops(plan: Plan, _known: Circumstances) -> Iterator[str]:
    worst = max(plan.root.walk(), key=lambda node: node.loops)
    if worst.loops >= MANY_LOOPS:
        yield f"{_named(worst)} runs {worst.loops:,} times, once for each row of a nested loop."


def _wrong_estimate(plan: Plan, _known: Circumstances) -> Iterator[str]:
    def times(node: PlanNode) -> float:
        expected, rows = max(1, node.rows_expected or 0), max(1, node.rows_out or 0)
        return max(expected, rows) / min(expected, rows)

    comparable = [
        node
        for node in plan.root.walk()
        if node.rows_out is not None
        and node.rows_expected is not None
        and max(node.rows_out, node.rows_expected) >= WRONG_ESTIMATE_ROWS
    ]
    worst = max(comparable, key=times, default=None)
    if worst is not None and times(worst) >= WRONG_ESTIMATE:
        yield (
            f"{_named(worst)}: the planner expected {_rows(worst.rows_expected or 0)}, and it is"
            f" {_rows(worst.rows_out or 0)}; ANALYZE renews what it goes by."
        )


def _from_disk(plan: Plan, _known: Circumstances) -> Iterator[str]:
    nodes = list(plan.root.walk())
    read, hit = sum(node.read_bytes for node in nodes), sum(node.hit_bytes for node in nodes)
    if read >= max(DISK_BYTES, hit):
        yield f"{_megabytes(read)} of {_megabytes(read + hit)} were not in the server's buffers and came from disk."


def _behind(_plan: Plan, known: Circumstances) -> Iterator[str]:
    if known.rollup_behind_s is not None and known.rollup_behind_s > BEHIND_S:
        yield f"The rollup that it reads is {known.rollup_behind_s:.0f} s behind: its upkeep and this query compete."


RULES: tuple[Callable[[Plan, Circumstances], Iterator[str]], ...] = (
    _fast_now,
    _unaccounted,
    _prepared,
    _full_scan,
    _not_pruned,
    _segments_not_skipped,
    _all_shards,
    _slowest_task,
    _spilled,
    _many_loops,
    _wrong_estimate,
    _from_disk,
    _behind,
)


def _scans(plan: Plan) -> Iterator[Scan]:
    return (node.scan for node in plan.root.walk() if node.scan is not None)


def _named(node: PlanNode) -> str:
    return f"{node.name} of {node.scan.table}" if node.scan is not None else f"{node.name} {node.detail}"[:60].strip()


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count:,} rows"


def _ms(value_ms: float) -> str:
    return f"{value_ms:.1f}" if value_ms < 99.95 else f"{value_ms:,.0f}"


def _megabytes(count: int) -> str:
    return f"{count / 1024 / 1024:,.1f} MB"
