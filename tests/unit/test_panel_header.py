"""A wrong panel header is named with file, line and the allowed values."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtdash.errors import PanelError
from rtdash.panels.feature import Feature
from rtdash.panels.header import parse, read
from rtdash.panels.spec import COLUMNS, Draw, Source, duration_s

PATH = Path("panels/mine.sql")
GOOD = "-- title: Mine\n-- source: citus\n-- draw: stat\n"


def refusal(text: str, path: Path = PATH) -> str:
    with pytest.raises(PanelError) as caught:
        parse(path, text)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_header_with_everything():
    spec = parse(
        PATH,
        "-- title: Mine: all of it\n--source:citus\n-- draw :  bars  \n-- every: 1min\n-- deadline: 1.5 s\n"
        "-- unit: eur\n-- needs: citus_stat_statements\n-- help: Why.\n\n-- a comment\nSELECT label, value\nFROM t;\n",
    )
    assert (spec.id, spec.title, spec.source, spec.draw) == ("mine", "Mine: all of it", Source.CITUS, Draw.BARS)
    assert (spec.every, spec.deadline, spec.unit, spec.help) == (60.0, 1.5, "eur", "Why.")
    assert spec.sql == "-- a comment\nSELECT label, value\nFROM t"
    assert spec.needs is Feature.CITUS_STAT_STATEMENTS
    assert spec.path == PATH
    assert spec.is_probe is False
    assert parse(PATH, GOOD + "SELECT 1 AS value", is_probe=True).is_probe is True


def test_what_a_header_leaves_out():
    spec = parse(PATH, GOOD + "SELECT 1 AS value")
    assert (spec.every, spec.deadline, spec.unit, spec.help, spec.is_heavy) == (None, None, "", "", False)
    assert spec.needs is None


@pytest.mark.parametrize(("every", "is_heavy"), [("4.9s", False), ("5s", True), ("5000ms", True), ("1min", True)])
def test_panels_of_5_s_and_slower_are_heavy(every, is_heavy):
    assert parse(PATH, f"{GOOD}-- every: {every}\nSELECT 1").is_heavy is is_heavy


ALLOWED_DRAWS = ", ".join(f"{draw} ({COLUMNS[draw]})" for draw in Draw)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (GOOD + "-- colour: red\nSELECT 1", "4: 'colour' is not a key; allowed: title, source, draw, every, deadline,"),
        (GOOD + "-- just a comment\nSELECT 1", "4: 'just a comment' is not a key; allowed: title,"),
        (GOOD + "--\nSELECT 1", "4: 'empty' is not a key; allowed: title,"),
        (GOOD + "-- \x1b[2J: x\nSELECT 1", "4: '\\x1b[2J' is not a key"),
        (GOOD + "-- draw: bars\nSELECT 1", "4: draw is given twice"),
        ("-- source: citus\n-- draw: stat\nSELECT 1", "1: `-- title: …` is missing"),
        ("-- title: Mine\n-- source: citus\nSELECT 1", "1: `-- draw: …` is missing"),
        ("-- title: Mine\n-- draw: stat\nSELECT 1", "1: `-- source: …` is missing"),
        ("-- title:\n-- source: citus\n-- draw: stat\nSELECT 1", "1: title: "),
        (f"-- source: citus\n-- draw: stat\n-- title: {'x' * 61}\nSELECT 1", "3: title: String should have at most 60"),
        ("-- title: Mine\n-- source: oracle\n-- draw: stat\nSELECT 1", "2: source: allowed: citus, donations"),
        ("-- title: Mine\n-- source: citus\n-- draw: pie\nSELECT 1", f"3: draw: allowed: {ALLOWED_DRAWS}"),
        (GOOD + "-- every: often\nSELECT 1", "4: every: allowed: a duration such as 250ms, 5s or 1min"),
        (GOOD + "-- every: 5\nSELECT 1", "4: every: allowed: a duration such as"),
        (GOOD + "-- every: -5s\nSELECT 1", "4: every: allowed: a duration such as"),
        (GOOD + "-- every:\nSELECT 1", "4: every: allowed: a duration such as"),
        (GOOD + "-- every: 99ms\nSELECT 1", "4: every: allowed: 100ms or more"),
        (GOOD + "-- deadline: 0s\nSELECT 1", "4: deadline: allowed: 100ms or more"),
        (GOOD + "-- needs: hll\nSELECT 1", "4: needs: allowed: citus, citus_stat_statements"),
        (GOOD + "-- needs:\nSELECT 1", "4: needs: allowed: citus, citus_stat_statements"),
        (GOOD, "3: no query after the header"),
        (GOOD + "\n\n-- only a comment\n", "4: no query after the header"),
        (GOOD + "\n;\n", "4: no query after the header"),
        ("", "1: no query after the header"),
        ("\n", "1: no query after the header"),
        ("SELECT 1", "1: `-- title: …` is missing"),
    ],
)
def test_a_wrong_header(text, said):
    assert refusal(text).startswith(f"panels/mine.sql:{said}")


@pytest.mark.parametrize("name", ["my panel.sql", "été.sql", "a.b.sql", "a\x1b[2Jb.sql"])
def test_a_file_name_that_can_name_no_panel(name):
    message = refusal(GOOD + "SELECT 1", Path(name))
    assert "the file's name: allowed: letters, digits, - and _" in message
    assert "\x1b" not in message


def test_a_title_cannot_steer_the_terminal():
    spec = parse(
        PATH, "-- title: a\x1b[2Jb\u202ec\n-- source: citus\n-- draw: stat\n-- unit: \x07\n-- help: \x9b\nSELECT 1"
    )
    assert (spec.title, spec.unit, spec.help) == ("a·[2Jb·c", "·", "·")


def test_a_file_that_is_not_utf_8_is_named(tmp_path):
    file = tmp_path / "mine.sql"
    file.write_bytes(GOOD.encode() + b"SELECT '\xe9'")
    with pytest.raises(PanelError, match=r"mine\.sql:1: cannot be read: 'utf-8' codec") as caught:
        read(file)
    assert str(caught.value).startswith(str(file))


def test_a_file_that_is_gone_is_named(tmp_path):
    with pytest.raises(PanelError, match=r"mine\.sql:1: cannot be read: .*No such file"):
        read(tmp_path / "mine.sql")


# ── properties ────────────────────────────────────────────────────────────────────────────────────────────────────────

WORDS = st.text(st.characters(categories=["L", "N", "P", "Zs"], exclude_characters="\u00a0"), max_size=40).map(
    str.strip
)
UNITS = {"ms": 0.001, "s": 1.0, "min": 60.0}


@given(
    title=WORDS.filter(bool),
    source=st.sampled_from(Source),
    draw=st.sampled_from(Draw),
    every_ms=st.none() | st.integers(100, 10**7),
    unit=WORDS,
    help_text=WORDS,
    order=st.permutations(["title", "source", "draw", "every", "unit", "help"]),
)
def test_what_is_written_is_what_is_read(title, source, draw, every_ms, unit, help_text, order):
    written = {"title": title, "source": source, "draw": draw, "unit": unit, "help": help_text}
    if every_ms is not None:
        written["every"] = f"{every_ms}ms"
    header = "".join(f"-- {key}: {written[key]}\n" for key in order if key in written)
    spec = parse(PATH, header + "SELECT 'x' AS label,\n  1 AS value;\n")
    assert (spec.title, spec.source, spec.draw, spec.unit, spec.help) == (title, source, draw, unit, help_text)
    assert spec.every == (None if every_ms is None else pytest.approx(every_ms / 1000))
    assert spec.sql == "SELECT 'x' AS label,\n  1 AS value"


@given(number=st.decimals(min_value=100, max_value=10**6, places=2), unit=st.sampled_from(list(UNITS)))
def test_durations_are_in_seconds(number, unit):
    assert duration_s(f"{number}{unit}") == pytest.approx(float(number) * UNITS[unit])


@given(st.text())
def test_any_text_is_a_panel_or_a_panel_error(text):
    said = ""
    try:
        parse(PATH, text)
    except PanelError as error:
        said = str(error)
    assert said == "" or said.startswith("panels/mine.sql:")
    assert said.isprintable()


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("SELECT 1 AS value WHERE 'a' LIKE 'a%'", "%'"),
        ("SELECT %(customer)s AS value", "%(customer)s"),
        ("SELECT 1 AS value\n-- 50 % of it", "% of it"),
        ("SELECT 7 %%% 2 AS value", "% 2"),
    ],
)
def test_a_lone_percent_sign_or_an_unknown_variable_is_refused(query, shown):
    text = f"-- title: T\n-- source: citus\n-- draw: stat\n\n{query}\n"
    line = 5 + query.count("\n")
    with pytest.raises(PanelError, match=rf"own\.sql:{line}: .*allowed: %\(customer_id\)s") as caught:
        parse(Path("own.sql"), text)
    assert shown in str(caught.value)


def test_variables_and_doubled_percent_signs_pass():
    query = "SELECT %(customer_id)s AS value WHERE 'a' LIKE 'a%%' AND 7 %%%% 2 > 0"
    assert parse(Path("own.sql"), f"-- title: T\n-- source: citus\n-- draw: stat\n{query}").sql == query
