"""The form on a terminal that is too low for it."""

from __future__ import annotations

import re

import pytest

from tests.pilot.filling import PLAN, opened, press, typed


@pytest.mark.parametrize("rows", [21, 18, 17, 12])
async def test_on_a_low_terminal_what_has_no_room_is_left_out_and_the_wheel_parts_nothing(stage, rows):
    async with stage(80, rows) as on:
        await opened(on, PLAN)
        before = on.text()
        for row, label in ((1, "Name"), (3, "Cities"), (9, "Organisations"), (11, "Rate"), (13, "Ends after")):
            assert (f"│ {label} " in before) is (row < rows - 3)
        for widget in on.app.screen.query("#form > Input, #form > Options"):
            assert not widget.display or widget.region.bottom <= rows - 3
            assert not widget.display or before.split("\n")[widget.region.y][:15].strip("│ "), "beside its label"
        assert "Enter Start" in before.split("\n")[-2]
        assert re.fullmatch(r"╰─* \d+ more on a taller terminal ─╯", before.split("\n")[-1])
        on.app.screen.query_one("#form").on_mouse_scroll_down()
        await on.pilot.pause()
        assert on.text() == before
        await press(on, *["tab"] * 4)
        assert on.app.focused.display
        await on.pilot.resize_terminal(80, 24)
        await on.pilot.pause()
        assert "● are stopped" in on.text()
        assert "more" not in on.text().split("\n")[-2]


@pytest.mark.parametrize(
    ("columns", "rows", "part", "said"),
    [
        (80, 18, "delay_s", "✗ Begins in: 'later'"),
        (80, 19, "delay_s", "✗ Begins in: 'later'"),
        (80, 17, "duration_s", "✗ Ends after: 'later'"),
        (44, 18, "delay_s", "✗ Begins in: 'later'"),
    ],
)
async def test_what_is_wrong_where_there_is_no_room_is_said_at_the_foot(stage, columns, rows, part, said):
    async with stage(columns, rows) as on:
        started = await opened(on)
        await typed(on, **{part: "later"})
        await press(on, "enter")
        assert said in on.text().split("\n")[-1]
        assert not started
