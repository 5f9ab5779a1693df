"""What the screen says of the samples it is given."""

from __future__ import annotations

import pytest

from rtdash.messages import CommandEnded
from rtdash.model.data import Table
from rtdash.screens import layout
from rtdash.widgets.panel import Panel
from tests.pilot.samples import DATA, NOW, SPRING, WINTER, campaigns, sample

GENERATED = Table(DATA["clickstream_lag"].columns, ((0.5, NOW, 0.2, 0, 0, 0, None, None),))
SIZES = [(200, 50), (120, 36), (80, 24)]


def shown(on):
    """The panels that have a place on the screen now."""
    return [panel for panel in on.app.query(Panel) if panel.size.area]


@pytest.mark.parametrize(("width", "height"), SIZES)
async def test_first_page_shows_count_amount_and_best(stage, width, height):
    async with stage(width, height) as on:
        await on.inject()
        text = on.text()
        for word in (
            "rtdash",
            "spring",
            "2,004/s",
            "Donations",
            "Brest · WarmHearts",
            "Amiens",
            "SunriseAid",
            "q Quit",
        ):
            assert word in text, word
        assert all(len(line) == width for line in text.split("\n"))


@pytest.mark.parametrize(("width", "height"), SIZES[:2])
async def test_large_screens_show_everything_at_once(stage, width, height):
    async with stage(width, height) as on:
        await on.inject()
        text = on.text()
        for word in ("1,204,991", "±1,868", "2,240,118", "18203", "Clickstream by hour", "Latency, ms", "384,190"):
            assert word in text, word


async def test_small_screen_has_pages(stage):
    async with stage(80, 24) as on:
        await on.inject()
        assert "Latency, ms" not in on.text()
        await on.pilot.press("2")
        await on.painted()
        for word in ("Clickstream by hour", "1,204,991", "2,240,118", "18203", "slowest:"):
            assert word in on.text(), word
        await on.pilot.press("l")
        await on.painted()
        for word in ("Latency, ms", "Campaigns", "384,190"):
            assert word in on.text(), word
        await on.pilot.press("escape")
        await on.painted()
        assert "Latency, ms" in on.text(), "this page is of the board already"


async def test_slow_query_is_flagged_by_sign_in_panel_and_table(stage):
    async with stage(200, 50) as on:
        await on.inject(**{"03_best": {"latency_ms": 200.0}})
        assert "▲ 2" not in on.text()
        await on.inject(**{"03_best": {"latency_ms": 200.1}})
        assert "▲ 200 ms" in on.text()
        assert "▲  Best city and organisation" in on.text()


async def test_query_in_flight_counts_by_its_age(stage):
    async with stage(200, 50) as on:
        await on.inject()
        on.poller.running["02_amount"] = on.clock.now - 3.0
        await on.until(lambda: "▲  Total amount" in on.text())
        assert on.app.dashboard.panels["02_amount"].has_class("-slow")


async def test_an_error_keeps_the_last_value_and_says_why(stage):
    async with stage(200, 50) as on:
        await on.inject()
        on.poller.deliver(sample("05_organizations", on.clock.now, error="no answer within 5 s"))
        await on.painted()
        assert "✗ no answer within 5 s" in on.text()
        assert "€561,220" in on.text()


async def test_a_dead_server_marks_all_its_panels_and_the_status_line(stage):
    async with stage(200, 50) as on:
        await on.inject()
        on.poller.deliver(sample("arrivals", on.clock.now, error="connection refused", is_server_down=True))
        await on.painted()
        broken = {panel.spec.id for panel in on.app.query(Panel) if panel.has_class("-error")}
        asked = {panel.spec.id for panel in on.app.query(Panel) if panel.spec.source == "donations"}
        assert broken == asked & layout.BOARD
        assert "✗ MariaDB" in on.text()


async def test_old_data_shows_its_age(stage):
    async with stage(200, 50) as on:
        on.poller.deliver(sample("01_donations", on.clock.now - 42.0))
        await on.until(lambda: "40 s old" in on.text())
        assert on.app.dashboard.panels["01_donations"].has_class("-stale")


HOSTILE = "[red]x[/red] \x1b[2J\x1b]0;owned\x07 \u202e"


async def test_a_server_that_hangs_is_away_and_what_it_said_is_old(stage):
    async with stage(200, 50) as on:
        await on.inject()
        assert "lag   212" in on.text()
        on.clock.now += 12.0
        for panel_id, panel in on.app.dashboard.panels.items():
            if panel.spec.source == "citus":
                on.poller.deliver(sample(panel_id, on.clock.now))
        on.app._tick()
        await on.painted()
        status = on.text().split("\n")[0]
        for word in ("✗ MariaDB", "10 s old", "PostgreSQL  1.4 ms"):
            assert word in status, status
        assert "lag   212" not in status
        await on.pilot.press("space")
        await on.painted()
        assert "✗ MariaDB" not in on.text(), "whoever is paused asks nobody"


