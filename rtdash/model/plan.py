"""The plan of one execution of a query, as a tree that is the same for every engine."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Scan:
    """What a node reads of a table."""

    table: str
    """The table, whichever of its partitions or shards is read."""
    partition: str = ""
    """The one that is read, when the table has several."""
    is_full: bool = False
    """Whether every row is read: no key narrows it."""
    is_cut: bool = False
    """Whether whoever is above may have stopped it before its last row: a LIMIT, or a first match."""
    conditions: tuple[str, ...] = ()
    """What is asked of the rows."""
    sort_key: tuple[str, ...] | None = None
    """Columns by which a columnstore is sorted; () when by none, None when that is not told."""
    segments_read: int | None = None
    segments_skipped: int | None = None


@dataclass(frozen=True, slots=True)
class PlanNode:
    """One operation. Times are in ms, and rows counted, over all its loops; None where the engine does not tell."""

    name: str
    detail: str = ""
    own_ms: float = 0.0
    """Without its children."""
    total_ms: float = 0.0
    """With them."""
    rows_out: int | None = None
    rows_scanned: int | None = None
    """Rows that it read of a table, before any condition."""
    rows_expected: int | None = None
    """What the planner took `rows_out` to be, where the two can be compared."""
    loops: int = 1
    children: tuple[PlanNode, ...] = ()
    node: str = ""
    """host:port of the worker where it ran; nothing when it ran where the parent did."""
    scan: Scan | None = None
    spilled_bytes: int = 0
    """Written to disk, because it did not fit into memory."""
    hit_bytes: int = 0
    """Found in the buffers of the server, without its children."""
    read_bytes: int = 0
    """Not found there."""

    def walk(self) -> Iterator[PlanNode]:
        """This node and all below it."""
        yield self
        for child in self.children:
            yield from child.walk()

    @property
    def rows_handled(self) -> int:
        """The most rows that it read, took from its children or gave out."""
        below = sum(child.rows_out or 0 for child in self.children)
        return max(self.rows_scanned or 0, self.rows_out or 0, below)


@dataclass(frozen=True, slots=True)
class Plan:
    """The plan of one execution, and what it took."""

    engine: str
    root: PlanNode
    total_ms: float
    """Of the execution, as the server says."""
    planning_ms: float = 0.0
    """Before it; on SingleStore that is compiling, which `total_ms` leaves out as well."""
    jit_ms: float = 0.0
    """Of `total_ms`: compiling to machine code, which PostgreSQL counts to whichever operation needs it first."""
    took_ms: float = 0.0
    """Of the statement that explained it, as we saw it."""
    rows: int | None = None
    """Rows that the query returned."""
    tasks: int | None = None
    """Into how many tasks a cluster split it, the most of any part; None when it did not."""
    partitions: Mapping[str, int] = field(default_factory=dict)
    """How many partitions each table has that has some."""
    notes: tuple[str, ...] = ()
    """What the plan leaves out."""

    @property
    def slowest_task(self) -> PlanNode | None:
        """The task of a cluster that took longest."""
        return max((node for node in self.root.walk() if node.node), key=lambda node: node.total_ms, default=None)
