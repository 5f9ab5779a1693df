"""The progress of a campaign on a terminal, as one line that is renewed."""

from __future__ import annotations

import threading
import time
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from rtdash import logs
from rtdash.campaigns.runner import CampaignRunner
from rtdash.model.campaign import Campaign
from rtdash.model.moment import epoch_us
from rtdash.model.text import plain

_RENEW_S = 0.2


class CampaignProgress:
    """A bar on standard error while a `with` block lasts; before the start, or without a planned end, it only moves."""

    def __init__(self, runner: CampaignRunner) -> None:
        self._runner = runner
        self._bar = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=None),
            TextColumn("{task.fields[counts]}", markup=False),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            expand=True,
        )
        self._task: TaskID | None = None
        self._begins_s = 0.0
        self._noted = ""
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="progress", daemon=True)

    def __enter__(self) -> Self:
        self._bar.start()
        # From now on standard error writes above the bar.
        logs.to_stderr()
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._ending.set()
        self._thread.join()
        self._renew()
        self._bar.stop()

    def _run(self) -> None:
        while not self._ending.wait(_RENEW_S):
            self._renew()

    def _renew(self) -> None:
        if (campaign := self._runner.campaign) is None:
            return
        if self._task is None:
            self._task = self._bar.add_task(plain(campaign.name), total=_total(campaign), counts="", start=False)
            self._begins_s = time.monotonic() + _delay_s(campaign)
        if time.monotonic() >= self._begins_s:
            self._bar.start_task(self._task)
        now = self._runner.progress()
        counts = f"{now.generated:,} generated  {now.acked:,} acked  {now.real_rate_per_s:,.0f}/s"
        lost = now.failed + now.unknown
        counts += f"  {lost:,} not acknowledged" * bool(lost)
        # A note changes with its numbers; it is said once for each thing that it tells.
        noted, self._noted = self._noted, now.note.partition(":")[0]
        if self._noted and self._noted != noted:
            self._bar.console.print(plain(now.note), markup=False, highlight=False)
        done = now.generated if campaign.wanted is not None else self._bar.tasks[self._task].elapsed
        self._bar.update(self._task, completed=done or 0, counts=counts)


def _delay_s(campaign: Campaign) -> float:
    """From what was last heard of its runner, which at first is its entry in the table, until its planned start, s."""
    if campaign.starts_at is None or campaign.heartbeat_at is None:
        return 0.0
    return (epoch_us(campaign.starts_at) - epoch_us(campaign.heartbeat_at)) / 1e6


def _total(campaign: Campaign) -> float | None:
    """Donations, or seconds, until the planned end; None where there is none."""
    if campaign.wanted is not None or campaign.ends_at is None or campaign.starts_at is None:
        return campaign.wanted
    return (epoch_us(campaign.ends_at) - epoch_us(campaign.starts_at)) / 1e6
