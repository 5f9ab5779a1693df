"""The app on injected samples: no server, no clock but the one of the event loop."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC
from typing import Any

import pytest
from textual.pilot import Pilot

from rtdash.app import RtdashApp
from rtdash.model.slow import Recorded, SlowQuery
from rtdash.panels import catalog
from rtdash.panels.spec import PanelSpec
from rtdash.panels.workshop import stand_ins
from rtdash.screens.view import View
from tests.pilot.doubles import PreparedExplainer, RememberingControl, StillLaboratory, StillPoller
from tests.pilot.samples import DATA, NOW, sample

SERVERS = {"citus": "PostgreSQL", "donations": "MariaDB"}


@dataclass
class Clock:
    """Seconds that pass when the test says so."""

    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Stage:
    """An app that runs, and what it runs on. Its clock stands still until a test moves it."""

    app: RtdashApp
    poller: StillPoller
    control: RememberingControl
    clock: Clock
    slow: list[SlowQuery]
    """What the app has recorded."""
    explainer: PreparedExplainer
    laboratory: StillLaboratory
    pilot: Pilot[Any] = field(init=False)

    async def inject(self, **changes: Any) -> None:
        """Deliver one sample of each panel, and wait until they are painted."""
        # Long enough for the latency table to renew its figures.
        self.clock.now += 1.0
        for panel_id in [*DATA, *(other for other in changes if other not in DATA)]:
            self.poller.deliver(sample(panel_id, self.clock.now, **changes.get(panel_id, {})))
        await self.painted()

    async def painted(self) -> None:
        """Wait until everything delivered so far is on the screen."""
        await self.pilot.pause()
        await self.until(lambda: not self.app._paint_due)
        await self.pilot.pause()

    async def until(self, condition: Callable[[], object]) -> None:
        """Let the app go on until `condition` holds."""
        deadline = time.monotonic() + 10
        while not condition():
            assert time.monotonic() < deadline, "the condition did not come true"
            await self.pilot.pause(0.01)

    def text(self) -> str:
        """The screen as text."""
        width, height = self.app.size
        strips = self.app.screen._compositor.render_strips()
        return "\n".join(strip.text.ljust(width) for strip in strips[:height])


def set_up(specs: Sequence[PanelSpec] | None = None, **view: Any) -> Stage:
    """An app that does not run yet, on the shipped panels unless others are given."""
    poller, control, clock = StillPoller(), RememberingControl(), Clock()
    shown = View(threshold_ms=200.0, zone=UTC, servers=SERVERS, clock=clock, wall=lambda _: NOW, **view)
    slow: list[SlowQuery] = []
    explainer = PreparedExplainer()

    def read(_: float) -> Recorded:
        return Recorded(tuple(slow[::-1]))

    asked = specs or catalog.load()
    laboratory = StillLaboratory()
    app = RtdashApp(
        [*asked, *stand_ins(asked)], poller, control, shown, explainer, slow.append, read, laboratory=laboratory
    )
    return Stage(app, poller, control, clock, slow, explainer, laboratory)


@pytest.fixture
def stage() -> Callable[..., AbstractAsyncContextManager[Stage]]:
    """`async with stage(120, 36) as on:` runs the app at a size."""

    @asynccontextmanager
    async def run(width: int = 120, height: int = 36, **view: Any) -> AsyncIterator[Stage]:
        stage = set_up(**view)
        async with stage.app.run_test(size=(width, height)) as stage.pilot:
            yield stage

    return run
