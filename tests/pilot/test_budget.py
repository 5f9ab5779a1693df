"""A server that is asked more seldom for the budget's sake: the screen says so, and takes no age for too old."""

from __future__ import annotations

import pytest

from rtdash.model.stretch import Stretch
from tests.pilot.samples import NOW, SPRING, campaigns, sample


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


async def test_the_freshness_of_tables_is_known_as_long_as_the_stretched_probe_is_not_late(stage):
    async with stage(200, 50) as on:
        on.poller.stretched = {"citus": Stretch(8.0, 0.25)}
        await on.inject()
        probe = next(spec for spec in on.app.specs if spec.id == "clickstream_lag")
        late_s = 3 * on.app.picture.every_s(probe)
        assert late_s > 3 * probe.every
        for ago_s, is_unknown in ((late_s - 1, False), (late_s + 1, True)):
            on.poller.deliver(sample("clickstream_lag", on.clock.now))
            on.clock.now += ago_s
            on.poller.deliver(sample("09_last_7_days", on.clock.now))
            await on.painted()
            assert ("freshness unknown" in on.text()) is is_unknown


@pytest.mark.parametrize(("width", "height"), [(200, 50), (120, 36)])
async def test_what_the_dashboard_takes_of_each_server_is_said(stage, width, height):
    async with stage(width, height) as on:
        on.app._measure_shares()
        await on.inject(campaigns={"data": campaigns(SPRING | {"visit_fraction": 1.0})})
        line = on.text().splitlines()[0]
        assert line.index("PostgreSQL") < line.index("own 2.0 %") < line.index("MariaDB") < line.index("own 1.1 %")


async def test_the_slowest_panel_is_named_quietly_while_none_is_over_the_threshold(stage):
    async with stage(200, 50) as on:
        await on.inject(**{"02_amount": {"latency_ms": 123.0}, "campaigns": {"latency_ms": 150.0}})
        assert "slowest Total amount p95 123 ms" in on.text().splitlines()[0], "a probe is no panel"
        await on.inject(**{"03_best": {"latency_ms": 300.0}})
        assert "slowest" not in on.text().splitlines()[0]
        assert "▲ Best city" in on.text().splitlines()[0]
    async with stage(120, 36) as on:
        await on.inject()
        line = on.text().splitlines()[0]
        assert ("slowest" in line) <= (f"{NOW:%H:%M:%S}" in line), "whatever else there is goes first"


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
