"""What a measured dashboard stands on: the servers of a demo of its own, and a campaign that runs."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from rtdash.campaigns.control import Runner
from rtdash.cli.backend import Backend, Progress, backend
from rtdash.cli.runner import launcher
from rtdash.errors import RtdashError
from rtdash.model.campaign import CampaignPlan
from rtdash.servers.temporary import temporary_folder

INTERVAL_MS = 250
_WARM_UP_S = 15.0
"""Until rollups, caches and the panels over the last seconds are as they stay."""


@contextmanager
def stage(rate_per_s: int) -> Iterator[Backend]:
    """All of it in a temporary folder, which is gone in the end. Raises RtdashError."""
    with (
        temporary_folder("bench") as folder,
        backend(folder / "demo", Progress(sys.stderr), interval_ms=INTERVAL_MS) as behind,
        launcher(behind.settings, behind.folder) as launch,
    ):
        campaign = launch(CampaignPlan(rate_per_s=rate_per_s))
        try:
            time.sleep(_WARM_UP_S)
            _check(campaign)
            yield behind
            _check(campaign)
        finally:
            campaign.stop()


def _check(campaign: Runner) -> None:
    if campaign.returncode is not None:
        raise RtdashError("\n  ".join([f"the campaign ended with status {campaign.returncode}:", *campaign.log_tail()]))
