"""Rows of a query become the value that its panel draws, or one line that says why not."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import pytest

from rtdash.errors import PanelError
from rtdash.model.data import Bar, Bars, Count, Counts, Line, Place, Places, Series, Sparklines, Stat, Table
from rtdash.panels.decode import MAX_ROWS, MAX_SECONDS, decode
from rtdash.panels.spec import COLUMNS, Draw, PanelSpec, Source

AT = datetime(2026, 11, 22, 14, 3, 20, tzinfo=UTC)
NAIVE = AT.replace(tzinfo=None)
COLUMN_NAMES = {
    Draw.STAT: ("value", "label"),
    Draw.BARS: ("label", "value"),
    Draw.COUNTS: ("label", "value", "error", "since"),
    Draw.SPARKLINES: ("label", "at", "value"),
    Draw.LINE: ("at", "events", "devices"),
    Draw.MAP: ("label", "latitude", "longitude", "value"),
    Draw.TABLE: ("key", "text"),
}


def spec(draw: Draw) -> PanelSpec:
    return PanelSpec(id="mine", title="Mine", source=Source.CITUS, draw=draw, sql="SELECT 1", path=Path("p/mine.sql"))


def value(draw: Draw, *rows: tuple[object, ...], columns: tuple[str, ...] | None = None) -> object:
    return decode(spec(draw), columns or COLUMN_NAMES[draw], rows)


def refusal(draw: Draw, *rows: tuple[object, ...], columns: tuple[str, ...] | None = None) -> str:
    with pytest.raises(PanelError) as caught:
        value(draw, *rows, columns=columns)
    message = str(caught.value)
    assert message.startswith("mine.sql: ")
    assert message.isprintable()
    return message.removeprefix("mine.sql: ")


# ── what each draw makes of its rows ──────────────────────────────────────────────────────────────────────────────────


def test_stat():
    assert value(Draw.STAT, (3, "Brest")) == Stat(3, "Brest")
    assert value(Draw.STAT, (Decimal("5520.15"), None)) == Stat(Decimal("5520.15"), "")
    assert value(Draw.STAT, (7,), columns=("value",)) == Stat(7)
    assert value(Draw.STAT, (None,), columns=("value",)) == Stat(None), "nothing to count yet"
    assert value(Draw.STAT) == Stat(None)


def test_bars():
    assert value(Draw.BARS, ("b", 2), (17, Decimal("1.5"))) == Bars((Bar("b", 2), Bar("17", Decimal("1.5"))))
    assert value(Draw.BARS) == Bars()


def test_bars_of_a_window():
    earlier, names = NAIVE - timedelta(minutes=5), ("label", "value", "since")
    rows = (("a", 1, NAIVE), ("b", 2, earlier), ("c", 3, None))
    bars = Bars((Bar("a", 1), Bar("b", 2), Bar("c", 3)), AT - timedelta(minutes=5))
    assert value(Draw.BARS, *rows, columns=names) == bars
    assert value(Draw.BARS, rows[2], columns=names) == Bars((Bar("c", 3),)), "nothing says where it begins"
    assert value(Draw.BARS, columns=names) == Bars()
    assert refusal(Draw.BARS, ("a", 1, "now"), columns=names) == "at is 'now', not a time"


def test_counts():
    earlier = NAIVE - timedelta(minutes=5)
    assert value(Draw.COUNTS, ("events", 9, None, NAIVE), ("devices", 4, 0.1, earlier)) == Counts(
        (Count("events", 9, None), Count("devices", 4, 0.1)), AT - timedelta(minutes=5)
    )
    assert value(Draw.COUNTS, ("events", 0, None, None)) == Counts((Count("events", 0, None),), None)


def test_sparklines_have_a_value_for_every_second():
    rows = (
        ("Brest", NAIVE, Decimal("1.5")),
        ("Pau", NAIVE - timedelta(seconds=3) + timedelta(microseconds=7), 2),
        ("Brest", NAIVE - timedelta(seconds=2), 4),
    )
    assert value(Draw.SPARKLINES, *rows) == Sparklines(
        (Series("Brest", (0.0, 4.0, 0.0, 1.5)), Series("Pau", (2.0, 0.0, 0.0, 0.0))), AT
    )
    assert value(Draw.SPARKLINES) == Sparklines()


def test_line():
    paris = timezone(timedelta(hours=1))
    rows = ((AT.astimezone(paris), 1, 2), (AT + timedelta(hours=1), Decimal(3), 4.5))
    assert value(Draw.LINE, *rows) == Line(
        (AT, AT + timedelta(hours=1)), ("events", "devices"), ((1.0, 3.0), (2.0, 4.5))
    )
    assert value(Draw.LINE) == Line((), ("events", "devices"), ((), ()))


def test_map():
    assert value(Draw.MAP, ("Pau", Decimal("43.2951"), -0.3708, 9)) == Places((Place("Pau", 43.2951, -0.3708, 9),))


def test_table():
    given = (1, None, True, Decimal("1.5"), NAIVE, date(2026, 11, 22), b"\x1b\xff", "a\x1b[2Jb")
    names = ("key", *"abcdefg")
    table = value(Draw.TABLE, given, columns=names)
    assert table == Table(names, ((1, None, True, Decimal("1.5"), AT, "2026-11-22", "·\ufffd", "a·[2Jb"),))
    assert table.records() == [dict(zip(names, table.rows[0], strict=True))]


def test_a_flag_marks_its_row_and_is_no_column():
    rows = (("a", None, 1), ("b", "warn", 2), ("c", "error", 3))
    flagged = Table(("key", "n"), (("a", 1), ("b", 2), ("c", 3)), (None, "warn", "error"))
    assert value(Draw.TABLE, *rows, columns=("key", "flag", "n")) == flagged
    assert flagged.records()[1] == {"key": "b", "n": 2}
    assert value(Draw.TABLE, columns=("key", "flag")) == Table(("key",))


def test_where_the_window_of_a_table_begins_is_no_column():
    earlier, later = datetime(2026, 11, 22, 13, 0, tzinfo=UTC), datetime(2026, 11, 22, 13, 5, tzinfo=UTC)
    table = value(Draw.TABLE, ("a", later, 1), ("b", earlier, 2), columns=("key", "since", "n"))
    assert table == Table(("key", "n"), (("a", 1), ("b", 2)), since=earlier)
    assert value(Draw.TABLE, ("a", None), columns=("key", "since")) == Table(("key",), (("a",),))


@pytest.mark.parametrize("flag", ["red", "WARN", "", 1, True, "\x1b[2J"])
def test_a_flag_is_one_of_three(flag):
    said = refusal(Draw.TABLE, ("a", flag), columns=("key", "flag"))
    assert said.endswith("; allowed: NULL, 'warn', 'error'")


def test_a_table_of_flags_alone():
    assert refusal(Draw.TABLE, ("warn",), columns=("flag",)).endswith("the query gives flag")


@pytest.mark.parametrize("draw", [Draw.BARS, Draw.COUNTS, Draw.SPARKLINES, Draw.MAP, Draw.STAT])
def test_no_label_can_steer_the_terminal(draw):
    hostile = "a\x1b]0;pwned\x07\n\u202eb\u200bc"
    cells = {"label": hostile, "value": 1, "error": None, "since": NAIVE, "at": NAIVE, "latitude": 1, "longitude": 1}
    data = value(draw, tuple(cells[name] for name in COLUMN_NAMES[draw]))
    assert "a·]0;pwned··" in repr(data)
    assert not re.search(r"\\x1b|\\x07|\\n|\\u202e|\\u200b", repr(data))


def test_no_column_name_can_steer_the_terminal():
    assert value(Draw.LINE, (AT, 1), columns=("at", "\x1b[31m")).names == ("·[31m",)
    assert value(Draw.TABLE, (1,), columns=("\x1b[31m",)).columns == ("·[31m",)


# ── what is refused ───────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("draw", [draw for draw in Draw if draw is not Draw.TABLE])
def test_columns_that_do_not_fit_the_draw(draw):
    wants = f"draw {draw} wants columns {COLUMNS[draw]}; the query gives "
    assert refusal(draw, columns=("\x1b[2Jlabel", "amount")) == wants + "·[2Jlabel, amount"
    assert refusal(draw, columns=tuple(reversed(COLUMN_NAMES[draw]))).startswith(wants), "their order counts"
    with pytest.raises(PanelError, match=r"the query gives none$"):
        decode(spec(draw), (), ())


def test_a_table_of_no_columns_at_all():
    with pytest.raises(PanelError, match=r"the query gives none$"):
        decode(spec(Draw.TABLE), (), ())


@pytest.mark.parametrize(
    ("draw", "row", "said"),
    [
        (Draw.BARS, ("a", None), "value is None, not a number"),
        (Draw.BARS, ("a", "7"), "value is '7', not a number"),
        (Draw.BARS, ("a", True), "value is True, not a number"),
        (Draw.BARS, ("a", "\x1b[2J" + "x" * 90), "value is '\\x1b[2J" + "x" * 32 + ", not a number"),
        (Draw.BARS, ("a", float("nan")), "value is nan, not a number"),
        (Draw.BARS, ("a", float("-inf")), "value is -inf, not a number"),
        (Draw.BARS, ("a", Decimal("NaN")), "value is Decimal('NaN'), not a number"),
        (Draw.BARS, ("a", Decimal("Infinity")), "value is Decimal('Infinity'), not a number"),
        (Draw.STAT, (float("nan"), "a"), "value is nan, not a number"),
        (Draw.COUNTS, ("a", None, None, AT), "value is None, not a number"),
        (Draw.COUNTS, ("a", 1, "x", AT), "value is 'x', not a number"),
        (Draw.COUNTS, ("a", 1, None, "now"), "at is 'now', not a time"),
        (Draw.SPARKLINES, ("a", None, 1), "at is None, not a time"),
        (Draw.SPARKLINES, ("a", date(2026, 11, 22), 1), "at is datetime.date(2026, 11, 22), not a time"),
        (Draw.SPARKLINES, ("a", AT, None), "value is None, not a number"),
        (Draw.LINE, (None, 1, 2), "at is None, not a time"),
        (Draw.LINE, (AT, 1, None), "value is None, not a number"),
        (Draw.LINE, (AT, 1, Decimal("1e400")), "value is Decimal('1E+400'), not a number"),
        (Draw.MAP, ("a", None, 1, 1), "value is None, not a number"),
        (Draw.MAP, ("a", 1, 1, None), "value is None, not a number"),
        (Draw.LINE, (datetime.min.replace(tzinfo=timezone(timedelta(hours=1))), 1, 2), "date value out of range"),
    ],
)
def test_a_value_that_cannot_be_drawn(draw, row, said):
    assert refusal(draw, row) == said


def test_as_many_rows_as_are_allowed_and_one_more():
    rows = tuple((f"row {number}", number) for number in range(MAX_ROWS + 1))
    assert len(value(Draw.BARS, *rows[:MAX_ROWS]).items) == MAX_ROWS
    assert refusal(Draw.BARS, *rows) == f"more than {MAX_ROWS} rows; add a LIMIT"


def test_as_many_seconds_as_are_allowed_and_one_more():
    first, last = ("a", AT, 1), ("a", AT + timedelta(seconds=MAX_SECONDS - 1), 1)
    assert len(value(Draw.SPARKLINES, first, last).series[0].values) == MAX_SECONDS
    beyond = ("a", AT + timedelta(seconds=MAX_SECONDS), 1)
    assert (
        refusal(Draw.SPARKLINES, first, beyond) == f"the times span {MAX_SECONDS + 1} s; allowed: up to {MAX_SECONDS}"
    )
