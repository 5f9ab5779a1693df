"""What a server says of a query that it has been asked to explain."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from rtdash.model.plan import Plan
from rtdash.model.server_view import ServerView

BreakOff: TypeAlias = Callable[[], object]
"""Has a server end what it explains, since nobody waits for it any more. For any thread; blocks for a few s at most."""
HandOut: TypeAlias = Callable[[BreakOff], object]
"""Takes what is to be called when nobody waits any more; the latest counts."""


def keep_none(_: BreakOff) -> None:
    """Whoever waits until the end needs none."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """Its own account of the query so far, and the plan of one execution more."""

    server: ServerView
    plan: Plan | None = None
    failure: str = ""
    """Why there is no plan; empty when there is one."""
