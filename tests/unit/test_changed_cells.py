"""Which cells of a line are drawn again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from rtdash.widgets.drawing.spans import changed, fit

TEXTS = st.text(alphabet="ab ▅東e\u0301", max_size=6)
LINES = st.lists(st.tuples(TEXTS, st.sampled_from(["text", "value"])), max_size=5)


def cells(line):
    """What stands in each cell; a wide character in both of its own, one without width in that before it."""
    found = []
    for text, role in line:
        for char in text:
            if (size := cell_len(char)) or not found:
                found += [(char, role)] * size
            else:
                found[-1] += (char, role)
    return found


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ((("  1,204", "value"), ("/s", "muted")), (("  1,304", "value"), ("/s", "muted")), (4, 5)),
        ((("ab", "text"), ("c", "text")), (("ab", "text"), ("c", "warn")), (2, 3)),
        ((("東京 1", "text"),), (("東京 2", "text"),), (5, 6)),
        ((("ae", "text"),), (("ae\u0301", "text"),), (0, 2)),
        ((("same", "text"),), (("same", "text"),), (4, 4)),
    ],
)
def test_from_the_first_to_the_last_change(before, after, expected):
    assert changed(before, after) == expected


@given(LINES, LINES)
def test_no_cell_that_differs_is_left_out(before, after):
    before, after = fit(before, 12), fit(after, 12)
    old, new = cells(before), cells(after)
    start, end = changed(before, after)
    if len(old) == len(new) == 12:
        assert {at for at in range(12) if old[at] != new[at]} <= set(range(start, end))
