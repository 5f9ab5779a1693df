"""What the app does when somebody asks why."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, timedelta
from functools import partial

from rtdash.interfaces import Control, Explainer, Poller
from rtdash.messages import WhyAsked
from rtdash.model.advice import Circumstances
from rtdash.model.latency import Reach
from rtdash.model.longest import Execution, Longest
from rtdash.model.question import Question
from rtdash.model.sample import Sample
from rtdash.model.slow import SlowQuery
from rtdash.model.store import Store
from rtdash.model.text import plain
from rtdash.panels.spec import PanelSpec, Source
from rtdash.screens import layout
from rtdash.screens.dashboard import CHOOSE_FIRST
from rtdash.screens.picture import Picture
from rtdash.screens.steering import Steering
from rtdash.screens.view import View
from rtdash.screens.why import WhyScreen
from rtdash.widgets.drawing.record import number


class Explaining(Steering):
    """The part of the app that opens the explanation of a panel, or of one slow execution."""

    specs: Sequence[PanelSpec]
    poller: Poller
    store: Store
    view: View
    picture: Picture | None

    def __init__(self, control: Control, explainer: Explainer) -> None:
        super().__init__(control)
        self.explainer = explainer
        self._slowest: defaultdict[str, Longest] = defaultdict(Longest)
        self._given_up: defaultdict[str, Longest] = defaultdict(Longest)

    def _remember(self, sample: Sample) -> None:
        """Keep how slow it was, for when somebody asks why."""
        if sample.latency_ms > self.view.threshold_ms and not sample.is_first:
            longest = self._slowest if sample.error is None else self._given_up
            longest[sample.panel_id].add(Execution(sample.started_at, sample.latency_ms))

    def action_why(self) -> None:
        """Why the chosen panel is slow."""
        if (chosen := self.dashboard.chosen_id) is not None:
            self.post_message(WhyAsked(chosen))
        else:
            self.notify(CHOOSE_FIRST)

    def on_why_asked(self, message: WhyAsked) -> None:
        """Open the explanation, and have the query explained."""
        if isinstance(self.screen, WhyScreen):
            return  # the key was pressed twice
        spec = next((spec for spec in self.specs if spec.id == message.panel_id), None)
        if spec is None:
            self.notify(f"{plain(message.panel_id)} is none of this dashboard's panels", severity="error", markup=False)
            return
        parameters = self._parameters(spec, message.slow)
        self.push_screen(
            WhyScreen(
                partial(self._question, spec, parameters, message.slow),
                partial(self.explainer.explain, spec, parameters),
                self.explainer.deadline_s(spec),
                zone=self.view.zone,
                clock=self.view.clock,
            )
        )

    def _parameters(self, spec: PanelSpec, slow: SlowQuery | None) -> Mapping[str, object]:
        """Those of the slow execution, or of the next one."""
        known = self.poller.variables | (dict(slow.parameters) if slow is not None else {})
        return {name: value for name, value in known.items() if spec.asks(name)}

    def _question(self, spec: PanelSpec, parameters: Mapping[str, object], slow: SlowQuery | None) -> Question:
        now, state = self.view.clock(), self.store[spec.id]
        slowest, given_up = self._slowest[spec.id].read(now), self._given_up[spec.id].read(now)
        latency_ms = slow.latency_ms if slow is not None else max(state.latency.last, state.in_flight_ms(now))
        return Question(
            title=spec.title,
            server=self.view.servers[spec.source],
            sql=spec.sql,
            parameters=parameters,
            known=Circumstances(
                latency_ms=latency_ms,
                threshold_ms=self.view.threshold_ms,
                asks_tenant=spec.asks("customer_id"),
                rollup_behind_s=self._behind_s(spec, slow),
            ),
            latency=state.latency,
            values_ms=self.store.values(spec.id, Reach.HOUR, now),
            slow=slow,
            slowest_at=self.view.wall(UTC) - timedelta(seconds=now - slowest.at) if slowest is not None else None,
            slowest_ms=slowest.took_ms if slowest is not None else 0.0,
            given_up_ms=given_up.took_ms if given_up is not None else 0.0,
        )

    def _behind_s(self, spec: PanelSpec, slow: SlowQuery | None) -> float | None:
        """How far the rollups that a panel reads were behind, or are."""
        if spec.source is not Source.CITUS or spec.id in layout.CLUSTER:
            return None
        if slow is not None:
            return slow.behind_s
        lag = next(iter(self.picture.records("clickstream_lag")), {}) if self.picture is not None else {}
        return number(lag, "behind_s") if lag.get("behind_s") is not None else None
