"""The process of one campaign, for `rtdash campaign start`."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from types import FrameType

from rtdash.campaigns.runner import CampaignRunner
from rtdash.model.campaign import Campaign, CampaignPlan
from rtdash.settings import Settings

_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)

Watch = Callable[[CampaignRunner], AbstractContextManager[object]]
"""What is shown of a runner while it runs."""


def run(settings: Settings, plan: CampaignPlan, watch: Watch = nullcontext) -> Campaign:
    """Run one campaign until it is over, is stopped through the table, or a signal asks for the end.

    Returns it as the table has it in the end.

    Raises RtdashError before it has begun, or when the database does not take its end.
    """
    stop = threading.Event()

    def on_signal(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    runner = CampaignRunner(settings, plan)
    before = {number: signal.signal(number, on_signal) for number in _SIGNALS}
    try:
        with watch(runner):
            runner.run(stop)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    assert runner.campaign is not None  # noqa: S101 (it has been run)
    return runner.campaign
