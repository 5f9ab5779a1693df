"""Everything that one frame shows, taken at one moment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from rtdash.model.conservation import Balance, is_by_pipeline
from rtdash.model.data import Table
from rtdash.model.lab import LabReport
from rtdash.model.latency import Reach
from rtdash.model.state import PanelState
from rtdash.model.stretch import Stretch
from rtdash.panels.spec import PanelSpec
from rtdash.screens.frames import UNBOUND, Thrift
from rtdash.widgets.drawing import conservation
from rtdash.widgets.drawing.latency import Row
from rtdash.widgets.drawing.numbers import age, grouped, how_old
from rtdash.widgets.drawing.record import Record, campaign_id, is_live, newest, number, text
from rtdash.widgets.drawing.spans import Span

SILENT_S = 3.0
"""Ingest writes a sign of life twice a second."""
BEHIND_S = 2.0
AWAY_S = 3.0
"""A server that has answered none of its panels for so long is away."""
PROBE_STALE_S = 4.0
"""An answer of the probe of the lag is too old after it, or after three of its own intervals."""
WHOLE = 0.999
FRESH_S = 2.0
"""An answer is late after it, or after twice its own interval."""


@dataclass(frozen=True, slots=True)
class Picture:
    """States of all panels and probes, and what the app itself knows. Times in s, latencies in ms."""

    specs: Sequence[PanelSpec]
    """What is being asked now."""
    states: Mapping[str, PanelState]
    servers: Mapping[str, str]
    """Titles of the servers by source."""
    shares: Mapping[str, float]
    """Share of its time that each server spends on our queries, by source."""
    at: float
    """The moment on the clock of the samples."""
    now: datetime
    interval_s: float
    threshold_ms: float
    is_paused: bool
    visible_p95_ms: float | None
    balances: tuple[Balance | None, Balance | None] = (None, None)
    """Whether every donation and every event is accounted for."""
    said: Sequence[Span] = ()
    """What the control last said."""
    lab: LabReport | None = None
    """What the lab has told last, while it is at work."""
    stretches: Mapping[str, Stretch] = field(default_factory=dict)
    """Where the intervals are longer than that, since the budget of a server's time demands it, by source."""
    thrift: Thrift = UNBOUND
    """How the line is kept light."""

    def every_s(self, spec: PanelSpec) -> float:
        """How often a panel is asked now, s."""
        wanted_s = spec.every or self.interval_s
        stretch = self.stretches.get(spec.source)
        return wanted_s if stretch is None else stretch.every_s(wanted_s)

    def records(self, probe: str) -> Sequence[Record]:
        """The rows of a probe; none before its first answer."""
        state = self.states.get(probe)
        return state.data.records() if state is not None and isinstance(state.data, Table) else []

    def old(self, probe: str) -> Span | None:
        """How old a probe's answer is, when it is older than it should be and nobody has paused."""
        state = self.states.get(probe)
        age_s = state.age_s(self.at) if state is not None else None
        if age_s is None or age_s <= self._late_s(probe, AWAY_S) or self.is_paused:
            return None
        return f" {how_old(age_s)} old ", "warn"

    def _late_s(self, probe: str, least_s: float) -> float:
        """The age from which on a probe's answer is too old, s."""
        return max([least_s, *(3 * self.every_s(spec) for spec in self.specs if spec.id == probe)])

    @property
    def campaigns(self) -> Sequence[Record]:
        """The campaigns: first those with a runner, then the others, of each the newest first."""
        return self.records("campaigns")

    @property
    def campaign_states(self) -> Sequence[tuple[int, str]]:
        """Number and state of each campaign."""
        return [(campaign_id(record), text(record, "state")) for record in self.campaigns]

    @property
    def delivery(self) -> Record | None:
        """Lag and losses of the donations topic; `silent_s` is NULL when nothing is known that would load them."""
        return next(iter(self.records("delivery")), None)

    @property
    def latency_rows(self) -> list[Row]:
        """A row for every query that is being asked, probes too: they are load as well."""
        return [
            Row(
                spec.id,
                spec.title + ", customer" * spec.asks("customer_id"),
                state,
                max(FRESH_S, 2 * self.every_s(spec)),
            )
            for spec in self.specs
            if not (state := self.states[spec.id]).is_absent
        ]

    def server_ms(self, source: str) -> float | None:
        """The slowest p50 of a server's panels, but for those meant to be heavy; None while it answers nobody."""
        asked = [spec for spec in self.specs if spec.source == source and not self.states[spec.id].is_absent]
        states = [self.states[spec.id] for spec in asked]
        if states and all(state.error for state in states):
            return None
        ages_s = [age_s for state in states if (age_s := state.age_s(self.at)) is not None]
        late_s = max(AWAY_S, 3 * min((self.every_s(spec) for spec in asked), default=0.0))
        if ages_s and min(ages_s) > late_s and not self.is_paused:
            return None
        return max(
            (self.states[spec.id].latency.figures(Reach.FIVE_MINUTES).p50 for spec in asked if not spec.is_heavy),
            default=0.0,
        )

    @property
    def failing(self) -> Span | None:
        """How many panels fail whose servers answer others; None when none does."""
        answering = {source for source in self.servers if self.server_ms(source) is not None}
        count = sum(self.states[spec.id].error is not None for spec in self.specs if spec.source in answering)
        return (f" ✗ {count} failing ", "error") if count else None

    @property
    def worst(self) -> tuple[str, float] | None:
        """Title and latency of the panel that is worst now, when it is over the threshold; probes are no panels."""
        slow_ms = {
            spec.title: max(state.latency.last, state.in_flight_ms(self.at))
            for spec in self.specs
            if not spec.is_probe and (state := self.states[spec.id]).is_slow(self.at, self.threshold_ms)
        }
        return max(slow_ms.items(), key=lambda one: one[1], default=None)

    @property
    def slowest(self) -> tuple[str, float] | None:
        """Title and p95 of the panel that was slowest in the last minutes; None before any was answered."""
        p95_ms = {
            spec.title: figures.p95
            for spec in self.specs
            if not spec.is_probe and (figures := self.states[spec.id].latency.figures(Reach.FIVE_MINUTES)).count
        }
        return max(p95_ms.items(), key=lambda one: one[1], default=None)

    @property
    def upstream(self) -> Span | None:
        """What is wrong before the clickstream's live tables: they are no fresher than what feeds them."""
        state = self.states.get("clickstream_lag")
        lag = next(iter(self.records("clickstream_lag")), None)
        if state is None or (lag is None and state.error is None):
            return None
        if lag is None or (state.age_s(self.at) or 0.0) > self._late_s("clickstream_lag", PROBE_STALE_S):
            return " freshness unknown ", "warn"
        if lag.get("silent_s") is None:
            return " no ingest yet ", "warn"
        if number(lag, "silent_s") > SILENT_S:
            return f" ingest silent {age(number(lag, 'silent_s'))} ", "warn"
        # The tables follow once a second: what is less than that behind is as fresh as it gets.
        behind_s = number(lag, "behind_s")
        return (f" behind {age(behind_s)} ", "warn") if behind_s >= BEHIND_S else None

    @property
    def thinned(self) -> Span | None:
        """That not all visits behind the campaigns that run, or the last one, are sent; None when they are."""
        campaigns = self.campaigns
        shown = [record for record in campaigns if is_live(record)] or [newest(campaigns) or {}]
        fraction = min(
            (number(record, "visit_fraction") for record in shown if record.get("visit_fraction") is not None),
            default=1.0,
        )
        return (f" {100 * fraction:.0f} % of visits ", "warn") if fraction < WHOLE else None

    @property
    def generated_until(self) -> datetime | None:
        """Until when the clickstream's past was made up; None where it was not."""
        lag = next(iter(self.records("clickstream_lag")), {})
        until = lag.get("history_until")
        return until if isinstance(until, datetime) else None

    @property
    def unbalanced(self) -> Span | None:
        """What is missing, or there twice; None when nothing is."""
        for balance, what in zip(self.balances, ("donations", "events"), strict=True):
            if balance is not None and (found := conservation.verdict(balance, what)):
                return found
        return None

    def share_spans(self) -> list[Span]:
        """The load that the dashboard itself is."""
        shares = [f"{100 * share:.1f} % of {self.servers[source]}" for source, share in self.shares.items()]
        return [(f" own queries: {', '.join(shares)} ", "muted")] if shares else []

    def delivery_spans(self) -> list[Span]:
        """What went wrong on the way, red when it is not 0."""
        # What the pipeline's views do not know is told by the account of its procedure.
        accounts = [record for record in self.records("conservation") if is_by_pipeline(record)]
        topics = [*self.records("delivery"), *self.records("clickstream_lag"), *accounts]
        if not topics:
            return []
        counts = {
            label: sum(number(topic, name) for topic in topics)
            for name, label in (("dead", "dead letters"), ("lost", "lost"), ("duplicates", "duplicates"))
        }
        old = self.old("campaigns")
        return [
            *([old] if old else []),
            *((f" {label} {grouped(round(count))} ", "error" if count else "muted") for label, count in counts.items()),
        ]
