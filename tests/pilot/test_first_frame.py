"""What is seen first: all that is known before a server has answered, in the arrangement of this size."""

from __future__ import annotations

from typing import Any

import pytest
from textual.css import stylesheet

from tests.emulator import Emulator, difference
from tests.pilot.diffing import watched

CLEAR = "\x1b[2J"


@pytest.mark.parametrize(("width", "height"), [(200, 50), (120, 36), (80, 24)])
async def test_the_first_frame_is_whole(width: int, height: int):
    async with watched(width, height) as stage:
        await stage.painted()
        first = Emulator(width, height)
        first.feed(next(frame for frame in stage.app.terminal.written if CLEAR in frame))
        assert "250 ms" in first.display[0]
        assert not (found := difference(first, stage.app.terminal.shown)), found


async def test_the_style_sheet_is_read_once(monkeypatch):
    parse, read = stylesheet.parse, []

    def parsed(scope: str, css: str, read_from: tuple[str, str], *others: Any, **named: Any) -> Any:
        read.append(read_from[0])
        return parse(scope, css, read_from, *others, **named)

    monkeypatch.setattr(stylesheet, "parse", parsed)
    async with watched(120, 36) as stage:
        await stage.painted()
        assert [path.rpartition("/")[2] for path in read].count("rtdash.tcss") == 1
