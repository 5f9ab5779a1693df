"""Each kind of panel, cell for cell."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from rtdash.model.data import Absent, Bar, Bars, Count, Counts, Data, Place, Places, Series, Sparklines, Stat, Table
from rtdash.model.data import Line as Trend
from rtdash.widgets.drawing import body
from rtdash.widgets.drawing.bars import bar
from rtdash.widgets.drawing.sparklines import columns, stretched
from tests.unit.lines import roles, text

NOW = datetime(2026, 11, 22, 14, 3, 22, tzinfo=UTC)
NAN = float("nan")


def drawn(data: Data, width: int, height: int, unit: str = "", rate_per_s: float | None = None) -> list[str]:
    return text(body.draw(data, rate_per_s, unit, UTC, width, height))


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (Stat(None), " nothing yet"),
        (Bars(), " nothing in this window"),
        (Counts(), " nothing in this window"),
        (Sparklines(), " nothing in this window"),
        (Places(), " nothing in this window"),
        (Trend(), " not enough points yet"),
        (Trend((NOW,), ("n",), ((1.0,),)), " not enough points yet"),
        (Table(("a",)), " no rows"),
    ],
)
def test_nothing_is_said_in_words(data, said):
    assert drawn(data, 30, 5) == [said.ljust(30)]


# ── stat ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_stat_in_one_line():
    assert drawn(Stat(1204991), 14, 1) == ["  1,204,991   "]


def test_a_stat_says_what_it_is_of():
    lines = body.draw(Stat(Decimal("5520.15"), "Brest · WarmHearts"), None, "eur", UTC, 22, 2)
    assert text(lines) == [" Brest · WarmHearts   ", "  €5,520.15           "]
    assert roles(lines[1]) == {"€5,520.15": "value"}


def test_a_stat_is_large_where_there_is_room():
    assert drawn(Stat(125), 14, 3) == ["  ╺┓ ╺━┓┏━╸   ", "   ┃ ┏━┛┗━┓   ", "  ╺┻╸┗━╸╺━┛   "]


def test_a_stat_says_how_fast_it_grows():
    assert drawn(Stat(9), 14, 2, "eur", 1204.4) == ["  €9.00       ", "  ▲ €1,204/s  "]
    assert drawn(Stat(9), 14, 2, "", 0.4) == ["  9           ", "  ■ 0/s       "]


# ── bars ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_bars_to_a_common_scale():
    data = Bars((Bar("SmileFund", 200), Bar("PureJoy", Decimal(100)), Bar("none", 0)))
    assert drawn(data, 30, 3, "eur") == [
        " SmileFund █████████████ €200 ",
        " PureJoy   ██████▌       €100 ",
        " none                      €0 ",
    ]


def test_bars_in_two_columns_where_the_rows_do_not_suffice():
    data = Bars(tuple(Bar(f"d{number}", 100 - number) for number in range(5)))
    assert drawn(data, 36, 3) == [
        " d0 █████████ 100  d3 █████████▊ 97 ",
        " d1 ████████▉  99  d4 █████████▋ 96 ",
        " d2 ████████▉  98                   ",
    ]
    assert len(drawn(data, 25, 3)) == 5, "too narrow for two: the panel scrolls"


def test_bars_without_room_are_labels_and_numbers():
    assert drawn(Bars((Bar("a long label", 3),)), 12, 1) == [" a long …  3"]


def test_what_is_negative_or_no_number_has_no_bar():
    data = Bars((Bar("a", -3), Bar("b", NAN), Bar("c", float("inf"))))
    assert drawn(Bars(data.items[:1]), 20, 3) == [" a               -3 "]
    assert [line.strip().split()[-1] for line in drawn(data, 20, 3)] == ["-3", "nan", "inf"]


@pytest.mark.parametrize(
    ("part", "shown"), [(0, "    "), (1 / 64, "    "), (1 / 32, "▏   "), (0.5, "██  "), (0.6, "██▍ "), (1, "████")]
)
def test_a_bar_is_exact_to_an_eighth_of_a_cell(part, shown):
    assert bar(part, 4) == shown


# ── counts ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_count_is_never_cut_its_label_is():
    counts = Counts((Count("click, 46 % of page_view", 173_438, 3989.1), Count("donate", 9, 0.2)))
    assert drawn(counts, 24, 3) == [" click, … 173,438 ±3,989", " donate         9     ±0"]


def test_an_estimate_carries_its_error():
    lines = body.draw(Counts((Count("events", 1204991, None), Count("devices", 81204, 1867.7))), None, "", UTC, 27, 4)
    assert text(lines) == [" events   1,204,991        ", " devices     81,204 ±1,868 "]
    assert roles(lines[1]) == {"devices": "text", "81,204": "strong", "±1,868": "muted"}


# ── sparklines ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_sparklines_to_a_common_scale_the_newest_at_the_right():
    data = Sparklines((Series("Brest", (0.0, 1.0, 2.0, 4.0)), Series("Pau", (8.0, 0.0, 0.1, 8.0))), NOW)
    lines = body.draw(data, None, "eur", UTC, 21, 2)
    assert text(lines) == [" Brest    ▁▁▂▂▄▄  €7 ", " Pau   ███  ▁▁██ €16 "]
    assert [line[1][1] for line in lines] == ["series-1", "series-2"]


def test_sparklines_grow_with_the_room():
    data = Sparklines((Series("Brest", (0.0, 4.0, 8.0)),), NOW)
    assert drawn(data, 16, 5) == [
        "           █    ",
        "           █    ",
        "         ███    ",
        " Brest   ███ 12 ",
        "                ",
    ]


def test_columns_have_eight_levels_a_row():
    assert columns([0, 0.01, 1, 4, 8], 8.0, 1) == [" ▁▁▄█"]
    assert columns([0, 1, 8, 9, 16], 16.0, 2) == ["   ▁█", " ▁███"]
    assert columns([NAN, 1, -1], 1.0, 1) == [" █ "]
    assert columns([1, 2], 0.0, 1) == ["  "]


def test_seconds_are_stretched_over_the_cells_or_the_newest_kept():
    assert stretched([1, 2], 6) == [1, 1, 1, 2, 2, 2]
    assert stretched([1, 2, 3], 2) == [2, 3]
    assert stretched([1, 2, 3], 5) == [1, 1, 2, 2, 3]


# ── line ──────────────────────────────────────────────────────────────────────────────────────────────────────────────

HOURS = tuple(NOW.replace(minute=0, second=0) + timedelta(hours=hour) for hour in range(5))


def test_a_trend_has_a_legend_two_axes_and_its_curves():
    data = Trend(HOURS, ("events", "devices"), ((0.0, 1.0, 2.0, 3.0, 4.0), (0.0, 0.0, 0.0, 0.0, 2.0)))
    lines = body.draw(data, None, "", ZoneInfo("Europe/Paris"), 40, 8)
    shown = text(lines)
    assert len(shown) == 8
    assert shown[0] == "  ━ events  ━ devices".ljust(40)
    assert [row[:2] for row in shown[1:7]] == ["4┤", " │", "2┤", " │", "0┤", " └"]
    assert shown[7].split() == ["Sun", "15:00", "Sun", "17:00"], "in the zone of the settings"
    drawn_roles = {role for line in lines[1:7] for _, role in line}
    assert drawn_roles >= {"series-1", "series-2", "muted"}
    assert shown[1].rstrip()[-1] in "⠄⠁⠂⡀⢀", "the highest point is the last one"


def test_a_peak_that_would_press_the_rest_flat_makes_the_scale_logarithmic():
    data = Trend(HOURS, ("events",), ((10.0, 12.0, 11.0, 9.0, 100_000.0),))
    assert "log scale" in drawn(data, 40, 10)[0]
    assert "log scale" not in drawn(Trend(HOURS, ("n",), ((10.0, 12.0, 11.0, 9.0, 100.0),)), 40, 10)[0]


def test_a_trend_below_zero_has_an_axis_that_holds_it():
    rows = drawn(Trend(HOURS, ("n",), ((-4.0, -2.0, 0.0, 2.0, 4.0),)), 40, 8)
    assert [row[:3].strip("┤│ ") for row in rows[1:6] if row[:3].strip("┤│ ")] == ["4", "0", "-4"]


def test_a_trend_of_zeros_has_a_scale():
    assert drawn(Trend(HOURS, ("n",), ((0.0,) * 5,)), 40, 8)[1].startswith("1")


def test_what_is_no_number_has_no_point():
    nothing = Trend(HOURS, ("n",), ((NAN,) * 5,))
    assert drawn(nothing, 40, 8) == [" not enough points yet".ljust(40)]
    holed = Trend(HOURS, ("n", "m"), ((1.0, NAN, 3.0, float("inf"), 5.0), (NAN,) * 5))
    assert drawn(holed, 40, 8)[1].startswith("5┤")


# ── map ───────────────────────────────────────────────────────────────────────────────────────────────────────────────

BREST, PAU = Place("Brest", 48.39, -4.49, 9), Place("Pau", 43.3, -0.37, 3)


def test_places_without_room_for_a_map_are_a_list():
    assert drawn(Places((BREST, PAU)), 20, 3, "eur") == [" ● Brest €9         ", " ○ Pau   €3         "]


def test_places_on_the_map_at_their_place_with_their_name():
    rows = drawn(Places((BREST, PAU)), 40, 10)
    assert len(rows) == 10
    (brest,) = [row for row in rows if "●Brest" in row]
    (pau,) = [row for row in rows if "○Pau" in row]
    assert rows.index(brest) < rows.index(pau), "north is above"
    assert brest.index("●") < pau.index("○"), "west is at the left"
    assert " ● Brest 9" in "\n".join(rows)
    assert " ○ Pau   3" in "\n".join(rows)


def test_names_that_collide_are_left_to_the_list():
    shown = "".join(drawn(Places((BREST, Place("Quimper", 48.39, -4.49, 9), Place("Morlaix", 48.39, -4.4, 9))), 60, 12))
    assert [shown.count(name) for name in ("Brest", "Quimper", "Morlaix")] == [2, 1, 1]


def test_a_place_outside_the_frame_stands_at_its_edge():
    rows = drawn(Places((Place("Cayenne", 4.9, -52.3, 5),)), 50, 12)
    assert rows[-1].lstrip().startswith("●"), "far south-west"


def test_degrees_that_no_globe_has():
    far = Places(tuple(Place("x", degrees, degrees, 1) for degrees in (1e308, -1e308, NAN)))
    assert len(drawn(far, 120, 40)) == 40


def test_a_map_may_be_higher_than_what_plotext_believes_of_the_terminal(monkeypatch):
    monkeypatch.setenv("LINES", "24")
    monkeypatch.setenv("COLUMNS", "80")
    rows = drawn(Places((BREST, PAU)), 200, 60)
    assert len(rows) == 60
    assert {len(row) for row in rows} == {200}
    assert any("○Pau" in row for row in rows[30:])


@pytest.mark.parametrize("value", [0, -1000, NAN, float("inf")])
def test_a_value_without_a_share_has_the_emptiest_sign(value):
    assert drawn(Places((Place("a", 47, 2, value), Place("b", 48, 2, 1))), 12, 2)[0].startswith(" ◌ a")


# ── table ─────────────────────────────────────────────────────────────────────────────────────────────────────────────

SHAPE = (None, "", UTC, 12, 9)
TABLE = Table(("key", "n", "at", "ok"), (("a", 1, NOW, True), ("bb", Decimal("2.5"), None, False)))


def test_a_table_aligns_numbers_at_the_right():
    lines = body.draw(TABLE, None, "", ZoneInfo("Europe/Paris"), 30, 3)
    assert text(lines) == [
        " key    n        at   ok      ",
        " a      1  15:03:22  yes      ",
        " bb   2.5             no      ",
    ]
    assert set(roles(lines[0]).values()) == {"muted"}


def test_a_flagged_row_has_a_sign_and_a_color():
    lines = body.draw(Table(("key", "n"), (("a", 1), ("b", 2), ("c", 3)), (None, "warn", "error")), *SHAPE)
    assert text(lines) == ["    key  n  ", "    a    1  ", " ▲  b    2  ", " ✗  c    3  "]
    assert [set(roles(line).values()) for line in lines] == [{"muted"}, {"text"}, {"warn"}, {"error"}]


def test_nothing_moves_sideways_when_a_flag_comes():
    quiet = body.draw(Table(("key", "n"), (("a", 1),), (None,)), *SHAPE)
    flagged = body.draw(Table(("key", "n"), (("a", 1),), ("warn",)), *SHAPE)
    assert [line.replace("▲", " ") for line in text(flagged)] == text(quiet)


def test_what_the_server_does_not_have_is_one_quiet_line():
    lines = body.draw(Absent("not a Citus cluster"), None, "", UTC, 30, 9)
    assert text(lines) == [" not a Citus cluster          "]
    assert set(roles(lines[0]).values()) == {"muted"}


def test_a_number_has_the_places_that_the_query_has_rounded_it_to():
    cells = (Decimal("16.0"), Decimal("0.8"), Decimal(1_204_991), Decimal("1E+4"), 2.5, 16.0)
    said = text(body.draw(Table(("n",), tuple((cell,) for cell in cells)), None, "", UTC, 12, 9))
    assert [line.strip() for line in said[1:]] == ["16.0", "0.8", "1,204,991", "10,000", "2.50", "16"]


def test_the_text_of_the_last_column_is_cut_when_that_is_worth_it():
    table = Table(("job", "message"), (("rollup", "canceling statement due to lock timeout"),))
    assert drawn(table, 22, 3) == [" job     message      ", " rollup  canceling s… "]
    assert drawn(table, 21, 3) == [" job                 ", " rollup              "]


def test_columns_that_do_not_fit_are_left_out_whole():
    assert drawn(TABLE, 16, 3)[1] == " a      1       "
    assert drawn(TABLE, 5, 3) == [" key ", " a   ", " bb  "]
    assert drawn(TABLE, 3, 3)[0] == " k…"
