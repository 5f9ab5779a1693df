"""Every sign of the screen has one of ASCII, as wide as itself."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.segment import Segment
from textual.color import Color

import rtdash
from rtdash.cli import terminal
from rtdash.terminal.signs import AsciiSigns

SIGNS = AsciiSigns()


def ascii_of(text: str) -> str:
    return SIGNS.apply([Segment(text)], Color(0, 0, 0))[0].text


def test_signs_of_our_own_are_all_known():
    own = {
        char for file in Path(rtdash.__file__).parent.rglob("*.py") for char in file.read_text() if not char.isascii()
    }
    assert not [char for char in own if ascii_of(char) == "?"]


signs = st.one_of(st.characters(exclude_categories=["Cs"]), st.sampled_from("❤☁1🇫🇷👩日e\u0301\u20e3\ufe0f\u200d"))


@given(st.text(signs, max_size=6))
@example("❤\ufe0f x")
@example("1\ufe0f\u20e3|")
def test_nothing_else_is_left_and_nothing_moves(text):
    drawn = ascii_of(text)
    assert drawn.isascii()
    assert len(drawn) == cell_len(drawn) == cell_len(text)


def test_more_is_never_drawn_as_less():
    assert ascii_of("▁▂▃▄▅▆▇█") == "_.-:=+*#"
    assert ascii_of("❤\ufe0f 🇫🇷 日 e\u0301") == "?  FR ?? e"
    assert ascii_of("╭─ Béziers ─╮ €5 ✗") == "+- Beziers -+ E5 x"


@pytest.mark.parametrize(
    ("environment", "is_coerced", "reads"),
    [
        ({}, False, True),
        ({}, True, True),
        ({"LANG": "C.UTF-8"}, False, True),
        ({"LANG": "fr_FR.utf8"}, False, True),
        ({"LANG": "C"}, True, False),
        ({"LANG": "C", "LC_CTYPE": "C.UTF-8"}, True, False),  # Python's own doing
        ({"LC_CTYPE": "UTF-8"}, False, True),
        ({"LANG": "C", "LC_CTYPE": "en_US.UTF-8"}, False, True),
        ({"LC_ALL": "POSIX", "LANG": "C.UTF-8"}, True, False),
        ({"LANG": "de_DE.ISO-8859-1"}, False, False),
    ],
)
def test_the_locale_says_what_the_terminal_reads(monkeypatch, environment, is_coerced, reads):
    for name in ("LC_ALL", "LC_CTYPE", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(terminal.sys, "flags", type("Flags", (), {"utf8_mode": int(is_coerced)}))
    assert terminal.reads_utf8() is reads
