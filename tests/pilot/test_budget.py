"""A server that is asked more seldom for the budget's sake: the screen says so, and takes no age for too old."""

from __future__ import annotations

import pytest

from rtdash.model.stretch import Stretch


@pytest.mark.parametrize(("width", "height"), [(200, 50), (120, 36), (80, 24)])
async def test_the_status_line_says_how_often_and_why(stage, width, height):
    async with stage(width, height) as on:
        await on.inject()
        assert "budget" not in on.text()
        on.poller.stretched = {"citus": Stretch(2.0, 0.25)}
        await on.inject()
        assert "PostgreSQL every 500 ms: budget 25 %" in on.text().splitlines()[0]
        on.poller.stretched = {"citus": Stretch(90.0, 0.25, is_enough=False)}
        await on.inject()
        assert "PostgreSQL every 5.0 s: over budget 25 %" in on.text().splitlines()[0]


@pytest.mark.parametrize(("factor", "is_old"), [(1.0, True), (8.0, False)])
async def test_an_age_within_the_stretched_interval_is_not_old(stage, factor, is_old):
    async with stage(200, 50) as on:
        on.poller.stretched = {"donations": Stretch(factor, 0.25)}
        await on.inject()
        on.clock.now += 3.9
        on.app._tick()
        await on.painted()
        assert on.app.dashboard.panels["01_donations"].has_class("-stale") is is_old
        assert on.app.dashboard.panels["08_last_15_minutes"].has_class("-stale"), "that server is not stretched"
        assert ("✗ MariaDB" in on.text()) is is_old
        rows = {row.panel_id: row for row in on.app.picture.latency_rows}
        assert (rows["01_donations"].fresh_s > 3.9) is not is_old


async def test_the_panel_that_is_worst_now_is_named_while_it_is_over_the_threshold(stage):
    async with stage(200, 50) as on:
        await on.inject(**{"03_best": {"latency_ms": 774.9}, "campaigns": {"latency_ms": 900.0}})
        assert "▲ Best city and organisat… 775 ms" in on.text().splitlines()[0], "a probe is no panel"
        await on.inject()
        on.poller.running["02_amount"] = on.clock.now - 0.3
        on.app._tick()
        await on.painted()
        assert "▲ Total amount 300 ms" in on.text().splitlines()[0], "it has not answered yet"
        on.poller.running.clear()
        on.app._tick()
        await on.painted()
        assert "▲" not in on.text().splitlines()[0]
