"""The latency pane: its views, its orders, and what it says of each query."""

from __future__ import annotations

import pytest

from rtdash.model.latency import Reach
from rtdash.widgets.drawing.latency import SORTS
from tests.pilot.samples import sample


def rows(on) -> list[str]:
    """Names of the panels in the table, as they stand."""
    names = [row.title for row in on.app.picture.latency_rows]
    found = [(on.text().find(f" {name}  "), name) for name in names]
    return [name for at, name in sorted(found) if at >= 0]


def header(on) -> list[str]:
    """Names of the columns, as they stand."""
    (line,) = (line for line in on.text().splitlines() if " last " in line and " p95" in line and " ms" not in line)
    return [name.strip() for name in line.strip(" │").split("  ") if name]


async def test_its_keys_are_shown_while_it_hears_them(stage):
    async with stage(200, 50) as on:
        await on.inject()
        assert "w 1, 5, 60 min" not in on.text()
        await on.pilot.press("l")
        await on.painted()
        for said in ("o order", "w 1, 5, 60 min", "v missed polls"):
            assert said in on.text()


async def test_l_gives_it_the_keys_on_a_small_screen_too(stage):
    async with stage(80, 24) as on:
        await on.inject()
        for _ in range(2):
            await on.pilot.press("l")
            await on.painted()
            assert on.app.focused is on.app.dashboard.latency
        assert "w 1, 5, 60 min" in on.text()
        await on.pilot.press("w")
        assert on.app.dashboard.latency.view.reach is Reach.HOUR
        await on.pilot.press("1")
        await on.painted()
        assert on.app.focused is None


async def test_its_keys_hide_no_row_that_the_cursor_is_on(stage):
    async with stage(80, 24) as on:
        await on.inject()
        pane = on.app.dashboard.latency
        await on.pilot.press("l")
        for key, row in (("end", -1), ("home", 0)):
            await on.pilot.press(key)
            await on.painted()
            assert pane.chosen_id == pane._ordered()[row].panel_id
            assert marked(on)
        assert "w 1, 5, 60 min" in on.text()


@pytest.mark.parametrize(
    ("width", "height", "shown"),
    [
        (80, 24, ["panel", "last", "p95", "over", "missed", "running", "age"]),
        (120, 36, ["panel", "last", "p95", "p99", "max", "over", "share", "missed", "running", "age", "▅ over 200"]),
        (200, 50, ["panel", "last", "p50", "p95", "p99", "max", "over", "share", "missed", "running", "age",
                   "recent, ▅ over 200"]),
    ],
)  # fmt: skip
async def test_where_there_is_little_room_what_matters_most_stays(stage, width, height, shown):
    async with stage(width, height) as on:
        await on.inject()
        await on.pilot.press("3" if width == 80 else "1")
        await on.painted()
        assert header(on) == shown


@pytest.mark.parametrize("column", ["p50", "p99", "max", "share", "age"])
async def test_the_column_that_orders_the_rows_is_shown(stage, column):
    async with stage(80, 24) as on:
        await on.inject()
        await on.pilot.press("l")
        await on.pilot.press(*"o" * (1 + list(SORTS).index(column)))
        await on.painted()
        assert f"{column} ▼" in header(on)
        assert {"panel", "last", "p95", "over"} <= set(header(on))


async def test_figures_of_one_five_and_sixty_minutes(stage):
    async with stage(200, 50) as on:
        await on.inject(**{"03_best": {"latency_ms": 900.0}})
        on.clock.now += 200.0
        await on.inject(**{"03_best": {"latency_ms": 3.0}})
        await on.pilot.press("l")
        pane = on.app.dashboard.latency
        for title, most in (("last 5 min", "900"), ("last 60 min", "900"), ("last 1 min", "3.0")):
            await on.painted()
            assert title in on.text()
            (line,) = (line for line in on.text().splitlines() if "Best city" in line and "│" in line)
            assert line.split()[7] == most
            await on.pilot.press("w")
        assert pane.view.reach is Reach.FIVE_MINUTES


