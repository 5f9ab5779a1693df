"""Plans of MariaDB: ANALYZE FORMAT=JSON, as 10.11 gives it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from rtdash.errors import SourceError
from rtdash.model.engine import Engine
from rtdash.model.plan import Plan, PlanNode, Scan
from rtdash.model.text import plain

Json = Mapping[str, Any]

_PAGE_BYTES = 16384

# What is an operation of its own; what is not named here only holds others.
_OPERATIONS = {
    "query_block": "Query",
    "filesort": "Sort",
    "temporary_table": "Temporary table",
    "read_sorted_file": "Read sorted rows",
    "block-nl-join": "Block nested loop",
    "union_result": "Union",
    "recursive_union": "Recursive union",
    "expression_cache": "Subquery cache",
    "duplicates_removal": "Remove duplicates",
    "window_functions_computation": "Window functions",
    "buffer_result": "Buffer",
}
_DETAILS = ("select_id", "operation", "sort_key", "attached_condition", "having_condition", "const_condition")
# These need all of what is below them before they give a row.
_BLOCKING = {"filesort", "temporary_table"}
# What may end a scan before its last row; the plan does not tell.
_STOPS = re.compile(r"\b(LIMIT|FETCH|EXISTS)\b|\b(IN|ANY|SOME|ALL)\s*\(\s*SELECT\b", re.IGNORECASE)
_ALIAS = re.compile(r"\b(?:FROM|JOIN)\s+([\w.`]+)\s+(?:AS\s+)?`?(\w+)`?", re.IGNORECASE)
_READS = {
    "ALL": "Full scan",
    "index": "Full index scan",
    "range": "Range",
    "ref": "Lookup",
    "eq_ref": "Unique lookup",
    "const": "One row",
    "system": "One row",
}


def parse(document: str, sql: str, took_ms: float, rows: int | None) -> Plan:
    """The plan in what ANALYZE says of `sql`. Raises SourceError when there is none in it."""
    try:
        explained = json.loads(document)
        names = {alias: table.strip("`") for table, alias in _ALIAS.findall(sql)}
        reader = _Reader(names, may_stop=_STOPS.search(sql) is not None)
        (root,) = reader.within({"query_block": explained["query_block"]})
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise SourceError(f"MariaDB: this is no plan of an execution: {type(error).__name__}: {error}") from None
    return Plan(
        engine=Engine.MARIADB,
        root=root,
        total_ms=root.total_ms,
        planning_ms=explained.get("query_optimization", {}).get("r_total_time_ms", 0.0),
        took_ms=took_ms,
        rows=rows,
    )


class _Reader:
    """Finds operations, however deep they are wrapped up. Times are of all loops together, rows of one on average."""

    def __init__(self, names: Mapping[str, str], *, may_stop: bool) -> None:
        self._may_stop = may_stop
        self._names = names
        """The table behind each alias, since the server tells the alias alone."""

    def within(self, value: Any, *, is_cut: bool = False) -> Iterator[PlanNode]:
        """The operations in `value`, those below others being their children. `is_cut`: they may be stopped early."""
        if isinstance(value, list):
            for part in value:
                yield from self.within(part, is_cut=is_cut)
        elif isinstance(value, Mapping):
            for key, part in value.items():
                if key == "table":
                    yield self._table(part, is_cut=is_cut)
                elif key in _OPERATIONS and not _only_holds(part):
                    yield self._operation(key, part, is_cut=is_cut)
                else:
                    yield from self.within(part, is_cut=is_cut)

    def _operation(self, key: str, part: Json, *, is_cut: bool) -> PlanNode:
        is_cut = self._may_stop if key == "query_block" else is_cut and key not in _BLOCKING
        children = tuple(self.within(part, is_cut=is_cut))
        # A sort on its own says what sorting took; over a table, also what reading it took.
        given_ms = _sum(part, "r_total_time_ms", "r_unpack_time_ms", "r_other_time_ms")
        below_ms = sum(child.total_ms for child in children)
        own_ms = given_ms - below_ms
        if own_ms < 0:
            # Parts of a block that are constant are executed before it begins.
            own_ms = 0.0 if key == "query_block" else given_ms
        passes = part.get("r_sort_passes") or 0
        return PlanNode(
            name=_OPERATIONS[key],
            detail=plain(
                " · ".join(
                    f"#{part[name]}" if name == "select_id" else str(part[name]) for name in _DETAILS if name in part
                )
            ),
            own_ms=own_ms,
            total_ms=own_ms + below_ms,
            rows_out=_count(part, "r_output_rows"),
            loops=int(part.get("r_loops") or 1),
            children=children,
            spilled_bytes=int(passes * _bytes(part.get("r_buffer_size"))),
        )

    def _table(self, part: Json, *, is_cut: bool) -> PlanNode:
        children = tuple(self.within({key: value for key, value in part.items() if key != "table"}))
        if "table_name" not in part:
            return PlanNode("No table", detail=plain(part.get("message", "")), children=children)
        alias, access = part["table_name"], part.get("access_type", "")
        table = self._names.get(alias, alias)
        loops = int(part.get("r_loops") or 0)
        scanned = _count(part, "r_rows", loops)
        passed = None if scanned is None else round(scanned * (part.get("r_filtered") or 0.0) / 100)
        expected = round((part.get("rows") or 0) * loops)
        conditions = tuple(plain(part[key]) for key in ("index_condition", "attached_condition") if key in part)
        own_ms = _sum(part, "r_table_time_ms", "r_other_time_ms")
        pages = part.get("r_engine_stats", {})
        read = pages.get("pages_read_count", 0)
        detail = " · ".join(
            [
                alias if table == alias else f"{table} {alias}",
                *([f"by {part['key']}"] if "key" in part else []),
                *conditions,
            ]
        )
        return PlanNode(
            name=_READS.get(access) or plain(access),
            detail=plain(detail),
            own_ms=own_ms,
            total_ms=own_ms + sum(child.total_ms for child in children),
            rows_out=passed,
            rows_scanned=scanned,
            # A LIMIT ends a scan early and nothing tells: fewer rows than expected say nothing.
            rows_expected=expected if scanned is not None and scanned > expected else None,
            loops=loops,
            children=children,
            # Temporary tables are written here <derived2>.
            scan=None
            if alias.startswith("<")
            else Scan(
                plain(table),
                is_full=loops > 0 and access in ("ALL", "index"),
                is_cut=is_cut,
                conditions=conditions,
            ),
            read_bytes=read * _PAGE_BYTES,
            hit_bytes=max(0, pages.get("pages_accessed", 0) - read) * _PAGE_BYTES,
        )


def _only_holds(part: Json) -> bool:
    """A block of queries that are united is none itself."""
    return set(part) == {"union_result"}


def _sum(part: Json, *keys: str) -> float:
    """What was not executed has no time, or null."""
    return sum(part.get(key) or 0.0 for key in keys)


def _count(part: Json, key: str, loops: int = 1) -> int | None:
    return None if part.get(key) is None else round(part[key] * loops)


def _bytes(size: Any) -> int:
    """`376` or `2047Kb`."""
    found = re.match(r"(\d+)\s*(K?)", str(size or 0))
    return int(found[1]) * (1024 if found[2] else 1) if found else 0
