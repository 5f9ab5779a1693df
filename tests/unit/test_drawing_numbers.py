"""Numbers as people read them, at widths that hold still, whatever a database holds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtdash.widgets.drawing import numbers
from rtdash.widgets.drawing.spans import fit, left, right, width

NAN, INF = float("nan"), float("inf")
AT = datetime(2026, 11, 22, 14, 3, 22, tzinfo=UTC)
# No database sends a signalling NaN.
NUMBERS = st.integers(-(10**30), 10**30) | st.floats() | st.decimals().filter(lambda value: not value.is_snan())


@pytest.mark.parametrize(
    ("value", "end"), [(0, 0), (-1, -1), (INF, INF), (1, 1), (1.01, 1.2), (1000, 1000), (2100, 2400), (0.07, 0.08)]
)
def test_a_scale_ends_at_a_round_number(value, end):
    assert numbers.ceiling(value) == pytest.approx(end)


@given(st.floats(1e-300, 1.7e308))
def test_a_scale_holds_its_values_and_not_much_more(value):
    assert value <= numbers.ceiling(value) <= 4 / 3 * value * (1 + 1e-9)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0, "0"),
        (1204991, "1,204,991"),
        (-1234, "-1,234"),
        (2**63, "9,223,372,036,854,775,808"),
        (5.0, "5"),
        (5.125, "5.12"),
        (3.001, "3.00"),
        (-0.001, "0.00"),
        (Decimal("5520.15"), "5,520.15"),
        (Decimal("5520.00"), "5,520"),
        (Decimal("1e30"), "1" + 10 * ",000"),
        (NAN, "nan"),
        (-INF, "-inf"),
        (Decimal("NaN"), "NaN"),
        (Decimal("Infinity"), "Infinity"),
    ],
)
def test_grouped(value, shown):
    assert numbers.grouped(value) == shown
    assert numbers.amount(value, "events") == shown


@pytest.mark.parametrize(
    ("value", "in_full", "in_columns"),
    [(Decimal("5520.15"), "€5,520.15", "€5,520"), (0, "€0.00", "€0"), (7, "€7.00", "€7"), (-0.4, "€-0.40", "€0")],
)
def test_euros(value, in_full, in_columns):
    assert numbers.amount(value, "eur") == in_full
    assert numbers.rounded(value, "eur") == in_columns


@pytest.mark.parametrize(
    ("value", "shown"), [(1204991, "1,204,991"), (2.5, "2"), (1999.6, "2,000"), (-0.4, "0"), (NAN, "nan"), (INF, "inf")]
)
def test_rounded(value, shown):
    assert numbers.rounded(value) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0, "0"),
        (312, "312"),
        (999.4, "999"),
        (999.6, "1.0k"),
        (4999, "5.0k"),
        (999_600, "1.0M"),
        (Decimal(1_204_991), "1.2M"),
        (-2e9, "-2.0G"),
        (3e12, "3.0T"),
        (1e308, "1e+308"),
        (NAN, "nan"),
        (INF, "inf"),
    ],
)
def test_short(value, shown):
    assert numbers.short(value) == shown


@pytest.mark.parametrize(
    ("value", "shown"), [(0.0, "0.0"), (0.94, "0.9"), (99.94, "99.9"), (99.96, "100"), (200.1, "200"), (774.2, "774")]
)
def test_milliseconds(value, shown):
    assert numbers.milliseconds(value) == shown


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(0, "0.0 s"), (9.94, "9.9 s"), (9.96, "10 s"), (119.4, "119 s"), (120, "2 min"), (7199, "120 min"), (7200, "2 h")],
)
def test_age(seconds, shown):
    assert numbers.age(seconds) == shown


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(0, "0.0 s"), (1.96, "2.0 s"), (2, "2 s"), (4.99, "4 s"), (9.99, "5 s"), (10, "10 s"), (29, "25 s"), (42, "40 s"),
     (59.9, "50 s"), (61, "60 s"), (119, "110 s"), (120, "2 min")],
)  # fmt: skip
def test_how_old(seconds, shown):
    assert numbers.how_old(seconds) == shown


def test_what_stands_still_is_renewed_ever_more_seldom():
    shown = [numbers.how_old(tenths / 10) for tenths in range(1500)]
    assert len(set(shown)) < 40


@pytest.mark.parametrize(("seconds", "shown"), [(-5, "00:00:00"), (192.9, "00:03:12"), (86399, "23:59:59")])
def test_clock(seconds, shown):
    assert numbers.clock(seconds) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, ""),
        (True, "yes"),
        (False, "no"),
        ("text", "text"),
        (1204991, "1,204,991"),
        (AT, "15:03:22"),
        (AT.replace(second=0), "22 Nov 15:03"),
    ],
)
def test_cell(value, shown):
    assert numbers.cell(value, ZoneInfo("Europe/Paris")) == shown


@pytest.mark.parametrize(
    ("value", "largest", "part"),
    [(1, 4.0, 0.25), (5, 4.0, 1.0), (-1, 4.0, 0.0), (1, 0.0, 0.0), (-1, -4.0, 0.0), (INF, INF, 0.0), (NAN, 1.0, 0.0)],
)
def test_share(value, largest, part):
    assert numbers.share(value, largest) == part


@pytest.mark.parametrize(
    ("hours", "shown"), [(0, "14:05"), (19, "19:05"), (23, "Sat 15:05"), (140, "Mon 18:05"), (168, "15 Nov 14:05")]
)
def test_a_moment_cannot_be_taken_for_another(hours, shown):
    now = datetime(2026, 11, 22, 14, 5, tzinfo=UTC)
    assert numbers.moment(now - timedelta(hours=hours), now) == shown
    assert numbers.moment(now - timedelta(hours=hours), None) == shown[-5:]


@given(NUMBERS, st.sampled_from(["", "eur", "events"]))
def test_any_number_can_be_shown(value, unit):
    shown = [numbers.amount(value, unit), numbers.rounded(value, unit), numbers.cell(value, UTC)]
    assert all(text.isprintable() and text for text in shown)
    assert not any(text.startswith(("-0 ", "€-0 ")) for text in shown)


@given(NUMBERS)
def test_labels_of_axes_stay_short(value):
    assert len(numbers.short(value)) <= 7


# ── lines of spans ────────────────────────────────────────────────────────────────────────────────────────────────────

TEXTS = st.text(st.sampled_from("ab 東京é\u0301€·█🎉"), max_size=12)
LINES = st.lists(st.tuples(TEXTS, st.sampled_from(["text", "bar"])), max_size=6)


@given(LINES, st.integers(0, 60))
def test_fit_gives_exactly_the_width(line, cells):
    assert width(fit(line, cells)) == cells


@given(LINES)
def test_fit_leaves_a_line_that_fits_as_it_is(line):
    assert fit(line, width(line)) == tuple(line)


@given(TEXTS, st.integers(1, 30))
def test_left_gives_exactly_the_width_and_right_at_least(text, cells):
    assert width([(left(text, cells), "")]) == cells
    assert width([(right(text, cells), "")]) == max(cells, width([(text, "")]))
    assert right(text, cells).endswith(text)


def test_a_cut_is_seen():
    assert fit([("abc", "x"), ("defg", "y")], 5) == (("abc", "x"), ("d…", "y"))
    assert fit([("abc", "x"), ("defg", "y")], 3) == (("abc", "x"),)
    assert fit([("東京", "x")], 3) == (("東…", "x"),)
    assert fit([("東京", "x")], 2) == ((" …", "x"),)
    assert fit([("ab", "x")], 4) == (("ab", "x"), ("  ", "text"))
    assert left("abcd", 3) == "ab…"