def _frame_color(panel):
    return panel.render_line(0)._segments[0].style.color.name


async def test_a_frame_takes_the_color_of_its_trouble_and_gives_it_back(stage):
    async with stage(200, 50) as on:
        await on.inject()
        panel, other = on.app.dashboard.panels["02_amount"], on.app.dashboard.panels["01_donations"]
        quiet = _frame_color(panel)
        assert _frame_color(other) == quiet
        seen = []
        for change in ({"error": "no answer"}, {"latency_ms": 300.0}, {}):
            on.poller.deliver(sample("02_amount", on.clock.now, **change))
            await on.painted()
            await on.until(lambda: panel.size.area)
            seen.append(_frame_color(panel))
        assert len({quiet, *seen[:2]}) == 3
        assert seen[2] == quiet == _frame_color(other)


async def test_text_from_a_database_is_data(stage):
    async with stage(80, 24) as on:
        await on.inject()
        on.poller.deliver(sample("01_donations", on.clock.now, error=HOSTILE))
        on.app.post_message(CommandEnded("", HOSTILE))
        await on.painted()
        await on.pilot.press("3")
        await on.painted()
        assert "[red]x[/red]" in on.text()
        assert not any(char in on.text() for char in "\x1b\x07\u202e")


@pytest.mark.parametrize(("width", "height"), SIZES)
async def test_every_old_or_slow_panel_says_so(stage, width, height):
    async with stage(width, height) as on:
        await on.inject(clickstream_lag={"data": GENERATED})
        for panel_id in on.app.dashboard.panels:
            on.poller.deliver(sample(panel_id, on.clock.now, latency_ms=345.0))
        on.clock.now += 42.0
        on.app._tick()
        for page in "123" if width < 100 else "1":
            await on.pilot.press(page)
            await on.painted()
            for panel in shown(on):
                top = panel.render_line(0).text
                assert "40 s old" in top, top
                assert "▲ 345 ms" in top, top


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ((0.5, None, 12.0, 0, 0, 0), "ingest silent 12 s"),
        ((0.5, None, None, 0, 0, 0), "no ingest yet"),
        ((7.0, None, 0.2, 0, 0, 0), "behind 7.0 s"),
    ],
)
async def test_panels_are_no_fresher_than_what_feeds_them(stage, row, said):
    async with stage(200, 50) as on:
        await on.inject(clickstream_lag={"data": Table(DATA["clickstream_lag"].columns, ((*row, None, None),))})
        for panel in shown(on):
            assert (said in panel.render_line(0).text) is (panel.spec.source == "citus"), panel.spec.id


async def test_freshness_that_nobody_measures_is_unknown(stage):
    async with stage(200, 50) as on:
        await on.inject()
        on.poller.deliver(sample("clickstream_lag", on.clock.now, error="permission denied"))
        on.clock.now += 4.5
        for panel_id in on.app.dashboard.panels:
            on.poller.deliver(sample(panel_id, on.clock.now))
        await on.painted()
        assert "freshness unknown" in on.app.dashboard.panels["09_last_7_days"].render_line(0).text


@pytest.mark.parametrize(("width", "height"), SIZES)
async def test_thinned_visits_are_said(stage, width, height):
    async with stage(width, height) as on:
        await on.inject()
        assert "25 % of visits" in on.text().split("\n")[0]
        if width == 200:
            for panel in shown(on):
                edges = panel.render_line(0).text + panel.render_line(panel.size.height - 1).text
                assert ("25 % of visits" in edges) is (panel.spec.source == "citus"), panel.spec.id


async def test_a_silent_runner_and_its_note_are_said(stage):
    silent = SPRING | {"heartbeat_age_s": 3.4, "note": "braked by lag"}
    async with stage(200, 50) as on:
        await on.inject(campaigns={"data": campaigns(silent, WINTER)})
        assert "silent 3.4 s, braked by lag" in on.text()
        assert "✗ spring" in on.text().split("\n")[0]


async def test_unchanged_samples_redraw_nothing(stage):
    async with stage(200, 50) as on:
        for _ in range(3):
            await on.inject()
        panel = on.app.dashboard.panels["04_map"]
        redrawn = []
        panel.refresh = lambda *regions, **_: redrawn.append(regions)
        await on.inject()
        assert redrawn == []
