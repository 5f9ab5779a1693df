"""Explains the query of a panel on the server that it asks, one at a time."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass

from rtdash.errors import Busy, Refused, SourceError
from rtdash.model.explanation import Explanation, HandOut, keep_none
from rtdash.model.plan import Plan
from rtdash.model.server_view import ServerView
from rtdash.panels.spec import PanelSpec, Source
from rtdash.sources.connection import Connector

DEADLINES = 4
"""What overran its deadline is worth explaining as well, and measuring each operation makes it slower still."""

PATIENCE_S = 3.0
"""What somebody has broken off ends within it."""


@dataclass(frozen=True, slots=True)
class Ways:
    """How one server is asked; each opens a connection of its own, and raises SourceError."""

    connect: Connector
    view: Callable[[str, Mapping[str, object]], ServerView]
    """What the server has counted of a query with its parameters."""
    plan: Callable[[str, Mapping[str, object], float, HandOut], Plan]
    """Runs the query once, within a deadline in s, and hands out how to break that off."""


class ServerExplainer:
    """See `Explainer`. `deadline_s` is that of queries whose panels name none."""

    def __init__(self, servers: Mapping[Source, Ways], deadline_s: float) -> None:
        self._servers = servers
        self._deadline_s = deadline_s
        self._explaining = threading.Lock()

    def deadline_s(self, spec: PanelSpec) -> float:
        """Several times that of the query itself."""
        return DEADLINES * (spec.deadline or self._deadline_s)

    def explain(self, spec: PanelSpec, parameters: Mapping[str, object], hand_out: HandOut = keep_none) -> Explanation:
        """Ask for what was counted first, since running the query once more may be counted as well."""
        if not self._explaining.acquire(timeout=PATIENCE_S):
            raise Busy("another query is being explained, and never two at the same time: ask again when it has ended")
        try:
            server = self._servers[spec.source]
            _require(server, spec)
            view = server.view(spec.sql, parameters)
            try:
                return Explanation(view, server.plan(spec.sql, parameters, self.deadline_s(spec), hand_out))
            except SourceError as error:
                return Explanation(view, failure=str(error))
        finally:
            self._explaining.release()


def _require(server: Ways, spec: PanelSpec) -> None:
    """Raises Refused where the server lacks what the panel needs: it would only say no."""
    if spec.needs is None:
        return
    with closing(server.connect()) as connection:
        if (reason := spec.needs.absence(connection.offers)) is not None:
            raise Refused(f"not explained, since it is not asked either: {reason}")
