"""The way from one look to another, read as a terminal reads it."""

from __future__ import annotations

import gc
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.color import Color, ColorSystem
from rich.style import Style

from rtdash.terminal.pen import MOST, Pens, change

ON = {"1": "bold", "2": "dim", "3": "italic", "4": "underline", "5": "blink", "6": "blink2", "7": "reverse",
      "8": "conceal", "9": "strike", "21": "underline2", "51": "frame", "52": "encircle", "53": "overline"}  # fmt: skip
OFF = {"22": {"bold", "dim"}, "23": {"italic"}, "24": {"underline", "underline2"}, "25": {"blink", "blink2"},
       "27": {"reverse"}, "28": {"conceal"}, "29": {"strike"},
       "54": {"frame", "encircle"}, "55": {"overline"}}  # fmt: skip
COLORS = [None, "default", "red", "bright_red", "color(100)", "#56B4E9", "#0E1218"]

styles = st.builds(
    lambda names, color, bgcolor: Style(color=color, bgcolor=bgcolor, **dict.fromkeys(names, True)),
    st.sets(st.sampled_from(sorted(ON.values())), max_size=4),
    st.sampled_from(COLORS),
    st.sampled_from(COLORS),
)
Look = tuple[frozenset[str], str, str]


def read(look: Look, written: str) -> Look:
    """What a terminal with this look has after it was sent so much."""
    names, colors = set(look[0]), {"3": look[1], "4": look[2]}
    for parameter in re.findall(r"[34]8;2(?:;\d+){3}|[34]8;5;\d+|\d+", written):
        if parameter == "0":
            names, colors = set(), {"3": "", "4": ""}
        elif parameter in ON:
            names.add(ON[parameter])
        elif parameter in OFF:
            names -= OFF[parameter]
        elif parameter in {"39", "49"}:
            colors[parameter[0]] = ""
        else:
            colors[{"9": "3", "10": "4"}.get(parameter[:-1], parameter[0])] = parameter
    return frozenset(names), colors["3"], colors["4"]


@given(styles, styles, st.sampled_from([ColorSystem.TRUECOLOR, ColorSystem.EIGHT_BIT, ColorSystem.STANDARD]))
def test_a_change_leads_from_one_look_to_the_other(one, other, system):
    pens = Pens(system)
    before, after = pens.of(one), pens.of(other)
    look = (before.attributes, before.foreground, before.background)
    assert read(look, change(before, after)) == (after.attributes, after.foreground, after.background)
    assert (change(before, after) == "") == (before is after)


def test_only_what_differs_is_changed_unless_all_of_it_is_shorter():
    pens = Pens(ColorSystem.TRUECOLOR)
    value, text, plain = map(pens.of, map(Style.parse, ("bold #E6EAF0 on #0E1218", "#E6EAF0 on #0E1218", "")))
    assert change(text, value) == "\x1b[1m"
    assert change(value, text) == "\x1b[22m"
    assert change(value, plain) == "\x1b[0m"


def test_styles_that_look_alike_are_one_pen():
    pens = Pens(ColorSystem.TRUECOLOR)
    assert pens.of(None) is pens.of(Style.parse("not bold default on default")) is pens.plain
    assert pens.of(Style.parse("bold")) is pens.of(Style.parse("bold") + Style.from_meta({"row": 3}))


def test_a_terminal_without_colours_has_no_attributes_either():
    pens = Pens(None)
    assert pens.of(Style.parse("bold underline #E6EAF0 on #0E1218")) is pens.plain


def test_what_is_remembered_has_bounds():
    pens = Pens(ColorSystem.TRUECOLOR)
    for number in range(2 * MOST):
        pen = pens.of(Style(color=Color.from_rgb(number % 256, number // 256, 0)))
        assert change(pens.plain, pen)
        assert pens.plain.cells[f"e{chr(0x300 + number)}"].pen is pens.plain
    gc.collect()
    assert len(pens.plain.cells) <= MOST
    assert len(pens) <= MOST + 1
    assert change.cache_info().currsize <= MOST


@pytest.mark.parametrize("text", ["a", "日"])
def test_cells_that_are_forgotten_are_made_again(text):
    cells = Pens(ColorSystem.TRUECOLOR).plain.cells
    before = cells[text]
    assert cells[text] is before
    for number in range(MOST):
        assert cells[chr(0x4E00 + number)]
    assert cells[text] is not before
    assert cells[text].text == text
