"""What the app asks of the threads behind it. The composition root hands it something that fits; tests do too."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Protocol

from rtdash.model.campaign import CampaignPlan, RateChange
from rtdash.model.explanation import Explanation, HandOut
from rtdash.model.lab import Subject
from rtdash.model.lab_plan import LabPlan
from rtdash.model.sample import Sample
from rtdash.model.stretch import Stretch
from rtdash.panels.spec import PanelSpec


class Poller(Protocol):
    """The scheduler, as the app sees it."""

    interval_s: float
    variables: dict[str, object]

    def start(self, deliver: Callable[[Sample], object]) -> None:
        """Begin to answer ticks; `deliver` is called on other threads."""
        ...

    def stop(self) -> None:
        """End every thread; no sample is delivered afterwards."""
        ...

    def tick(self, now: float) -> None:
        """Ask what is due; never blocks."""
        ...

    def ask_now(self, panel_ids: Iterable[str]) -> None:
        """Make panels due at the next tick."""
        ...

    def watch(self, panel_ids: Iterable[str]) -> None:
        """From now on ask these panels and all probes alone; those that come new are due at the next tick.

        What is in flight of others is still answered.
        """
        ...

    def in_flight(self) -> Mapping[str, float]:
        """Running queries, and since when."""
        ...

    def missed(self) -> Mapping[str, int]:
        """Ticks that each panel has missed."""
        ...

    def stretches(self) -> Mapping[str, Stretch]:
        """By how much the panels of a server are asked more seldom than wanted, where the budget demands it."""
        ...

    def cancel(self, panel_id: str) -> bool:
        """Have the server end the running query of this panel; False when none runs there.

        Blocks, so call it in a thread. Raises RtdashError when the server could not be asked.
        """
        ...

    def busy_shares(self) -> Mapping[str, float]:
        """Share of each server's time that our queries have taken since the last call, by source."""
        ...


class Control(Protocol):
    """The campaigns' control thread, as the app sees it; nothing but `close` blocks."""

    @property
    def own(self) -> int:
        """How many campaigns that were started here have not ended."""
        ...

    @property
    def plan(self) -> CampaignPlan:
        """The settings with which a campaign was last started here, or that the next one will have."""
        ...

    def start_campaign(self, plan: CampaignPlan | None = None, *, beside: bool = False) -> None:
        """Start one by `plan`, or with the last settings; those that run are stopped unless it runs `beside` them."""
        ...

    def stop_campaign(self, campaign_id: int) -> None:
        """Stop this one, whoever started it; one that is planned does not begin."""
        ...

    def stop_campaigns(self) -> None:
        """Stop all that run or are planned."""
        ...

    def change_rate(self, change: RateChange, campaign_id: int | None = None) -> None:
        """Another rate for this campaign, while it runs, or else for the next one."""
        ...

    def toggle_pipeline(self) -> None:
        """Start the pipeline that loads the donations, or stop it when it runs."""
        ...

    def close(self, *, stop_own: bool) -> None:
        """End the thread; with `stop_own` also the campaigns that were started here, waiting for their end."""
        ...


class Explainer(Protocol):
    """Asks a server how it runs a query, by letting it run once more; never two at the same time."""

    def deadline_s(self, spec: PanelSpec) -> float:
        """How long explaining the query of this panel may take."""
        ...

    def explain(self, spec: PanelSpec, parameters: Mapping[str, object], hand_out: HandOut) -> Explanation:
        """Blocks until the deadline at most, so call it in a thread; `hand_out` is given how to end it sooner.

        Raises RtdashError with one line: Busy while another query is explained, Refused where the server lacks what
        the panel needs.
        """
        ...


class Laboratory(Protocol):
    """Compares layouts in a process of its own, which tells the app of it; nothing but `close` blocks."""

    @property
    def subjects(self) -> Sequence[Subject]:
        """The layouts that the donations' server can have; none without one."""
        ...

    @property
    def is_running(self) -> bool:
        """Until all that it has made is gone again."""
        ...

    def start(self, plan: LabPlan) -> None:
        """Start, unless it runs."""
        ...

    def stop(self) -> None:
        """Have it end; it removes what it has made first."""
        ...

    def close(self) -> None:
        """The same, and wait until it has."""
        ...
