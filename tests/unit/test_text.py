"""Nothing in a text may steer the terminal."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from rtdash.model.text import plain

STEERING = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("Béziers · 7 €", "Béziers · 7 €"),
        ("東京", "東京"),
        ("e\u0301", "e\u0301"),
        ("", ""),
        ("\x1b[2J", "·[2J"),
        ("\x1b]0;title\x07", "·]0;title·"),
        ("\x9b31m", "·31m"),
        ("a\nb\r\nc\td", "a·b··c·d"),
        ("\x00\x7f\x85", "···"),
        ("\u202eabc\u2066", "·abc·"),
        ("a\u200b\u200d\ufeff\u00adb", "a····b"),
        ("\u2028\u2029", "··"),
        ("\ud800", "·"),
        ("\ue000", "·"),
        ("\U000e0001", "·"),
        (None, "None"),
        (b"\x1b", "b'\\x1b'"),
        (1.5, "1.5"),
    ],
)
def test_plain(given, shown):
    assert plain(given) == shown


@given(st.text(st.characters()))
def test_no_text_steers_and_none_is_lost(text):
    shown = plain(text)
    assert not [char for char in shown if unicodedata.category(char) in STEERING]
    assert len(shown) == len(text)
    assert plain(shown) == shown
    assert all(one == other or other == "·" for one, other in zip(text, shown, strict=True))


def test_each_control_and_each_mark_of_direction_is_replaced():
    for code in (*range(0x20), *range(0x7F, 0xA0), *range(0x200B, 0x2010), *range(0x202A, 0x202F)):
        assert plain(f"a{chr(code)}b") == "a·b"


def test_a_replacement_takes_one_cell():
    assert cell_len("·") == 1
