"""Two ingests at once: for each topic one works and the other stands by, until the first falls silent."""

from __future__ import annotations

import subprocess
from contextlib import ExitStack
from datetime import datetime
from itertools import count

from rtdash.sources.kafka import CLICKSTREAM_TOPIC, DONATIONS_TOPIC
from tests.delivery.killing import kill
from tests.delivery.ledger import assert_all_arrived
from tests.world import World, until

LONGEST_GAP_S = 3.0


class Ingests:
    """Processes of `rtdash ingest`, of which two run at a time."""

    def __init__(self, world: World, stack: ExitStack) -> None:
        self._world = world
        self._stack = stack
        self._numbers = count()
        self.running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self) -> None:
        name = f"ingest_{next(self._numbers)}.log"
        self.running[name] = self._stack.enter_context(self._world.ingest_process(name))

    def stands_by(self, name: str, topic: str) -> bool:
        """Whether its log says so, and not that it has taken over since."""
        said = [line for line in (self._world.folder / name).read_text().splitlines() if f": {topic}: " in line]
        return bool(said) and "standing by" in said[-1]

    def worker(self, topic: str) -> str | None:
        """The one that works, once the other stands by."""
        idle = [name for name in self.running if self.stands_by(name, topic)]
        assert len(idle) < 2
        return next(name for name in self.running if name not in idle) if idle else None


def last_sign(world: World, topic: str) -> datetime:
    """The last sign of life of whoever works, by the database's clock."""
    question = "SELECT MAX(updated_at) FROM ingest_offsets WHERE topic = %s"
    if topic == DONATIONS_TOPIC:
        return world.rows(question, topic)[0][0]
    return world.clickstream.execute(question, (topic,)).fetchone()[0]


def test_a_standby_takes_over_within_three_seconds(world: World):
    with ExitStack() as stack:
        campaign = stack.enter_context(world.campaign_process(500))
        ingests = Ingests(world, stack)
        ingests.start()
        for topic in (DONATIONS_TOPIC, CLICKSTREAM_TOPIC):
            ingests.start()
            worker = until(lambda topic=topic: ingests.worker(topic))
            kill(ingests.running.pop(worker))
            last = last_sign(world, topic)
            first = until(lambda topic=topic, last=last: (sign := last_sign(world, topic)) > last and sign)
            gap_s = (first - last).total_seconds()
            print(f"{topic}: {gap_s:.2f} s between the last sign of one and the first of the other")
            assert gap_s < LONGEST_GAP_S
            (successor,) = ingests.running
            until(lambda topic=topic, successor=successor: not ingests.stands_by(successor, topic))
        campaign.terminate()
        assert campaign.wait(20) == 0
        assert_all_arrived(world)
