"""The pages beside the board: which keys lead there, what they say, and that nobody asks for what is not shown."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from rtdash.model.data import Count, Counts, Table
from rtdash.model.shards import Shards
from rtdash.panels import catalog
from rtdash.screens import layout
from rtdash.widgets.panel import Panel
from tests.pilot.cluster import PLAIN
from tests.pilot.conftest import set_up
from tests.pilot.samples import DATA, sample

SIZES = [(200, 50), (120, 36), (80, 24)]
INGEST = layout.PIPELINE[:-1]
"""Of the page of the pipeline, what MariaDB has."""
OWN = "-- title: Mine\n-- source: donations\n-- draw: stat\nSELECT 1 AS value\n"


def places(on):
    """The panels that have a place on the screen now."""
    return {panel.spec.id for panel in on.app.query(Panel) if panel.size.area}


def foot(on, panel_id):
    """What stands below a panel."""
    panel = on.app.dashboard.panels[panel_id]
    return panel.render_line(panel.size.height - 1).text


async def press(on, *keys):
    for key in keys:
        await on.pilot.press(key)
    await on.painted()


@pytest.mark.parametrize(("width", "height"), SIZES)
async def test_keys_lead_to_the_pages_and_back(stage, width, height):
    async with stage(width, height) as on:
        await on.inject()
        board = places(on)
        assert board <= layout.BOARD
        for key, page in (("4", layout.AUDIENCE), ("5", layout.CLUSTER), ("6", INGEST)):
            await press(on, key)
            assert places(on) == set(page)
            await press(on, "escape")
            assert places(on) == board


async def test_n_goes_round_all_pages(stage):
    async with stage(200, 50) as on:
        await on.inject()
        seen = [places(on)]
        for _ in range(4):
            await press(on, "n")
            seen.append(places(on))
        assert seen == [layout.BOARD, set(layout.AUDIENCE), set(layout.CLUSTER), set(INGEST), layout.BOARD]


async def test_n_goes_round_all_pages_of_a_small_screen(stage):
    async with stage(80, 24) as on:
        await press(on, "2")
        clickstream = places(on)
        await press(on, "n", "n")
        assert places(on) == set(layout.AUDIENCE)
        await press(on, "n", "n", "n")
        assert "01_donations" in places(on)
        await press(on, "2", "5", "escape")
        assert places(on) == clickstream, "the board as it was left"


async def test_the_latency_table_is_found_from_every_page(stage):
    async with stage(200, 50) as on:
        await on.inject()
        await press(on, "4", "l")
        assert on.app.dashboard.maximized is on.app.dashboard.latency
        assert "Latency, ms" in on.text()
        await press(on, "l")
        assert places(on) == layout.BOARD


async def test_escape_gives_a_zoomed_panels_room_back_first(stage):
    async with stage(200, 50) as on:
        await on.inject()
        await press(on, "5", "m")
        assert on.app.dashboard.maximized is on.app.dashboard.panels["18_rollups"]
        await press(on, "escape")
        assert places(on) == set(layout.CLUSTER)


# ── what is not shown is not asked ────────────────────────────────────────────────────────────────────────────────────


async def test_what_is_not_shown_is_not_asked(stage):
    async with stage(200, 50) as on:
        assert on.poller.watched == layout.BOARD
        pages = (("4", layout.AUDIENCE), ("5", layout.CLUSTER), ("6", INGEST), ("2", ()), ("n", layout.AUDIENCE))
        for key, page in pages:
            ticks = on.poller.ticks
            await press(on, key)
            assert on.poller.watched == layout.BOARD.union(page)
            assert on.poller.ticks > ticks, "it is asked at once"
        await press(on, "escape")
        assert on.poller.watched == layout.BOARD


async def test_the_users_own_panels_are_asked_while_they_are_shown(tmp_path: Path):
    (tmp_path / "donations").mkdir()
    (tmp_path / "donations" / "mine.sql").write_text(OWN)
    stage = set_up(specs=catalog.load(tmp_path))
    async with stage.app.run_test(size=(200, 50)) as stage.pilot:
        assert stage.poller.watched == layout.BOARD
        await press(stage, "n", "n", "n", "n")
        assert stage.poller.watched == layout.BOARD | {"mine"}
        assert places(stage) == {"mine"}


async def test_the_latency_table_has_what_is_asked(stage):
    async with stage(200, 50) as on:
        await on.inject(**{panel_id: {"data": data} for panel_id, data in PLAIN.items()})
        titles = [row.title for row in on.app.picture.latency_rows]
        assert "Clickstream lag" in titles
        assert "Rollups" not in titles
        await press(on, "5")
        titles = [row.title for row in on.app.picture.latency_rows]
        assert "Rollups" in titles
        assert "Nodes" not in titles, "not a cluster: nothing is asked"


async def test_the_servers_latency_is_that_of_what_is_asked(stage):
    async with stage(200, 50) as on:
        for _ in range(2):
            await on.inject(**{"20_partitions": {"latency_ms": 999.0}, "18_rollups": {"latency_ms": 777.0}})
        assert "777" not in on.text()
        await press(on, "5")
        # Not the heavier one: what is meant to be heavy says nothing of the server.
        assert "PostgreSQL  777 ms" in on.text()


async def test_panels_that_fail_are_counted_in_the_status_line_and_are_not_live(stage):
    async with stage(200, 50) as on:
        await on.inject()
        assert "failing" not in on.text()
        await on.inject(
            **{"08_last_15_minutes": {"error": "no such table"}, "01_donations": {"error": "no such table"}}
        )
        assert "✗ 2 failing" in on.text()
        top = on.app.dashboard.panels["08_last_15_minutes"].render_line(0).text
        assert "live" not in top
        assert " old " in top


async def test_a_window_of_a_week_begins_on_a_date(stage):
    async with stage(200, 50) as on:
        start = datetime(2026, 11, 15, 14, 0, tzinfo=UTC)
        await on.inject(**{"09_last_7_days": {"data": Counts((Count("events", 1, None),), start)}})
        assert "since 15 Nov 14:00" in foot(on, "09_last_7_days")


async def test_a_page_that_comes_back_shows_what_it_had_with_its_age(stage):
    async with stage(200, 50) as on:
        await on.inject()
        await press(on, "4", "escape")
        on.clock.now += 42.0
        await press(on, "4")
        assert "40 s old" in on.app.dashboard.panels["13_countries"].render_line(0).text
        assert "88,204" in on.text()
        on.poller.deliver(sample("13_countries", on.clock.now))
        await on.painted()
        assert "old" not in on.app.dashboard.panels["13_countries"].render_line(0).text


# ── what the panels say ───────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("width", "height"), SIZES)
async def test_what_a_server_does_not_have_is_one_quiet_line(stage, width, height):
    async with stage(width, height) as on:
        await on.inject(**{panel_id: {"data": data} for panel_id, data in PLAIN.items()})
        await press(on, "5")
        on.clock.now += 3600.0
        await on.inject(**{panel_id: {"data": data} for panel_id, data in PLAIN.items()})
        on.clock.now += 29.0
        on.app._tick()
        await on.painted()
        for panel_id in PLAIN:
            panel = on.app.dashboard.panels[panel_id]
            lines = [panel.render_line(row).text for row in range(panel.size.height)]
            assert lines[0].strip("╭╮─ ") == panel.spec.title
            assert sum("not a Citus cluster" in line for line in lines) == 1
            assert not panel.has_class("-stale")
            assert panel.has_class("-absent")


async def test_a_server_that_is_away_is_said_where_it_lacks_something_too(stage):
    async with stage(200, 50) as on:
        await on.inject(**{panel_id: {"data": data} for panel_id, data in PLAIN.items()})
        await press(on, "5")
        on.poller.deliver(sample("18_rollups", on.clock.now, error="nobody answers", is_server_down=True))
        await on.painted()
        assert on.text().count("✗ nobody answers") == len(layout.CLUSTER)


async def test_flagged_rows_have_a_sign(stage):
    async with stage(200, 50) as on:
        await on.inject()
        await press(on, "5")
        for said in ("▲  1hr", "✗  rollup_events_1hr", "✗  events outside", "✗  10.0.0.12:5432"):
            assert said in on.text(), said
        assert " flag" not in on.text()


@pytest.mark.parametrize(
    ("shards", "said"),
    [(Shards(1), " 1 shard "), (Shards(32, is_all=True), " all 32 shards "), (Shards(3), " 3 shards ")],
)
async def test_a_panel_says_how_many_shards_answered(stage, shards, said):
    async with stage(200, 50) as on:
        await on.inject(campaigns={"data": Table(("name",), ())}, **{"11_customer_last_15_minutes": {"shards": shards}})
        assert "shard" not in foot(on, "08_last_15_minutes")
        assert f"{said} since 14:45" in foot(on, "11_customer_last_15_minutes")


async def test_bars_say_where_their_window_begins(stage):
    async with stage(200, 50) as on:
        await on.inject()
        await press(on, "4")
        assert "since 13:00" in foot(on, "14_event_types")


async def test_late_events_are_no_matter_of_the_clusters_panels(stage):
    behind = Table(DATA["clickstream_lag"].columns, ((7.0, None, 0.2, 0, 0, 0, None, None),))
    async with stage(200, 50) as on:
        await on.inject(clickstream_lag={"data": behind})
        await press(on, "4")
        assert on.text().count("behind 7.0 s") == len(layout.AUDIENCE)
        await press(on, "5")
        assert "behind 7.0 s" not in on.text()
