"""What the terminal shows after each frame is what it shows when everything is drawn at once."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import get_character_cell_size
from rich.color import ColorSystem
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from rtdash.terminal import cells
from rtdash.terminal.canvas import Canvas
from rtdash.terminal.cells import pieces
from rtdash.terminal.pen import Pens
from tests.emulator import Emulator, difference

WIDTH, HEIGHT = 12, 4
STYLES = [None, *map(Style.parse, ("", "bold", "#56B4E9", "bold #56B4E9 on #0E1218", "on #0E1218", "reverse", "red",
                                   "underline strike italic on blue", "default on default"))]  # fmt: skip
PLAIN = "ab 0─│█▁⣿éЖ✗▲…"
WIDE = "日本語한"
COMBINED = ("e\u0301", "日\u0301", "x\u0336", "की", "क्षि", "\u1112\u1161\u11ab")
DISPUTED = (
    "👩\u200d👩\u200d👧",
    "👍🏽",
    "🇫🇷",
    "❤\ufe0f",
    "\u200d",
    "\ufe0f",
    "\x1b[31m",
    "\r",
    "\n",
    "\x07",
    "\xad",
    "ก\u0e34",
)

texts = st.lists(st.sampled_from([*PLAIN, *WIDE, *COMBINED]), max_size=WIDTH).map("".join)
any_texts = st.lists(st.sampled_from([*PLAIN, *WIDE, *COMBINED, *DISPUTED]), max_size=WIDTH).map("".join)


def segments(text: st.SearchStrategy[str]) -> st.SearchStrategy[list[Segment]]:
    return st.lists(st.tuples(text, st.sampled_from(STYLES)).map(lambda pair: Segment(*pair)), max_size=4)


def puts(text: st.SearchStrategy[str]) -> st.SearchStrategy[list[list[tuple[int, int, list[Segment]]]]]:
    """Frames, each of some puts."""
    put = st.tuples(st.integers(0, WIDTH - 1), st.integers(0, HEIGHT - 1), segments(text))
    return st.lists(st.lists(put, max_size=6), min_size=1, max_size=6)


def canvas(system: ColorSystem = ColorSystem.TRUECOLOR) -> Canvas:
    return Canvas(WIDTH, HEIGHT, Pens(system))


def emulator(**how: bool) -> Emulator:
    """As Textual has it: the last column does not wrap."""
    screen = Emulator(WIDTH, HEIGHT, **how)
    screen.feed("\x1b[?7l")
    return screen


@given(
    puts(any_texts),
    st.sampled_from([ColorSystem.TRUECOLOR, ColorSystem.EIGHT_BIT, ColorSystem.STANDARD]),
    st.booleans(),
)
def test_frames_add_up_to_what_is_drawn_at_once(frames, system, is_spilling):
    shown, remembered = emulator(is_spilling=is_spilling), canvas(system)
    done = []
    for frame in frames:
        for x, y, strip in frame:
            remembered.put(x, y, strip)
            done.append((x, y, strip))
        shown.feed(remembered.frame())
        anew, at_once = emulator(is_spilling=is_spilling), canvas(system)
        for put in done:
            at_once.put(*put)
        anew.feed(at_once.frame())
        assert not difference(shown, anew)
        assert remembered.frame() == ""


def rows(text: st.SearchStrategy[str]) -> st.SearchStrategy[list[Strip]]:
    strip = segments(text).map(lambda found: Strip(found).adjust_cell_length(WIDTH, STYLES[3]))
    return st.lists(strip, min_size=HEIGHT, max_size=HEIGHT)


@given(st.lists(rows(texts), min_size=1, max_size=4))
def test_frames_show_what_textual_itself_would_draw(frames):
    console = Console(color_system="truecolor", force_terminal=True)
    shown, remembered = emulator(), canvas()
    for strips in frames:
        stock = emulator()
        for y, strip in enumerate(strips):
            remembered.put(0, y, strip)
            stock.feed(f"\x1b[{y + 1};1H{strip.render(console)}")
        shown.feed(remembered.frame())
        assert not difference(shown, stock)


@given(puts(any_texts))
def test_nothing_in_a_text_steers_the_terminal(frames):
    remembered = canvas()
    for frame in frames:
        for put in frame:
            remembered.put(*put)
        written = re.sub(r"\x1b\[[0-9;]*[CDGHJBm]|\x1bD", "", remembered.frame())
        assert not re.search(r"[\x00-\x07\x09-\x0c\x0e-\x1f\x7f-\x9f\u200d\ufe0f]", written)


def test_what_spills_is_written_before_what_stands_behind_it():
    shown, remembered = emulator(is_spilling=True), canvas()
    for text in ("कbc", "कीbc", "खीbc"):
        remembered.put(0, 0, [Segment(text[:-2], STYLES[6]), Segment("b", STYLES[1]), Segment("c")])
        shown.feed(remembered.frame())
        assert [cell.data for cell in shown.cells()[0][:3]] == [text[0], "b", "c"]


@pytest.mark.parametrize("text", COMBINED)
def test_letters_keep_what_is_written_with_them(text):
    assert "".join(pieces(text)) == text


def test_what_is_known_to_take_one_cell_does():
    for char in cells._NARROW:
        assert get_character_cell_size(char) == 1, char
        assert cells._pieces(char) == (char,)


@pytest.mark.parametrize(
    ("text", "drawn"),
    [
        ("👍🏽", "👍"),
        ("❤\ufe0f", "❤ "),
        ("👩\u200d👩\u200d👧", "👩"),
        ("a\u2028\u202e\x07", "a"),
        # Where nobody has taken the joiner out, Textual gives both letters one cell.
        ("\u0dc1\u0dca\u200d\u0dbb\u0dd3", "\u0dc1\u0dca\u0dd3"),
    ],
)
def test_what_terminals_do_not_agree_on_is_not_written(text, drawn):
    assert "".join(pieces(text)) == drawn


def test_a_frame_in_which_nothing_changed_writes_nothing():
    remembered = canvas()
    remembered.put(0, 0, [Segment("12:00", STYLES[4])])
    assert remembered.frame().startswith("\x1b[m\x1b[2J\x1b[H")
    remembered.put(0, 0, [Segment("12:0", STYLES[4]), Segment("0", STYLES[4])])
    assert remembered.frame() == ""


@pytest.mark.parametrize(
    ("before", "after", "written"),
    [
        ("12:00:00", "12:00:01", "\b1"),  # beside the cursor
        ("12:00:00", "13:00:00", "\x1b[2G3"),
        ("12:00:00", "13:00:01", "\x1b[2G3\x1b[8G1"),
        ("12:00:00", "13:10:00", "\x1b[2G3:1"),  # to draw a cell again is shorter than to move over it
        ("────────a", "│───────b", "\r│\x1b[9Gb"),
        ("日本", "日語", "\x1b[3G語"),
        ("日本", "ab本", "\rab"),
    ],
)
def test_the_shortest_way(before, after, written):
    remembered = canvas()
    remembered.put(0, 0, [Segment(before)])
    remembered.frame()
    remembered.put(0, 0, [Segment(after)])
    assert remembered.frame() == written


def test_cells_of_one_colour_are_drawn_together():
    remembered = canvas()
    red, blue = Style.parse("#ff0000"), Style.parse("#0000ff")
    for value in "01":
        for y in range(HEIGHT):
            remembered.put(0, y, [Segment(value, red), Segment(" "), Segment(value, blue)])
        written = remembered.frame()
    # The pen that drew last is still in hand.
    assert written.count("m") == 1


def test_the_cursor_goes_where_a_field_wants_it():
    remembered = canvas()
    remembered.put(0, 0, [Segment("name: ")])
    assert remembered.frame((6, 0)).endswith("name:\x1b[C")
    assert remembered.frame((6, 0)) == ""
    assert remembered.frame((3, 2)) == "\x1b[3;4H"
