"""A control of campaigns with runners that only pretend to run."""

from __future__ import annotations

from queue import SimpleQueue

from rtdash.campaigns.control import CampaignControl
from rtdash.model.campaign import CampaignPlan


def spring(rate_per_s: int, **more: object) -> CampaignPlan:
    return CampaignPlan("spring", rate_per_s, ("Pau",), ("PureJoy",), **more)


class IdleRunner:
    """Counts as running until it is stopped, or fails at once."""

    title = "campaign"

    def __init__(self, returncode: int | None = None) -> None:
        self.returncode = returncode

    def log_tail(self) -> list[str]:
        return ["rtdash: Kafka: nobody answers"]

    def stop(self) -> None:
        self.returncode = 0


class Desk:
    """A control, what it launched and what it said."""

    def __init__(self, dsn, returncode=None) -> None:
        self.launched: list[CampaignPlan] = []
        self.runners: list[IdleRunner] = []
        self.said: SimpleQueue[tuple[str, str | None]] = SimpleQueue()
        self._returncode = returncode
        report = lambda done, error: self.said.put((done, error))  # noqa: E731
        self.control = CampaignControl(dsn, self._launch, report, CampaignPlan())

    def _launch(self, plan: CampaignPlan) -> IdleRunner:
        self.launched.append(plan)
        self.runners.append(IdleRunner(self._returncode))
        return self.runners[-1]

    def next(self) -> tuple[str, str | None]:
        return self.said.get(timeout=15)
