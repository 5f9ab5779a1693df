"""The lab beside the board: it goes on when it is left, and the board says how it ends."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rtdash.model.lab import Phase
from rtdash.screens.lab import LabScreen
from tests.pilot.lab_stage import ended, opened, reported, started
from tests.unit import lab_reports


@pytest.mark.parametrize("size", [(120, 36), (80, 24)])
async def test_it_goes_on_when_it_is_left_and_the_board_says_how_far_it_is(stage, size):
    async with stage(*size) as on:
        await started(on)
        await reported(on, lab_reports.filling())
        await on.pilot.press("escape")
        await on.painted()
        assert on.app.screen is on.app.dashboard
        assert "lab filling 20 % 7 min left" in on.text().splitlines()[0]
        await reported(on, lab_reports.done())
        await ended(on)
        assert "lab" not in on.text().splitlines()[0]
        assert [note.message for note in on.app._notifications] == ["the lab is done: e shows what it has found"]
        await on.pilot.press("e")
        await on.pilot.pause()
        assert "● done" in on.text()


async def test_the_board_says_that_it_failed(stage):
    async with stage(120, 36) as on:
        await on.inject()
        on.laboratory.is_running = True
        await ended(on, "the lab failed: [no] database is set")
        assert [note.message for note in on.app._notifications] == ["the lab failed: [no] database is set"]


@pytest.mark.parametrize(
    ("report", "said"),
    [
        (None, "the lab has stopped, and removed what it had made"),
        (replace(lab_reports.filling(), phase=Phase.STOPPED), "the lab has stopped, and removed what it had made"),
        (
            replace(lab_reports.filling(), phase=Phase.STOPPED, problems=("another [lab] has taken over",)),
            "the lab has stopped: another [lab] has taken over",
        ),
    ],
)
async def test_the_board_says_that_it_was_stopped_and_why(stage, report, said):
    async with stage(120, 36) as on:
        await on.inject()
        await reported(on, *([report] if report else []))
        await ended(on)
        assert [note.message for note in on.app._notifications] == [said]


async def test_the_workshops_sql_can_be_asked_from_there(stage):
    async with stage(120, 36) as on:
        await opened(on)
        await on.pilot.press("t")
        await on.until(lambda: "03_best.workshop" in on.poller.watched)
        assert isinstance(on.app.screen, LabScreen)


@pytest.mark.parametrize("where", ["lab", "board"])
async def test_leaving_stops_it_and_waits_until_its_tables_are_gone(stage, where):
    async with stage(120, 36) as on:
        await started(on)
        await reported(on, lab_reports.measuring())
        if where == "board":
            await on.pilot.press("escape")
        await on.pilot.press("ctrl+c")
        assert on.laboratory.told[-1] == "stop"
        assert "leaving: the lab removes its tables first" in [note.message for note in on.app._notifications]
        await on.until(lambda: on.app.return_code is not None)
        assert on.laboratory.is_closed


async def test_help_and_the_palette_know_it(stage):
    async with stage(120, 100) as on:
        await on.inject()
        commands = [command.title for command in on.app.get_system_commands(on.app.screen)]
        assert "Lab" in commands
        await on.pilot.press("question_mark")
        await on.pilot.pause()
        assert "In the lab: compare the chosen layouts" in on.text()