async def test_over_and_share_are_of_the_reach(stage):
    async with stage(200, 50) as on:
        await on.inject(**{"03_best": {"latency_ms": 900.0}})
        on.clock.now += 70.0
        await on.inject(**{"03_best": {"latency_ms": 3.0}})
        await on.pilot.press("l")
        for said in ("900 1 50 % 0", "900 1 50 % 0", "3.0 0 0 % 0"):
            await on.painted()
            assert "missed since the start" in on.text()
            (line,) = (line for line in on.text().splitlines() if "Best city" in line and "│" in line)
            assert said in " ".join(line.split())
            await on.pilot.press("w")


async def test_missed_polls_have_a_view_of_their_own(stage):
    async with stage(200, 50) as on:
        await on.inject()
        for missed_ms in ((), (750.0, 500.0, 250.0)):
            on.clock.now += 1.0
            on.poller.deliver(sample("03_best", on.clock.now, latency_ms=10.0, missed_ms=missed_ms))
        await on.painted()
        await on.pilot.press("l")
        await on.painted()
        assert "as measured" in on.text()
        assert "750" not in on.text()
        await on.pilot.press("v")
        await on.painted()
        assert "with missed polls" in on.text()
        assert "750" in on.text()


async def test_the_order_is_the_worst_first_or_by_a_column(stage):
    async with stage(200, 50) as on:
        await on.inject(**{"03_best": {"latency_ms": 900.0}})
        await on.pilot.press("l")
        await on.painted()
        assert rows(on)[0] == "Best city and organisation"
        await on.pilot.press("o")
        await on.painted()
        assert rows(on) == sorted(rows(on), key=str.casefold)
        assert "panel ▼" in on.text()
        header = next(line for line in on.text().splitlines() if " p95 " in line)
        await on.pilot.click(on.app.dashboard.latency, offset=(header.index(" p95 ") + 2, 1))
        await on.painted()
        assert rows(on)[0] == "Best city and organisation"
        assert "p95 ▼" in on.text()


def marked(on) -> str:
    """The row of the latency table that has the cursor."""
    found = [line for line in on.text().splitlines() if line.lstrip("│").startswith("❯")]
    assert len(found) <= 1
    return found[0].split("❯")[1].strip(" ▲✗").split("  ")[0] if found else ""


async def test_the_cursor_shows_while_the_pane_has_the_focus_and_moves_by_rows(stage):
    async with stage(200, 50) as on:
        await on.inject()
        assert marked(on) == ""
        await on.pilot.press("l")
        await on.painted()
        assert marked(on) == rows(on)[0]
        await on.pilot.press("down", "down", "up")
        assert marked(on) == rows(on)[1]
        await on.pilot.press("pageup")
        assert marked(on) == rows(on)[0]
        on.app.screen.set_focus(None)
        await on.painted()
        assert marked(on) == ""


async def test_the_cursor_stays_with_its_panel_wherever_the_row_goes(stage):
    async with stage(200, 50) as on:
        await on.inject()
        await on.pilot.press("l", "down", "down")
        chosen = marked(on)
        assert chosen not in rows(on)[:1]
        panel_id = on.app.dashboard.latency.chosen_id
        await on.inject(**{panel_id: {"latency_ms": 900.0}})
        assert (marked(on), rows(on)[0]) == (chosen, chosen)
        await on.pilot.press("o")
        assert marked(on) == chosen


async def test_a_click_chooses_and_enter_or_a_second_click_asks_why(stage):
    async with stage(200, 50) as on:
        await on.inject(**{"03_best": {"latency_ms": 900.0}})
        await on.pilot.press("l")
        await on.painted()
        await on.pilot.click(on.app.dashboard.latency, offset=(30, 4))
        await on.painted()
        assert marked(on) == rows(on)[2]
        await on.pilot.press("enter")
        await on.until(lambda: on.explainer.asked)
        assert on.explainer.asked[0][0] == on.app.dashboard.latency.chosen_id
        await on.pilot.press("escape")
        await on.pilot.click(on.app.dashboard.latency, offset=(30, 2), times=2)
        await on.until(lambda: len(on.explainer.asked) == 2)
        assert on.explainer.asked[1][0] == on.app.dashboard.latency.chosen_id == "03_best"
