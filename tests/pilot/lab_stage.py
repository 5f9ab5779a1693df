"""The lab on a stage: it is opened and started, tells what a test has it tell, and ends."""

from __future__ import annotations

from rtdash.messages import LabEnded, LabReported
from rtdash.model.lab import LabReport
from rtdash.screens.lab import LabScreen
from rtdash.widgets.lab import LabPane
from tests.pilot.conftest import Stage


async def opened(on: Stage) -> LabPane:
    await on.inject()
    await on.pilot.press("e")
    await on.until(lambda: isinstance(on.app.screen, LabScreen))
    await on.pilot.pause()
    return on.app.screen.query_one(LabPane)


async def started(on: Stage) -> LabPane:
    pane = await opened(on)
    await on.pilot.press("s")
    return pane


async def reported(on: Stage, *reports: LabReport) -> None:
    """The lab runs, and has told this."""
    on.laboratory.is_running = True
    for report in reports:
        on.app.post_message(LabReported(report))
    await on.painted()


async def ended(on: Stage, error: str = "") -> None:
    on.laboratory.is_running = False
    on.app.post_message(LabEnded(error))
    await on.painted()
