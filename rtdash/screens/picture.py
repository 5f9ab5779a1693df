"""Everything that one frame shows, taken at one moment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from rtdash.model.data import Table
from rtdash.model.state import PanelState
from rtdash.panels.spec import PanelSpec
from rtdash.widgets.drawing.campaigns import Record, number
from rtdash.widgets.drawing.latency import Row
from rtdash.widgets.drawing.numbers import grouped
from rtdash.widgets.drawing.spans import Span


@dataclass(frozen=True, slots=True)
class Picture:
    """States of all panels and probes, and what the app itself knows. Times in s, latencies in ms."""

    specs: Sequence[PanelSpec]
    states: Mapping[str, PanelState]
    servers: Mapping[str, str]
    """Titles of the servers by source."""
    shares: Mapping[str, float]
    """Share of its time that each server spends on our queries, by source."""
    at: float
    """The moment on the clock of the samples."""
    now: datetime
    interval_s: float
    is_paused: bool
    visible_p95_ms: float | None
    said: Sequence[Span] = ()
    """What the control last said."""
    note: str = ""

    def records(self, probe: str) -> Sequence[Record]:
        """The rows of a probe; none before its first answer."""
        state = self.states.get(probe)
        return state.data.records() if state is not None and isinstance(state.data, Table) else []

    @property
    def campaigns(self) -> Sequence[Record]:
        """The campaigns, the newest first."""
        return self.records("campaigns")

    @property
    def delivery(self) -> Record | None:
        """Lag and losses of the donations topic; None before ingest was ever heard of."""
        return next(iter(self.records("delivery")), None)

    @property
    def latency_rows(self) -> list[Row]:
        """A row for every query, probes too: they are load as well."""
        return [Row(spec.title + ", customer" * spec.asks("customer_id"), self.states[spec.id]) for spec in self.specs]

    def server_ms(self, source: str) -> float | None:
        """The slowest p50 of a server's panels; None while it fails."""
        states = [self.states[spec.id] for spec in self.specs if spec.source == source]
        if states and all(state.error for state in states):
            return None
        return max((state.latency.p50 for state in states), default=0.0)

    @property
    def behind_s(self) -> float | None:
        """How far the clickstream's live tables are behind what came in, s; None before the first answer."""
        lag = next(iter(self.records("clickstream_lag")), None)
        return None if lag is None or lag.get("behind_s") is None else number(lag, "behind_s")

    @property
    def generated_until(self) -> datetime | None:
        """Until when the clickstream's past was made up; None where it was not."""
        lag = next(iter(self.records("clickstream_lag")), {})
        until = lag.get("history_until")
        return until if isinstance(until, datetime) else None

    def share_spans(self) -> list[Span]:
        """The load that the dashboard itself is."""
        shares = [f"{100 * share:.1f} % of {self.servers[source]}" for source, share in self.shares.items()]
        return [(f" own queries: {', '.join(shares)} ", "muted")] if shares else []

    def delivery_spans(self) -> list[Span]:
        """What went wrong on the way, red when it is not 0."""
        if (delivery := self.delivery) is None:
            return []
        counts = {
            label: number(delivery, name)
            for name, label in (("dead", "dead letters"), ("lost", "lost"), ("duplicates", "duplicates"))
        }
        return [
            (f" {label} {grouped(round(count))} ", "error" if count else "muted") for label, count in counts.items()
        ]
