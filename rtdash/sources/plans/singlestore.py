"""Plans of SingleStore: PROFILE <select>, then SHOW PROFILE JSON.

Its documentation shows the form (reference/sql-reference/data-manipulation-language-dml/profile): `profile` is a list
of operations, each with `executor`, `inputs`, and measures that are {"value": …} or plain numbers; `query_info` has
`total_runtime_ms`. No server was at hand: whatever an operation lacks is left out, not guessed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from rtdash.errors import SourceError
from rtdash.model.engine import Engine
from rtdash.model.plan import Plan, PlanNode, Scan
from rtdash.model.text import plain

Json = Mapping[str, Any]

_SCANS = {"ColumnStoreScan", "TableScan", "OrderedColumnStoreScan", "IndexRangeScan", "IndexSeek", "OrderedTableScan"}
_FULL = {"TableScan", "OrderedTableScan"}
_STOPPING = {"Top", "Limit"}
# These need all of what is below them before they give a row.
_BLOCKING = ("Sort", "GroupBy", "Aggregate", "HashTableBuild")
_DETAILS = ("condition", "key", "groups", "group_by", "aggregates", "order", "partitions")
_KEY = re.compile(r"KEY\b[^(]*\(([^)]*)\)")


def parse(document: str, took_ms: float) -> Plan:
    """The plan in a profile. Raises SourceError when there is none in it."""
    try:
        profile = json.loads(document)
        roots = [_node(operation) for operation in profile["profile"]]
        info = profile.get("query_info", {})
        total_ms = float(info.get("total_runtime_ms", sum(root.total_ms for root in roots)))
        compiled_ms = float(info.get("compile_time_stats", {}).get("total", 0))
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise SourceError(f"SingleStore: this is no profile of an execution: {type(error).__name__}: {error}") from None
    root = roots[0] if len(roots) == 1 else _together(roots)
    return Plan(
        engine=Engine.SINGLESTORE,
        root=root,
        total_ms=total_ms,
        planning_ms=compiled_ms,
        took_ms=took_ms,
        rows=root.rows_out,
    )


def _together(roots: list[PlanNode]) -> PlanNode:
    if not roots:
        raise SourceError("SingleStore: the profile is empty")
    return PlanNode("Query", total_ms=sum(root.total_ms for root in roots), children=tuple(roots))


def _node(operation: Json, conditions: tuple[str, ...] = (), *, is_cut: bool = False) -> PlanNode:
    """`conditions` are those of the filters above: a columnstore skips segments by them.

    `is_cut`: whoever is above may stop it before its last row.
    """
    name = str(operation["executor"])
    is_cut_below = name in _STOPPING or (is_cut and not name.endswith(_BLOCKING))
    own = _texts(operation.get("condition")) if name.endswith("Filter") else ()
    below = (*conditions, *own) if name.endswith("Filter") else ()
    children = tuple(_node(child, below, is_cut=is_cut_below) for child in operation.get("inputs", ()))
    # What an operation took itself, as the text form has it: exec_time.
    own_ms = _measure(operation, "actual_total_time") or 0.0
    rows = _measure(operation, "actual_row_count")
    expected = operation.get("est_rows")
    rows_out = None if rows is None else round(rows)
    conditions = (*conditions, *_texts(operation.get("condition")))
    scan = _scan(name, operation, conditions, is_cut=is_cut) if name in _SCANS else None
    return PlanNode(
        name=plain(name),
        detail=plain(_detail(operation)),
        own_ms=own_ms,
        total_ms=own_ms + sum(child.total_ms for child in children),
        rows_out=rows_out,
        rows_scanned=rows_out if scan is not None else None,
        rows_expected=None if expected is None or scan is not None else round(float(str(expected).replace(",", ""))),
        children=children,
        scan=scan,
    )


def _scan(name: str, operation: Json, conditions: tuple[str, ...], *, is_cut: bool) -> Scan:
    read, skipped = (_measure(operation, f"segments_{what}") for what in ("scanned", "skipped"))
    key = _KEY.search(str(operation.get("index", "")))
    columns = None if key is None else tuple(filter(None, (column.strip(" `") for column in key[1].split(","))))
    return Scan(
        table=plain(operation.get("table", "?")),
        is_full=name in _FULL or (name.endswith("ColumnStoreScan") and not skipped),
        is_cut=is_cut,
        conditions=tuple(map(plain, conditions)),
        sort_key=None if columns is None else tuple(map(plain, columns)),
        segments_read=None if read is None else round(read),
        segments_skipped=None if skipped is None else round(skipped),
    )


def _measure(operation: Json, name: str) -> float | None:
    value = operation.get(name)
    if isinstance(value, Mapping):
        value = value.get("value")
    return None if value is None else float(str(value).replace(",", ""))


def _texts(value: Any) -> tuple[str, ...]:
    if value is None:
        return ()
    return tuple(map(str, value)) if isinstance(value, list) else (str(value),)


def _detail(operation: Json) -> str:
    parts = [str(operation["table"])] if "table" in operation else []
    parts += [", ".join(_texts(operation[key])) for key in _DETAILS if operation.get(key)]
    for what in ("scanned", "skipped"):
        if (count := _measure(operation, f"segments_{what}")) is not None:
            parts.append(f"{count:.0f} segments {what}")
    return " · ".join(parts)
