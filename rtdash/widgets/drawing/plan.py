"""A plan as a tree: where the time went, the costliest first, and how many rows were read for those that came out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rtdash.model.plan import Plan, PlanNode
from rtdash.widgets.drawing.bars import bar
from rtdash.widgets.drawing.numbers import counted, grouped, milliseconds, share
from rtdash.widgets.drawing.spans import Line, Span, fit
from rtdash.widgets.drawing.table import Column, rows

_BAR_CELLS = 6
_MARKED = 0.1
"""The costliest operation is marked when it took at least this part of the time."""


@dataclass(frozen=True, slots=True)
class _Row:
    """An operation and where it stands; or, without one, `text` alone."""

    signs: str
    node: PlanNode | None
    text: str = ""


def draw(plan: Plan, width: int) -> list[Line]:
    """Lines for all of it and what it leaves out, then a table with a line an operation; each of `width` cells."""
    placed = list(_placed([plan.root], "", is_root=True))
    costliest = max(plan.root.walk(), key=lambda node: node.own_ms)
    has_loops = any(node.loops > 1 for node in plan.root.walk())
    columns = [
        Column(""),
        Column("time", is_numeric=True, least=5),
        Column("", least=_BAR_CELLS),
        Column("ms", is_numeric=True, least=5),
        Column("rows read → out", is_numeric=True),
        *([Column("loops", is_numeric=True)] if has_loops else []),
        Column("operation", rank=1),
    ]
    whole_ms = max(plan.total_ms, plan.root.total_ms)
    body = [_cells(row, whole_ms, costliest, has_loops=has_loops) for row in placed]
    return [*_summary(plan, width), *rows(columns, body, width, cuts_text=True)]


def _summary(plan: Plan, width: int) -> Iterator[Line]:
    planned = f", planned in {milliseconds(plan.planning_ms)}" if plan.planning_ms else ""
    returned = "" if plan.rows is None else f", {counted(plan.rows, 'row')}"
    yield fit(
        (
            (f" {plan.engine} ", "strong"),
            (f"{milliseconds(plan.total_ms)} ms", "value"),
            (f"{planned}, seen {milliseconds(plan.took_ms)}{returned}", "muted"),
        ),
        width,
    )
    if plan.tasks is not None:
        slowest = plan.slowest_task
        last = "" if slowest is None else f", the slowest {milliseconds(slowest.total_ms)} ms on {slowest.node}"
        yield fit(((f" {counted(plan.tasks, 'task')}{last}", "text"),), width)
    for note in plan.notes:
        yield fit(((f" {note}", "muted"),), width)


def _placed(nodes: Sequence[PlanNode], before: str, *, is_root: bool = False) -> Iterator[_Row]:
    """Siblings, the costliest first. Of the tasks of a cluster the slowest stands for all: the others do the same."""
    ordered = sorted(nodes, key=lambda node: -node.total_ms)
    others = [node for node in ordered if node.node][1:]
    shown = [node for node in ordered if node not in others]
    for index, node in enumerate(shown):
        is_last = index == len(shown) - 1 and not others
        sign, line = ("", "") if is_root else ("└ ", "  ") if is_last else ("├ ", "│ ")
        yield _Row(before + sign, node)
        yield from _placed(node.children, before + line)
    if others:
        least, most = milliseconds(others[-1].total_ms), milliseconds(others[0].total_ms)
        more = f"{counted(len(others), 'more task')}, {least} … {most} ms"
        yield _Row(before + "└ ", None, more)


def _cells(row: _Row, whole_ms: float, costliest: PlanNode, *, has_loops: bool) -> list[Span]:
    node = row.node
    if node is None:
        blank: Span = ("", "muted")
        return [*[blank] * (6 if has_loops else 5), (row.signs + row.text, "muted")]
    part = share(node.own_ms, whole_ms)
    is_costliest = node is costliest and part >= _MARKED
    role = "strong" if is_costliest else "text"
    where = f" on {node.node}" if node.node else ""
    text = f"{row.signs}{node.name}{where}" + (f"  {node.detail}" if node.detail else "")
    cells: list[Span] = [
        ("►" if is_costliest else "", role),
        (f"{100 * part:.0f} %", role),
        (bar(part, _BAR_CELLS), "bar"),
        (milliseconds(node.own_ms), role),
        (_rows(node), "text"),
    ]
    if has_loops:
        cells.append((f"×{node.loops:,}" if node.loops != 1 else "", "muted"))
    return [*cells, (text, role)]


def _rows(node: PlanNode) -> str:
    out = "" if node.rows_out is None else grouped(node.rows_out)
    return out if node.rows_scanned is None else f"{grouped(node.rows_scanned)} → {out}"
