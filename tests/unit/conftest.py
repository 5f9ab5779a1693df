"""A lane at a server in memory, and an environment that says nothing of settings."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from rtdash.scheduler.lane import Lane
from rtdash.scheduler.queue import LaneKind, LaneQueue
from tests.unit.server import Samples, Server, lane_threads_end


@pytest.fixture
def nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No setting in the environment, and no file of the user."""
    for name in os.environ:
        if name.upper().startswith("RTDASH_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
def queue() -> LaneQueue:
    return LaneQueue(lambda _: False)


@pytest.fixture
def samples() -> Samples:
    return Samples()


@pytest.fixture
def lane(server: Server, queue: LaneQueue, samples: Samples) -> Iterator[Lane]:
    with lane_threads_end():
        made = Lane("lane", LaneKind.ANY, queue, server.connect)
        made.start(samples)
        yield made
        queue.close()
        made.break_off()
        server.release()
        assert made.join(5.0)
