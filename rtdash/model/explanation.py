"""What a server says of a query that it has been asked to explain."""

from __future__ import annotations

from dataclasses import dataclass

from rtdash.model.plan import Plan


@dataclass(frozen=True, slots=True)
class Explanation:
    """The plan of one execution, made to be explained."""

    plan: Plan
