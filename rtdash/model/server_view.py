"""What a server itself knows of a query, and what follows when that is held against what we have seen of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

ELSEWHERE_SHARE = 0.5
"""When at least so much of our time is not the server's, it is not the server that is slow."""
ELSEWHERE_MS = 20.0
"""Less between the two clocks is nobody's fault."""
SLACK_S = 2.0
"""How far the times of two accounts of one execution may be apart."""


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One execution that the server has kept."""

    at: datetime
    """By our clock, UTC; whether it then began or ended is the server's choice."""
    took_ms: float
    rows: int | None = None


@dataclass(frozen=True, slots=True)
class Running:
    """A part of the query that runs now, on one node of a cluster."""

    node: str
    """host:port; empty where the server does not name it."""
    ms: float
    is_task: bool
    """Whether it is work for the coordinator's query, not that query itself."""


@dataclass(frozen=True, slots=True)
class ServerView:
    """What one server has counted of one query, whichever values stand in it. None where it does not tell."""

    source: str
    """What the server calls it."""
    absence: str = ""
    """Why there is nothing; empty when there is something."""
    calls: int | None = None
    mean_ms: float | None = None
    max_ms: float | None = None
    rows: int | None = None
    """Returned by all calls together."""
    since: datetime | None = None
    """Since when this has been counted, by our clock, UTC."""
    planning_ms: float = 0.0
    """What planning it takes now, which the other figures leave out."""
    kept_since: datetime | None = None
    """Since when slow executions have been kept; None when none has been thrown away."""
    floor_ms: float = 0.0
    """Executions that took less are not kept one by one."""
    slow: tuple[Occurrence, ...] = ()
    """The latest that were kept, the newest first."""
    running: tuple[Running, ...] = ()

    def most_ms(self, at: datetime, took_ms: float) -> float | None:
        """The most that the server can have taken for an execution that we began `at`; None when nobody knows."""
        kept = list(_around(self.slow, at, took_ms))
        if kept:
            return max(each.took_ms for each in kept)
        known = [self.floor_ms] if self.floor_ms and _reaches(self.kept_since, at) else []
        if self.calls and self.max_ms is not None and _reaches(self.since, at):
            known.append(self.max_ms + self.planning_ms)
        return min(known, default=None)


def _reaches(since: datetime | None, at: datetime) -> bool:
    return since is None or since <= at


def _around(slow: Iterable[Occurrence], at: datetime, took_ms: float) -> Iterable[Occurrence]:
    first = at - timedelta(seconds=SLACK_S)
    last = at + timedelta(seconds=took_ms / 1000 + SLACK_S)
    return (each for each in slow if first <= each.at <= last)


def given_up(view: ServerView, after_ms: float, which: str = "It") -> str:
    """One sentence on an execution without an answer; empty when the server has no account at all."""
    if view.absence:
        return ""
    return f"{which} was given up after {after_ms:.0f} ms, and {view.source} does not count what has not ended."


def verdict(
    view: ServerView,
    threshold_ms: float,
    took_ms: float,
    *,
    at: datetime,
    waited_ms: float = 0.0,
    is_ended: bool = True,
) -> str:
    """One sentence on whose the time is that we have seen a query take; empty when it was not slow.

    `took_ms` is execute + fetch as we measured it, of the execution that began `at` (UTC); `waited_ms` is what it had
    waited before for a lane of ours. `is_ended`: whether the server ended it by itself.
    """
    if waited_ms > max(threshold_ms, took_ms):
        return f"Slow before it was asked: it waited {waited_ms:.0f} ms for a lane of ours, and took {took_ms:.0f} ms."
    if took_ms <= threshold_ms:
        return ""
    if view.absence:
        return ""
    if not is_ended:
        return given_up(view, took_ms)
    most_ms = view.most_ms(at, took_ms)
    if most_ms is None:
        return f"Whose the time is remains open: {view.source} has no account of that time."
    elsewhere_ms = took_ms - most_ms
    is_elsewhere = elsewhere_ms >= ELSEWHERE_SHARE * took_ms
    if is_elsewhere or (most_ms <= threshold_ms and elsewhere_ms >= ELSEWHERE_MS):
        return (
            f"Slow for us, not for the server: {took_ms:.0f} ms here, no more than {most_ms:.0f} ms there"
            f" ({view.source}). The rest is network, client, or waiting before the execution began."
        )
    if view.mean_ms is not None and view.mean_ms <= threshold_ms:
        return (
            f"Slow for us and for the server, at times: {took_ms:.0f} ms here, up to {most_ms:.0f} ms there,"
            f" {view.mean_ms:.0f} ms on average ({view.source})."
        )
    return f"Slow for us and for the server: {took_ms:.0f} ms here, up to {most_ms:.0f} ms there ({view.source})."
