"""Explains the query of a panel on the server that it asks, one at a time."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from contextlib import closing
from typing import TypeAlias

from rtdash.errors import Busy, Refused
from rtdash.model.explanation import Explanation
from rtdash.model.plan import Plan
from rtdash.panels.spec import PanelSpec, Source
from rtdash.sources.connection import Connector

DEADLINES = 4
"""What overran its deadline is worth explaining as well, and measuring each operation makes it slower still."""

Plans: TypeAlias = Callable[[str, Mapping[str, object], float], Plan]
"""Runs a query with its parameters once, within a deadline in s, and tells its plan; raises SourceError."""


class PlanExplainer:
    """See `Explainer`. `deadline_s` is that of queries whose panels name none."""

    def __init__(
        self, connectors: Mapping[Source, Connector], plans: Mapping[Source, Plans], deadline_s: float
    ) -> None:
        self._connectors = connectors
        self._plans = plans
        self._deadline_s = deadline_s
        self._explaining = threading.Lock()

    def deadline_s(self, spec: PanelSpec) -> float:
        """Several times that of the query itself."""
        return DEADLINES * (spec.deadline or self._deadline_s)

    def explain(self, spec: PanelSpec, parameters: Mapping[str, object]) -> Explanation:
        """Run the query of `spec` once more. Raises SourceError."""
        if not self._explaining.acquire(blocking=False):
            raise Busy("another query is being explained, and never two at the same time")
        try:
            self._require(spec)
            return Explanation(self._plans[spec.source](spec.sql, parameters, self.deadline_s(spec)))
        finally:
            self._explaining.release()

    def _require(self, spec: PanelSpec) -> None:
        """Raises Refused where the server lacks what the panel needs: it would only say no."""
        if spec.needs is None:
            return
        with closing(self._connectors[spec.source]()) as connection:
            if (reason := spec.needs.absence(connection.offers)) is not None:
                raise Refused(f"not explained, since it is not asked either: {reason}")
