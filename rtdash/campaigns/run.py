"""The process of one campaign, for `rtdash campaign start`."""

from __future__ import annotations

import signal
import threading
from types import FrameType

from rtdash.campaigns.runner import CampaignOptions, CampaignRunner
from rtdash.errors import UsageError
from rtdash.settings import Settings

_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


def run(settings: Settings, options: CampaignOptions) -> int:
    """Run one campaign until it is over, is stopped through the table, or a signal asks for the end.

    Returns 0 when every donation was acknowledged, 1 when some were not. Raises RtdashError before it has begun.
    """
    stop = threading.Event()

    def on_signal(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    try:
        runner = CampaignRunner(settings, options)
    except ValueError as error:
        raise UsageError(str(error)) from None
    before = {number: signal.signal(number, on_signal) for number in _SIGNALS}
    try:
        final = runner.run(stop)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    return 0 if final.acked == final.generated else 1
