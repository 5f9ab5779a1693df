"""What a server itself has counted and kept of a query."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import tzinfo

from rtdash.model.server_view import ServerView
from rtdash.model.text import plain
from rtdash.widgets.drawing.numbers import counted, milliseconds
from rtdash.widgets.drawing.spans import Line, fit, wrapped

_MOST = 5
"""Executions, and parts that run: more of them say no more."""


def draw(view: ServerView, zone: tzinfo, cells: int) -> list[Line]:
    """A few lines of `cells`, with times in `zone`."""
    if view.absence:
        return list(_wrapped(view.absence, "muted", cells))
    lines = (
        [] if view.calls is None else list(_wrapped(f"{view.source}: {_all(view.calls, view, zone)}", "text", cells))
    )
    for kept in view.slow[:_MOST]:
        at = f"{kept.at.astimezone(zone):%d %b %H:%M:%S}"
        returned = "" if kept.rows is None else f", {counted(kept.rows, 'row')}"
        lines.append(
            fit(((f" {at}", "muted"), (f"  {milliseconds(kept.took_ms)} ms", "warn"), (returned, "text")), cells)
        )
    if not view.slow and view.floor_ms:
        lines.append(fit(((f" {view.source}: none kept that took over {view.floor_ms:g} ms", "muted"),), cells))
    for part in view.running[:_MOST]:
        what = "task" if part.is_task else "query"
        where = f" on {plain(part.node)}" if part.node else ""
        lines.append(fit(((f" runs now: {what}{where}, {milliseconds(part.ms)} ms", "text"),), cells))
    return lines


def _all(calls: int, view: ServerView, zone: tzinfo) -> str:
    """What all calls together took."""
    parts = [counted(calls, "call")]
    if view.since is not None:
        parts[0] += f" since {view.since.astimezone(zone):%d %b %H:%M:%S}"
    if view.mean_ms is not None:
        parts.append(f"{milliseconds(view.mean_ms)} ms on average")
    if view.max_ms is not None:
        parts.append(f"{milliseconds(view.max_ms)} ms at most")
    if view.rows is not None:
        parts.append(f"{counted(view.rows, 'row')} in all")
    if view.planning_ms:
        parts.append(f"planned in {milliseconds(view.planning_ms)} ms, which is not counted")
    return ", ".join(parts)


def _wrapped(said: str, role: str, cells: int) -> Iterator[Line]:
    return (fit(((f" {line}", role),), cells) for line in wrapped(plain(said), cells - 2))
