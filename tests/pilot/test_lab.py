"""The lab on the screen: what it is started with, what it tells, and how it looks."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest

from rtdash.model.lab import Phase
from rtdash.model.lab_plan import LabPlan
from tests.pilot.conftest import Stage, set_up
from tests.pilot.lab_stage import ended, opened, reported, started
from tests.unit import lab_reports
from tests.unit.lab_reports import NAMES, SUBJECTS

# ── starting and stopping ─────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("size", [(120, 36), (80, 24)])
async def test_at_first_it_says_what_each_layout_is_and_one_chooses(stage, size):
    async with stage(*size) as on:
        await opened(on)
        for said in ("The workshop's first table", "Rows", "● 1,000,000", "○ 100,000", "✓ baseline", "✓ rollup"):
            assert said in on.text()
        await on.pilot.press("right", "right", "space", "tab", "space", "s")
        assert on.laboratory.told == [LabPlan(3_000_000, ("baseline", "sharded", "timesorted", "rollup"))]
        assert "starting" in on.text()
        assert "○ 100,000" not in on.text(), "its room is the report's"


async def test_baseline_is_no_choice_and_may_be_alone(stage):
    async with stage(80, 24) as on:
        await opened(on)
        await on.pilot.press("tab", "space", *(["right", "space"] * 3), "s")
        assert on.laboratory.told == [LabPlan(1_000_000, ("baseline",))]


async def test_it_is_chosen_and_started_by_mouse(stage):
    async with stage(120, 36) as on:
        await opened(on)
        row = on.text().splitlines()[1]
        await on.pilot.click(offset=(row.index("10,000,000"), 1))
        keys = on.text().splitlines()[-1]
        await on.pilot.click(offset=(keys.index("Start"), 35))
        assert on.laboratory.told == [LabPlan(10_000_000, NAMES)]
        await on.pilot.click(offset=(keys.index("Stop"), 35))
        assert on.laboratory.told[-1] == "stop"


async def test_while_it_is_at_work_no_other_is_started_and_afterwards_one_chooses_anew(stage):
    async with stage(120, 36) as on:
        await opened(on)
        await on.pilot.press("s", "s")
        assert len(on.laboratory.told) == 1
        assert [note.message for note in on.app._notifications] == ["the lab is at work: x stops it"]
        await reported(on, lab_reports.done())
        await ended(on)
        await on.pilot.press("s")
        assert len(on.laboratory.told) == 1
        assert "● 1,000,000" in on.text()
        assert "❯ rollup: 1,050 times as fast" in on.text(), "what was found stays until then"
        await on.pilot.press("s")
        assert len(on.laboratory.told) == 2
        assert "1,050 times" not in on.text()


async def test_without_donations_there_is_no_layout_to_choose(stage):
    async with stage(120, 36) as on:
        on.laboratory.subjects = ()
        await opened(on)
        assert "Layouts" not in on.text()
        assert "Rows" not in on.text(), "of the clickstream those that are there are asked"
        await on.pilot.press("s")
        assert on.laboratory.told == [LabPlan(1_000_000)]


# ── what it tells ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("size", [(200, 50), (80, 24)])
async def test_as_it_fills_it_says_how_far_it_is_and_how_long_it_takes(stage, size):
    async with stage(*size) as on:
        await started(on)
        await reported(on, lab_reports.filling())
        for said in ("filling 20 % 7 min left", "chunk 12 of 30: sharded", "1,200,000 rows", "rows/s"):
            assert said in on.text()
        await reported(on, replace(lab_reports.filling(), done=0.41, left_s=92.0))
        assert "filling 41 % 92 s left" in on.text()


@pytest.mark.parametrize("size", [(200, 50), (80, 24)])
async def test_when_it_is_done_the_verdict_is_there(stage, size):
    async with stage(*size) as on:
        await started(on)
        await reported(on, lab_reports.done())
        await ended(on)
        shown = " ".join(on.text().replace("│", " ").split())
        for said in ("● done", "❯ rollup: 1,050 times as fast as baseline", "no difference shown", "▲ 7 of 7", "▲842"):
            assert said in shown


async def test_all_of_it_can_be_scrolled_on_a_small_screen(stage):
    async with stage(80, 24) as on:
        pane = await started(on)
        await reported(on, lab_reports.done())
        assert "MariaDB has no shards" not in on.text()
        assert "more ↓" in on.text()
        await on.pilot.press("end")
        assert "What is asked for is kept" in on.text()
        await on.pilot.press("home")
        for _ in range(30):
            pane.on_mouse_scroll_down()
        await on.pilot.pause()
        assert "What is asked for is kept" in on.text()


async def test_the_store_that_was_heard_of_last_is_shown_and_the_other_by_a_key(stage):
    async with stage(120, 36) as on:
        await started(on)
        await reported(on, lab_reports.done(), lab_reports.clickstream())
        assert "Clickstream 900,000 rows PostgreSQL" in on.text()
        assert "donations: ● done" in on.text()
        await on.pilot.press("v")
        assert "Donations 3,000,000 rows MariaDB" in on.text()
        await reported(on, lab_reports.clickstream())
        assert "Donations 3,000,000 rows MariaDB" in on.text(), "what was chosen stays"


async def test_what_went_wrong_is_one_line_and_what_was_found_stays(stage):
    async with stage(120, 36) as on:
        await started(on)
        await reported(on, lab_reports.measuring())
        await ended(on, "the lab failed: donations database: gone\x1b[2J away")
        assert "✗ the lab failed: donations database: gone·[2J away" in on.text()
        assert "▲842" in on.text()
        assert "measuring" not in on.text()
        assert " ended " in on.text()


async def test_one_that_was_stopped_says_so(stage):
    async with stage(80, 24) as on:
        await started(on)
        await reported(on, replace(lab_reports.measuring(), phase=Phase.CLEANING, left_s=None))
        assert "cleaning up" in on.text()
        await reported(on, replace(lab_reports.measuring(), phase=Phase.STOPPED))
        await ended(on)
        assert "■ stopped" in on.text()


async def test_a_window_of_any_size_and_back(stage):
    async with stage(80, 24) as on:
        await started(on)
        await reported(on, lab_reports.done())
        for size in ((20, 5), (7, 4), (1, 1), (3, 60), (80, 24)):
            await on.pilot.resize_terminal(*size)
            await on.pilot.pause()
        assert "● done" in on.text()


async def test_texts_of_servers_are_plain(stage):
    async with stage(120, 36) as on:
        await opened(on)
        bad = "\x1b[2J[bold]\u202eabc"
        subjects = tuple(replace(each, title=bad, why=bad, differs=bad) for each in SUBJECTS)
        report = replace(lab_reports.done(), server=bad, doing=bad, problems=(bad,), verdict=(bad,), subjects=subjects)
        await reported(on, report)
        assert not {"\x1b", "\u202e"} & set(on.text())
        assert "✗ ·[2J[bold]" in on.text()


# ── how it looks ──────────────────────────────────────────────────────────────────────────────────────────────────────


async def choosing(on: Stage) -> None:
    await opened(on)


async def fills(on: Stage) -> None:
    await started(on)
    await reported(on, lab_reports.filling())


async def measures(on: Stage) -> None:
    await started(on)
    await reported(on, lab_reports.measuring(3))


async def done(on: Stage) -> None:
    await started(on)
    await reported(on, lab_reports.done())
    await ended(on)


async def other_store(on: Stage) -> None:
    await started(on)
    await reported(on, lab_reports.done(), lab_reports.clickstream())
    await ended(on)


SIZES = ((200, 50), (120, 36), (80, 24))


@pytest.mark.parametrize(
    ("size", "scene"),
    [
        ((120, 36), choosing),
        *((size, scene) for size in SIZES for scene in (fills, measures, done)),
        ((120, 36), other_store),
    ],
    ids=lambda value: f"{value[0]}x{value[1]}" if isinstance(value, tuple) else value.__name__,
)
def test_picture(snap_compare: Any, size: tuple[int, int], scene: Callable[[Stage], Awaitable[None]]) -> None:
    stage = set_up()

    async def play(pilot: Any) -> None:
        stage.pilot = pilot
        await scene(stage)

    assert snap_compare(stage.app, terminal_size=size, run_before=play)
