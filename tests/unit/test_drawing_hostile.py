"""Whatever a database holds, at whatever size: nothing is raised, no line is too wide, nothing steers the terminal."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from math import isfinite
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rtdash.errors import PanelError
from rtdash.model.data import Absent, Bar, Bars, Count, Counts, Data, Place, Places, Series, Sparklines, Stat, Table
from rtdash.model.data import Line as Trend
from rtdash.model.latency import Figures, Latency
from rtdash.model.state import PanelState
from rtdash.panels.decode import decode
from rtdash.panels.spec import Draw, PanelSpec, Source
from rtdash.widgets.drawing import body, campaigns, frame, latency, options, slow, status
from rtdash.widgets.drawing.spans import Line, width
from rtdash.widgets.lines import ROLES
from tests.pilot.slow import SLOW
from tests.unit.lines import text

NOW = datetime(2026, 11, 22, 14, 3, 22, tzinfo=UTC)
WIDTHS = range(4, 201)
TEXTS = st.sampled_from(
    [
        "",
        "Béziers",
        "\x1b[2J\x1b]0;pwned\x07",
        "a\nb\r\tc",
        "\u202eabc\u2066",
        "東京タワー" * 3,
        "e\u0301" * 9,
        "🎉👩\u200d👧",
    ]
) | st.text(st.characters(), max_size=30)
NUMBERS = (
    st.sampled_from([0, -1, 10**18, -0.0, 5e-324, 1e308, -1e308, float("nan"), float("inf"), -float("inf")])
    | st.sampled_from([Decimal("NaN"), Decimal("-Infinity"), Decimal("1e400"), Decimal("1e30"), Decimal("0.01")])
    | st.integers(-1000, 10**12)
    | st.floats(-1e6, 1e12)
)
FLOATS = NUMBERS.map(float)
FINITE = NUMBERS.filter(isfinite)
TIMES = st.integers(-5000, 5000).map(lambda seconds: NOW + timedelta(seconds=seconds))
SIZES = st.tuples(st.integers(4, 200), st.integers(1, 60))


def check(lines: Iterable[Line], cells: int) -> None:
    for line, said in zip(lines, text(lines), strict=True):
        assert width(line) == cells
        assert not [char for char in said if unicodedata.category(char) in {"Cc", "Cf", "Cs", "Zl", "Zp"}]
        assert {role for _, role in line} <= {*ROLES, ""}


def spec(draw: Draw) -> PanelSpec:
    return PanelSpec(id="mine", title="Mine", source=Source.CITUS, draw=draw, sql="SELECT 1", path=Path("mine.sql"))


# ── rows of a database, by the way they take ──────────────────────────────────────────────────────────────────────────

CELLS = TEXTS | NUMBERS | TIMES | st.none() | st.booleans() | st.binary(max_size=4)
ROWS = {
    Draw.STAT: (("value", "label"), st.tuples(FINITE, TEXTS)),
    Draw.BARS: (("label", "value"), st.tuples(TEXTS, FINITE)),
    Draw.COUNTS: (("label", "value", "error", "since"), st.tuples(TEXTS, FINITE, st.none() | FINITE, TIMES)),
    Draw.SPARKLINES: (
        ("label", "at", "value"),
        st.tuples(TEXTS, st.just(NOW) | TIMES.filter(lambda at: at > NOW - timedelta(seconds=40)), FINITE),
    ),
    Draw.LINE: (("at", "a", "b"), st.tuples(TIMES, FINITE, FINITE)),
    Draw.MAP: (("label", "latitude", "longitude", "value"), st.tuples(TEXTS, FINITE, FINITE, FINITE)),
    Draw.TABLE: (("key", "\x1b[31m", "東京"), st.tuples(CELLS, CELLS, CELLS)),
}


@pytest.mark.parametrize("draw", list(Draw))
def test_rows_of_any_kind(draw):
    columns, rows = ROWS[draw]

    @settings(max_examples=40, deadline=None)
    @given(st.lists(rows, max_size=8), SIZES, st.sampled_from(["", "eur"]), st.none() | FLOATS)
    def drawn(given_rows, size, unit, rate_per_s):
        try:
            data = decode(spec(draw), columns, given_rows)
        except PanelError:
            return  # said in words, in the frame
        check(body.draw(data, rate_per_s, unit, UTC, *size), size[0])

    drawn()


# ── values that no decoder lets through: drawing does not lean on it ──────────────────────────────────────────────────

LABELS = st.sampled_from(["", "a", "東京タワー", "e\u0301e\u0301", "x" * 90])


def series(length: int) -> st.SearchStrategy[tuple[float, ...]]:
    return st.tuples(*[FLOATS] * length)


DATA = st.one_of(
    st.builds(Stat, st.none() | NUMBERS, LABELS),
    st.builds(Bars, st.lists(st.builds(Bar, LABELS, NUMBERS), max_size=9).map(tuple)),
    st.builds(Counts, st.lists(st.builds(Count, LABELS, NUMBERS, st.none() | NUMBERS), max_size=4).map(tuple)),
    st.builds(Sparklines, st.lists(st.builds(Series, LABELS, series(7)), max_size=5).map(tuple)),
    st.builds(
        Places,
        st.lists(st.builds(Place, LABELS, st.floats(-90, 90), st.floats(-180, 180), NUMBERS), max_size=6).map(tuple),
    ),
    st.builds(
        Table, st.just(("a", "b")), st.lists(st.tuples(NUMBERS, LABELS | NUMBERS | TIMES), max_size=4).map(tuple)
    ),
    st.builds(
        lambda rows: Table(("a", "b"), tuple(row for row, _ in rows), tuple(flag for _, flag in rows)),
        st.lists(st.tuples(st.tuples(LABELS, NUMBERS | TIMES), st.sampled_from([None, "warn", "error"])), max_size=4),
    ),
    st.builds(Absent, LABELS),
    st.builds(Trend, st.tuples(*[TIMES] * 3), st.tuples(LABELS, LABELS), st.tuples(series(3), series(3))),
)


@settings(max_examples=150, deadline=None)
@given(DATA, SIZES, st.sampled_from(["", "eur", "events"]), st.none() | FLOATS)
def test_data_of_any_kind(data, size, unit, rate_per_s):
    check(body.draw(data, rate_per_s, unit, UTC, *size), size[0])


# ── every width ───────────────────────────────────────────────────────────────────────────────────────────────────────

ORDINARY: list[Data] = [
    Stat(Decimal("2112905.09")),
    Stat(Decimal("138402.50"), "Brest · WarmHearts"),
    Bars(tuple(Bar(f"organisation {number}", 81_022 - 4000 * number) for number in range(6))),
    Counts((Count("events", 1_204_991, None), Count("devices", 81_204, 1867.7)), NOW),
    Sparklines(tuple(Series(f"city {number}", tuple(range(35))) for number in range(4)), NOW),
    Places((Place("Brest", 48.39, -4.49, 9), Place("Clermont-Ferrand", 45.78, 3.09, 3))),
    Table(("key", "text", "number"), (("a", "some text", 1_204_991), ("b", "東京", None))),
    Table(("key", "text", "number"), (("a", "some text", 1_204_991), ("b", "東京", None)), (None, "error")),
    Absent("no statistics: needs pg_stat_statements and citus.stat_statements_track = all"),
    Trend(tuple(NOW + timedelta(hours=hour) for hour in range(49)), ("events", "devices"), ((*range(49),),) * 2),
]


@pytest.mark.parametrize("data", ORDINARY, ids=lambda data: type(data).__name__)
def test_no_line_is_wider_or_narrower_than_asked(data):
    for cells in WIDTHS:
        check(body.draw(data, 1204.4, "eur", UTC, cells, 3 + cells % 12), cells)


_FIGURES = (Figures(9, 3.0, 250.0, 250.0, 60_000.0),) * 3
LATENCY = Latency(200.1, _FIGURES, _FIGURES, 9, 2, (1.0, 250.0, float(10**7)))
STATES = [
    PanelState(),
    PanelState(Stat(1), 5.0, "1", None, LATENCY, None, 7, 9.0),
    PanelState(Stat(1), 0.0, "1", "nobody answers 東京 " * 9, LATENCY, None, 10**9, None),
]
RECORD = {
    "campaign_id": 2, "name": "\x1b[2Jspring 東京", "state": "running", "cities": '["Amiens", "\\u001b[2J", "Pau"]',
    "rate_per_s": 2000, "real_rate_per_s": 2004.1, "generated": 384_198, "acked": None, "failed": 3, "unknown": 0,
    "loaded": Decimal(7), "raised": Decimal("2112905.09"), "started_at": NOW, "ended_at": None, "server_now": NOW,
    "note": "braked by \x1b[2J 東京" * 9, "wanted": 10**9,
}  # fmt: skip
CAMPAIGNS = [
    RECORD,
    RECORD | {"state": "\x1b", "cities": "not JSON \x07"},
    RECORD | {"cities": "7", "started_at": None, "rate_per_s": 10**9, "heartbeat_age_s": 1e9},
    RECORD | {"name": "\u202e\u05e9\u05dc\u05d5\u05dd" * 30, "cities": f'["{"東京" * 60}"]', "state": "planned"},
    {"state": "planned", "starts_at": NOW, "server_now": NOW - timedelta(days=400)},
]


LOG = [
    SLOW,
    replace(
        SLOW,
        title="\x1b[2J 東京" * 9,
        server="\u202eabc",
        error="\x07 no\nanswer",
        campaigns=("東京" * 30, "\x1b"),
        parameters={"customer\x1b": "\x1b"},
        execute_ms=0.0,
    ),
]


def test_tables_and_lines_of_the_screen_at_every_width():
    rows = [latency.Row(str(number), f"panel {number} 東京", state) for number, state in enumerate(STATES)]
    shown = status.Status(
        ((9, ((" rtdash ", "header"),)), (2, (("東京" * 9, "text"),))),
        ((5, (("12.3 ms", "text"),)), (7, (("lag", "warn"),))),
    )
    title, corner = [(" Title 東京 ", "title")], [(" ▲ 250 ms live ", "warn")]
    for cells in WIDTHS:
        check(latency.draw(rows, 10.0, 200.0, cells, chosen="1"), cells)
        check(slow.draw(LOG, slow.View(), UTC, cells, range(2), LOG[1]), cells)
        for each in LOG:
            lines = slow.detail(each, UTC, cells, 7)
            assert len(lines) == 7
            check(lines, cells)
        check(campaigns.draw(CAMPAIGNS, 2, cells), cells)
        check(campaigns.draw([], None, cells), cells)
        check(options.draw(["Pau", "東京", "Clermont-Ferrand"], ["東京"], 1, ("✓", "·"), 1 + cells % 3, cells), cells)
        check([status.draw(shown, cells)], cells)
        check([frame.top(title, corner, cells, boxed=True)], cells)
        check([frame.top(title, corner, cells, boxed=False)], cells)
        check([frame.bottom(corner, [], cells)], cells)
    assert width(latency.worst(rows, 10.0, 200.0)) > 0
    assert latency.worst([], 10.0, 200.0) == []
