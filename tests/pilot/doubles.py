"""A poller that asks nobody, a control that only remembers, an explainer that says what is prepared, a still lab."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence

from rtdash.errors import RtdashError
from rtdash.model.campaign import CampaignPlan, RateChange
from rtdash.model.explanation import BreakOff, Explanation
from rtdash.model.lab import Subject
from rtdash.model.lab_plan import LabPlan
from rtdash.model.sample import Sample
from rtdash.model.stretch import Stretch
from rtdash.panels.spec import PanelSpec
from tests.unit.lab_reports import SUBJECTS


class StillPoller:
    """Delivers what the test injects, and nothing else."""

    def __init__(self) -> None:
        self.interval_s = 0.25
        self.variables: dict[str, object] = {}
        self.ticks = 0
        self.asked: list[str] = []
        self.watched: frozenset[str] = frozenset()
        self.running: dict[str, float] = {}
        self.skipped: dict[str, int] = {}
        self.stretched: dict[str, Stretch] = {}
        self.cancels: bool | Exception = True
        """Whether something runs, or why it cannot be cancelled."""
        self.cancelled: list[str] = []
        self.is_stopped = False
        self.deliver: Callable[[Sample], object] = lambda _: None

    def start(self, deliver: Callable[[Sample], object]) -> None:
        self.deliver = deliver

    def stop(self) -> None:
        self.is_stopped = True

    def tick(self, now: float) -> None:
        del now
        self.ticks += 1

    def ask_now(self, panel_ids: Iterable[str]) -> None:
        self.asked += panel_ids

    def watch(self, panel_ids: Iterable[str]) -> None:
        self.watched = frozenset(panel_ids)

    def in_flight(self) -> Mapping[str, float]:
        return self.running

    def missed(self) -> Mapping[str, int]:
        return self.skipped

    def stretches(self) -> Mapping[str, Stretch]:
        return self.stretched

    def cancel(self, panel_id: str) -> bool:
        if isinstance(self.cancels, Exception):
            raise self.cancels
        self.cancelled.append(panel_id)
        return self.cancels

    def busy_shares(self) -> Mapping[str, float]:
        return {"donations": 0.011, "citus": 0.02}


class RememberingControl:
    """Remembers what it was told."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.own = 0
        self.plan = CampaignPlan()

    def start_campaign(self, plan: CampaignPlan | None = None, *, beside: bool = False) -> None:
        self.told.append("start" + " beside" * beside if plan is None else f"start {plan}")

    def stop_campaign(self, campaign_id: int) -> None:
        self.told.append(f"stop {campaign_id}")

    def stop_campaigns(self) -> None:
        self.told.append("stop")

    def change_rate(self, change: RateChange, campaign_id: int | None = None) -> None:
        self.told.append(f"rate {change.__name__} {campaign_id}")

    def toggle_pipeline(self) -> None:
        self.told.append("pipeline")

    def close(self, *, stop_own: bool) -> None:
        self.told.append(f"close stop_own={stop_own}")


class PreparedExplainer:
    """Waits until it may answer, and answers what was prepared."""

    def __init__(self) -> None:
        self.prepared: Explanation | Exception = RtdashError("nothing was prepared")
        self.may_answer = threading.Event()
        self.may_answer.set()
        self.asked: list[tuple[str, Mapping[str, object]]] = []
        self.broken_off = 0

    def deadline_s(self, spec: PanelSpec) -> float:
        return 20.0 if spec.deadline is None else 4 * spec.deadline

    def _break_off(self) -> None:
        self.broken_off += 1
        self.may_answer.set()

    def explain(
        self, spec: PanelSpec, parameters: Mapping[str, object], hand_out: Callable[[BreakOff], object]
    ) -> Explanation:
        hand_out(self._break_off)
        self.asked.append((spec.id, parameters))
        assert self.may_answer.wait(10)
        if isinstance(self.prepared, Exception):
            raise self.prepared
        return self.prepared


class StillLaboratory:
    """Runs when it was started, until the test says that it has ended."""

    def __init__(self) -> None:
        self.subjects: Sequence[Subject] = SUBJECTS
        self.is_running = False
        self.told: list[str | LabPlan] = []
        self.is_closed = False

    def start(self, plan: LabPlan) -> None:
        self.told.append(plan)
        self.is_running = True

    def stop(self) -> None:
        self.told.append("stop")

    def close(self) -> None:
        self.is_closed = True
