"""Pictures of the screen, compared with the last ones that somebody has looked at (pytest --snapshot-update)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from rtdash import app
from rtdash.model.engine import Engine
from rtdash.panels import catalog
from rtdash.panels.texts import workshop_panels
from tests.pilot.cluster import PLAIN
from tests.pilot.conftest import Stage, set_up
from tests.pilot.pipeline import BROKEN
from tests.pilot.samples import DATA, MANY, SHARDS, sample


@pytest.fixture(autouse=True)
def no_shares(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the dashboard takes of a server is measured after 5 s, which a busy machine may need for a picture."""
    monkeypatch.setattr(app, "SHARES_S", 3600.0)


async def live(stage: Stage) -> None:
    await stage.inject()


async def slow_and_broken(stage: Stage) -> None:
    await stage.inject(**{"03_best": {"latency_ms": 774.9}})
    stage.poller.deliver(sample("05_organizations", stage.clock.now, error="no answer within 5 s"))
    stage.poller.running["10_by_hour"] = stage.clock.now - 3.2
    stage.poller.skipped["10_by_hour"] = 12
    stage.clock.now += 4.0
    stage.app._tick()
    await stage.painted()


async def second_page(stage: Stage) -> None:
    await stage.inject()
    await stage.pilot.press("2")
    await stage.painted()


async def third_page(stage: Stage) -> None:
    await stage.inject()
    await stage.pilot.press("3")
    await stage.painted()


async def latency(stage: Stage) -> None:
    await stage.inject(**{"03_best": {"latency_ms": 774.9}})
    await stage.pilot.press("l", "end")
    await stage.painted()


async def audience(stage: Stage) -> None:
    await beside(stage, "4")


async def cluster(stage: Stage) -> None:
    await beside(stage, "5")


async def cluster_of_one(stage: Stage) -> None:
    await beside(stage, "5", **{panel_id: {"data": data} for panel_id, data in PLAIN.items()})


async def pipeline(stage: Stage) -> None:
    await beside(stage, "6")


async def beside(stage: Stage, key: str, **changes: Any) -> None:
    await stage.inject(**{panel_id: {"shards": shards} for panel_id, shards in SHARDS.items()} | changes)
    await stage.pilot.press(key)
    await stage.painted()


async def campaigns(stage: Stage) -> None:
    await stage.inject(campaigns={"data": MANY})
    if stage.app.dashboard.is_small:
        await stage.pilot.press("3")
    await stage.painted()


async def form(stage: Stage) -> None:
    await stage.inject()
    await stage.pilot.press("S", *"summer", "tab", "space", "down", "space", "tab", "tab", "x", "enter")
    await stage.painted()


async def leaving(stage: Stage) -> None:
    await stage.inject()
    stage.control.own = 2
    await stage.pilot.press("q")
    await stage.painted()


async def workshop(stage: Stage) -> None:
    await stage.inject()
    await stage.pilot.press("t")
    # All but the last have answered.
    for panel_id, latency_ms in zip(workshop_panels()[:-1], range(2_900, 4_000, 100), strict=False):
        answer = {"data": DATA[panel_id], "latency_ms": float(latency_ms)}
        stage.poller.deliver(sample(f"{panel_id}.workshop", stage.clock.now, **answer))
    stage.clock.now += 3.0
    stage.poller.running["07_organizations_live.workshop"] = stage.clock.now - 1.2
    stage.app._tick()
    await stage.painted()


async def helped(stage: Stage) -> None:
    await stage.inject()
    await stage.pilot.press("question_mark")
    await stage.pilot.pause()


async def empty(stage: Stage) -> None:
    await stage.painted()


@pytest.mark.parametrize(
    ("size", "scene"),
    [
        ((200, 50), live),
        ((120, 36), live),
        ((80, 24), live),
        ((80, 24), second_page),
        ((80, 24), third_page),
        ((80, 24), latency),
        ((200, 50), slow_and_broken),
        ((200, 50), audience),
        ((80, 24), audience),
        ((200, 50), cluster),
        ((120, 36), cluster_of_one),
        ((80, 24), cluster),
        ((200, 50), pipeline),
        ((120, 36), pipeline),
        ((80, 24), pipeline),
        ((200, 50), campaigns),
        ((120, 36), campaigns),
        ((80, 24), campaigns),
        ((200, 50), workshop),
        ((200, 50), form),
        ((80, 24), form),
        ((80, 24), leaving),
        ((120, 36), helped),
        ((120, 36), empty),
    ],
    ids=lambda value: f"{value[0]}x{value[1]}" if isinstance(value, tuple) else value.__name__,
)
def test_picture(snap_compare: Any, size: tuple[int, int], scene: Callable[[Stage], Awaitable[None]]) -> None:
    _compare(snap_compare, set_up(), size, scene)


@pytest.mark.parametrize("size", [(200, 50), (80, 24)], ids=lambda size: f"{size[0]}x{size[1]}")
def test_picture_of_singlestores_pipeline(snap_compare: Any, size: tuple[int, int]) -> None:
    async def broken(stage: Stage) -> None:
        await beside(stage, "6", **{panel_id: {"data": data} for panel_id, data in BROKEN.items()})

    _compare(snap_compare, set_up(specs=catalog.load(engine=Engine.SINGLESTORE)), size, broken)


def _compare(snap_compare: Any, stage: Stage, size: tuple[int, int], scene: Callable[[Stage], Awaitable[None]]) -> None:
    async def play(pilot: Any) -> None:
        stage.pilot = pilot
        await scene(stage)

    assert snap_compare(stage.app, terminal_size=size, run_before=play)
