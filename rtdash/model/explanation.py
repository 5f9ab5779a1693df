"""What a server says of a query that it has been asked to explain."""

from __future__ import annotations

from dataclasses import dataclass

from rtdash.model.plan import Plan
from rtdash.model.server_view import ServerView


@dataclass(frozen=True, slots=True)
class Explanation:
    """Its own account of the query so far, and the plan of one execution more."""

    server: ServerView
    plan: Plan | None = None
    failure: str = ""
    """Why there is no plan; empty when there is one."""
