"""The dashboard on injected samples, in a real terminal: it falls still, so that what it shows can be drawn again."""

from __future__ import annotations

import random
from decimal import Decimal

from rtdash.cli import terminal
from rtdash.model.data import Bar, Bars, Stat
from tests.pilot.conftest import Stage, set_up
from tests.pilot.doubles import StillPoller
from tests.pilot.samples import DATA, FOUR, sample

STEPS = 20
LAST = Stat(Decimal(7), "Saint-Étienne · fini")


class Feed(StillPoller):
    """Delivers other samples at each tick, then falls silent."""

    stage: Stage

    def tick(self, now: float) -> None:
        super().tick(now)
        if self.ticks > STEPS:
            return
        chance = random.Random(self.ticks)
        self.stage.clock.now += 0.25
        changes = {
            "01_donations": Stat(chance.randrange(10**6)),
            "03_best": LAST if self.ticks == STEPS else Stat(Decimal(chance.randrange(10**6)), "Brest · 日本"),
            "05_organizations": Bars(tuple(Bar(city.name, Decimal(chance.randrange(10**5))) for city in FOUR)),
        }
        for panel_id in DATA:
            latency_ms = 300 * chance.random()
            self.deliver(sample(panel_id, self.stage.clock.now, latency_ms=latency_ms, data=changes.get(panel_id)))


if __name__ == "__main__":
    stage = set_up(is_ascii=not terminal.reads_utf8())
    stage.app.poller = feed = Feed()
    feed.stage = stage
    stage.app.run()
