"""The bar of a campaign on a terminal: how full it is."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from rtdash.campaigns.store import Progress
from rtdash.cli.progress import CampaignProgress
from rtdash.model.campaign import Campaign, CampaignState

NOW = datetime(2025, 11, 22, 2, 14, 20)  # noqa: DTZ001 (UTC, as the table has it)


class Runner:
    """Has entered its campaign just now, and made nothing yet."""

    def __init__(self, delay_s: float) -> None:
        begins = NOW + timedelta(seconds=delay_s)
        self.campaign = Campaign(
            campaign_id=1,
            name="spring",
            cities=("Pau",),
            organizations=("PureJoy",),
            state=CampaignState.PLANNED if delay_s else CampaignState.RUNNING,
            rate_per_s=5,
            producer=0,
            starts_at=begins,
            ends_at=begins + timedelta(milliseconds=1),
            heartbeat_at=NOW,
        )

    def progress(self) -> Progress:
        return Progress()


@pytest.mark.parametrize(("delay_s", "has_begun"), [(0.0, True), (3600.0, False)])
def test_the_bar_fills_from_the_planned_start_on(delay_s, has_begun):
    progress = CampaignProgress(Runner(delay_s))
    with progress:
        pass
    (task,) = progress._bar.tasks
    assert (task.completed > 0, task.started) == (has_begun, has_begun)
    assert task.total == pytest.approx(0.001)
