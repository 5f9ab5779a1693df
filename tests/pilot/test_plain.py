"""Without colours, and without signs that the terminal does not have."""

from __future__ import annotations

import re

import pytest

from tests.emulator import difference
from tests.pilot.conftest import Stage
from tests.pilot.diffing import resize, watched

EVERYWHERE = [
    "1",
    "2",
    "3",
    "4",
    "5",
    "6",
    "l",
    "tab",
    "m",
    "escape",
    "question_mark",
    "escape",
    "S",
    "escape",
    "colon",
]


async def look_everywhere(stage: Stage) -> str:
    """Everything that was written while the user saw all there is."""
    await stage.inject(**{"03_best": {"latency_ms": 774.9}, "05_organizations": {"error": "nobody answers: é"}})
    for key in EVERYWHERE:
        await stage.pilot.press(key)
        await stage.painted()
    stage.app.notify("it is said · here", severity="error")
    await stage.pilot.press("escape")
    await resize(stage, 200, 50)
    terminal = stage.app.terminal
    assert not difference(terminal.shown, terminal.stock)
    return "".join(terminal.written)


def colors(written: str) -> set[str]:
    """Parameters that set a colour."""
    parameters = {one for found in re.findall(r"\x1b\[([\d;]*)m", written) for one in found.split(";") if one}
    return {one for one in parameters if 30 <= int(one) <= 49 or 90 <= int(one) <= 107}


@pytest.mark.parametrize(("theme", "diffs"), [("rtdash-dark", True), ("textual-light", True), ("ansi-dark", False)])
async def test_no_color_is_no_colour_at_all(monkeypatch, theme, diffs):
    monkeypatch.setenv("NO_COLOR", "1")
    async with watched(80, 24, diffs=diffs) as stage:
        stage.app.theme = theme
        written = await look_everywhere(stage)
        assert not colors(written)
        assert "\x1b[1m" in written
        # What is marked by its ground alone is reversed: the header of a table, the button under the cursor.
        assert re.search(r"\x1b\[(1;|0;)*7m", written)


async def test_colours_otherwise(monkeypatch):
    monkeypatch.delenv("NO_COLOR", raising=False)
    async with watched(80, 24) as stage:
        assert colors(await look_everywhere(stage))


@pytest.mark.parametrize("diffs", [True, False], ids=["diff", "no-diff"])
async def test_ascii_alone(diffs):
    async with watched(80, 24, is_ascii=True, diffs=diffs) as stage:
        written = await look_everywhere(stage)
        assert written.isascii()
        screen = "\n".join(stage.app.terminal.shown.display)
        assert "+- Donations -" in screen
        assert "Beziers" in screen or "Amiens" in screen
