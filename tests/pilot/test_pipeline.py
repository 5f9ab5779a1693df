"""What the screen says of whatever loads the donations: `rtdash ingest`, or SingleStore's pipeline."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from rtdash.model.data import Table
from rtdash.model.engine import Engine
from rtdash.panels import catalog
from rtdash.screens import layout
from rtdash.widgets.panel import Panel
from tests.pilot.conftest import Stage, set_up
from tests.pilot.pipeline import BROKEN
from tests.pilot.samples import DATA

DELIVERY = ("lag", "dead", "lost", "duplicates", "silent_s", "unseen_s", "trouble")
ACCOUNT = {"lag": None, "loaded": 443_978, "dead": 4, "duplicates": 7, "unseen_s": None}


def delivery(*row: Any) -> dict[str, Any]:
    return {"data": Table(DELIVERY, (row,))}


def account(**changes: Any) -> dict[str, Any]:
    """The row of the probe `conservation`, with these changes."""
    given = DATA["conservation"]
    assert isinstance(given, Table)
    row = {**given.records()[0], **ACCOUNT, **changes}
    return {"data": Table(tuple(row), (tuple(row.values()),))}


@asynccontextmanager
async def on_singlestore(width: int, height: int) -> AsyncIterator[Stage]:
    """A stage with the panels of SingleStore."""
    stage = set_up(specs=catalog.load(engine=Engine.SINGLESTORE))
    async with stage.app.run_test(size=(width, height)) as stage.pilot:
        yield stage


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ((0, 0, 0, 0, None, None, "no ingest yet"), "✗ no ingest yet"),
        ((0, 0, 0, 0, 3.1, 3.1, "ingest silent"), "✗ ingest silent 3.1 s"),
        ((None, 0, None, None, None, None, "no pipeline seen"), "✗ no pipeline seen"),
        ((7, 0, None, None, None, None, "pipeline stopped"), "✗ pipeline stopped"),
        ((7, 0, None, None, 41.7, None, "pipeline error"), "✗ pipeline error 42 s"),
        ((7, 0, None, None, None, None, "pipeline failing"), "✗ pipeline failing"),
        ((None, 0, None, None, 0, None, "pipeline running"), "lag not known"),
        ((612, 0, None, None, 0, 0, "pipeline running"), "lag 1,012"),
    ],
)
async def test_the_status_line_says_what_is_wrong_with_it(stage, row, said):
    events = {"data": Table(("behind_s", "silent_s", "lag", "dead", "lost"), ((0.8, 0.2, 400, 0, 0),))}
    async with stage(200, 50) as on:
        await on.inject(delivery=delivery(*row), clickstream_lag=events)
        line = on.text().splitlines()[0]
        assert said in line
        assert ("lag" in line) is ("lag" in said), "a lag that nobody knows is not 0"


@pytest.mark.parametrize(("width", "height"), [(200, 50), (120, 36), (80, 24)])
async def test_on_singlestore_there_is_one_panel_more(width, height):
    async with on_singlestore(width, height) as on:
        await on.inject(**{panel_id: {"data": data} for panel_id, data in BROKEN.items()})
        await on.pilot.press("6")
        await on.painted()
        assert [panel.spec.id for panel in on.app.query(Panel) if panel.size.area] == list(layout.PIPELINE)
        assert on.poller.watched == layout.BOARD.union(layout.PIPELINE)
        assert "✗  donations" in on.text()
        assert "Broker failed" in on.text() or width == 80


async def test_letters_of_the_procedure_and_what_the_views_count_are_summed_up():
    async with on_singlestore(200, 50) as on:
        await on.inject(conservation=account(), delivery=delivery(212, 2, None, None, 0, 0, "pipeline running"))
        assert "dead letters 6" in on.text()
        assert "duplicates 7" in on.text()


async def test_the_balance_of_a_pipeline_at_rest_is_not_judged():
    async with on_singlestore(200, 50) as on:
        stopped = delivery(212, 0, None, None, None, None, "pipeline stopped")
        running = delivery(212, 0, None, None, 0, 0, "pipeline running")
        for views, is_wrong in ((stopped, False), (running, True)):
            for _ in range(4):
                await on.inject(conservation=account(loaded=440_000, dead=0, duplicates=0), delivery=views)
            assert ("3,978 donations missing" in on.text()) is is_wrong
            assert ("lag not known: no pipeline is seen at work" in on.text()) is not is_wrong
