"""The screen that says why, cell for cell: sentences first, then what they rest on."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from rich.cells import cell_len

from rtdash.model.advice import Circumstances
from rtdash.model.explanation import Explanation
from rtdash.model.latency import LatencyHistory
from rtdash.model.question import Question
from rtdash.model.server_view import Occurrence, Running, ServerView
from rtdash.model.slow import SlowQuery
from rtdash.widgets.drawing import figures, parts, server_view
from rtdash.widgets.drawing.spans import wrapped
from rtdash.widgets.drawing.why import Asking, Failed, answer, grounds
from tests.unit.lines import roles, text
from tests.unit.recorded import NAMES, recorded

HOSTILE = "\x1b[2J\x1b]0;pwned\x07 a\tb\r東京タワー\u202eabc " + "x" * 300
SQL = "SELECT  a,   b\nFROM t -- two  spaces\n    WHERE " + " AND ".join(f"column_{n} = {n}" for n in range(30))
SLOW = SlowQuery(
    at=datetime(2026, 11, 22, 14, 3, 19, 123_000, tzinfo=UTC),
    panel_id="mine",
    title="Mine",
    server="MariaDB",
    threshold_ms=200.0,
    waited_ms=20.0,
    connect_ms=10.0,
    execute_ms=300.0,
    fetch_ms=30.0,
    decode_ms=30.0,
    draw_ms=10.0,
    campaigns=("spring 2,004/s",),
    lag=212,
)
NOTHING = ServerView("pg_stat_statements", absence="no extension pg_stat_statements in this database")
COUNTED = ServerView(
    "performance_schema, slow log",
    calls=1_204,
    mean_ms=3.1,
    max_ms=774.0,
    rows=12,
    since=datetime(2026, 11, 22, 13, 0, tzinfo=UTC),
    planning_ms=0.4,
    floor_ms=200.0,
    slow=(Occurrence(datetime(2026, 11, 22, 14, 3, 19, tzinfo=UTC), 774.0, 1),),
)
QUESTION = Question("Mine", "MariaDB", SQL, Circumstances(), {"customer_id": 3}, slow=SLOW)


@pytest.mark.parametrize("cells", [4, 9, 30, 200])
@pytest.mark.parametrize("said", ["", "one", "a few plain words", "東京タワー " * 5, "x" * 90, "a " + "y" * 40 + " b"])
def test_wrapped_text_keeps_every_character_and_the_width(said, cells):
    lines = wrapped(said, cells)
    assert all(cell_len(line) <= cells for line in lines)
    assert lines
    assert "".join(lines).replace(" ", "") == said.replace(" ", "")


def test_words_stay_whole_where_they_can():
    assert wrapped("the plan does not", 8) == ["the plan", "does not"]


def test_parts_are_drawn_to_scale_and_told_in_numbers():
    head, bar, legend, *then = (line.rstrip() for line in text(parts.draw(SLOW, UTC, 200)))
    assert head == " ▲ 330 ms at Sun 22 Nov 14:03:19.123, over 200 ms"
    # 400 ms in 72 cells.
    assert bar == " " + "░" * 4 + "▒" * 1 + "█" * 54 + "▓" * 6 + "▒" * 5 + "░" * 2
    assert legend == " ░ waited 20.0  ▒ connect 10.0  █ execute 300  ▓ fetch 30.0  ▒ decode 30.0  ░ draw 10.0 ms"
    assert then == [" then: spring 2,004/s · lag 212"]


def test_parts_take_as_many_lines_as_they_need_and_nothing_can_have_taken_nothing():
    lines = text(parts.draw(SLOW, UTC, 40))
    assert {cell_len(line) for line in lines} == {40}
    assert {word for line in lines for word in line.split()} >= {"waited", "draw", "ms"}
    still = replace(SLOW, **{f"{name}_ms": 0.0 for name in SLOW.parts}, campaigns=(), lag=None)
    assert [line.strip() for line in text(parts.draw(still, UTC, 60))] == [
        "▲ 0.0 ms at Sun 22 Nov 14:03:19.123, over 200 ms",
        "",
        "ms",
    ]


def test_figures_have_both_views_of_each_reach():
    history = LatencyHistory(200.0)
    history.add(1.0, 300.0, [900.0])
    history.add(200.0, 10.0)
    lines = text(figures.draw(history.read(200.0), 200.0, 78))
    assert [line.split() for line in lines] == [
        ["p50", "p95", "p99", "max", "polls"],
        ["1", "min,", "as", "measured", "10.0", "10.0", "10.0", "10.0", "1"],
        ["5", "min,", "as", "measured", "10.0", "300", "300", "300", "2"],
        ["60", "min,", "as", "measured", "10.0", "300", "300", "300", "2"],
        ["1", "min,", "with", "missed", "polls", "10.0", "10.0", "10.0", "10.0", "1"],
        ["5", "min,", "with", "missed", "polls", "300", "900", "900", "900", "3"],
        ["60", "min,", "with", "missed", "polls", "300", "900", "900", "900", "3"],
    ]


@pytest.mark.parametrize("cells", [78, 118, 198])
@pytest.mark.parametrize("name", NAMES)
def test_every_line_has_the_width_whatever_the_server_says(name, cells):
    explanation = Explanation(replace(COUNTED, source=HOSTILE, running=(Running(HOSTILE, 3.0, True),)), recorded(name))
    hostile = replace(
        QUESTION,
        sql=f"SELECT '{HOSTILE}'",
        server=HOSTILE,
        parameters={"customer_id": HOSTILE},
        values_ms=(3.0, 250.0),
        slow=replace(SLOW, campaigns=(HOSTILE,), beside=(HOSTILE,)),
    )
    for outcome in (Asking(0.0, 20.0), Failed(HOSTILE), explanation):
        lines = answer(hostile, outcome, UTC, cells)
        lines += grounds(hostile, outcome if isinstance(outcome, Explanation) else None, UTC, cells)
        assert {cell_len(line) for line in text(lines)} == {cells}
        assert not [char for line in text(lines) for char in line if unicodedata.category(char) in {"Cc", "Cf"}]


def test_the_sentences_come_before_what_they_rest_on():
    explanation = Explanation(NOTHING, recorded("mariadb_full_scan", took_ms=40))
    lines = answer(QUESTION, explanation, UTC, 118) + grounds(QUESTION, explanation, UTC, 118)
    said = [line.strip() for line in text(lines)]
    order = [
        "▲ donation_transactions is read in full",
        "─ Latency, ms",
        "─ Plan",
        "─ Last 60 min, ms",
        "─ The server",
        "─ Query",
    ]
    places = [next(at for at, line in enumerate(said) if line.startswith(start)) for start in order]
    assert places == sorted(places)
    assert [roles(line)["▲"] for line in lines if line[0][0] == " ▲ "] == ["warn"]


def test_a_plan_without_fault_is_said_to_be_one():
    plan = recorded("mariadb_full_scan", took_ms=40)
    quiet = replace(plan, root=replace(plan.root, children=()), total_ms=plan.total_ms)
    said = " ".join(text(answer(replace(QUESTION, slow=None), Explanation(NOTHING, quiet), UTC, 198)))
    assert "● Nothing stands out" in said


def test_the_query_is_there_as_it_was_written_unless_a_line_is_too_long():
    lines = [line.rstrip() for line in text(grounds(QUESTION, None, UTC, 78))]
    start = next(at for at, line in enumerate(lines) if "Query" in line)
    assert lines[start + 1 : start + 4] == [" customer_id = 3", " SELECT  a,   b", " FROM t -- two  spaces"]
    rest = lines[start + 4 :]
    assert all(line.startswith("     ") for line in rest), "the indent stays"
    assert " ".join(line.strip() for line in rest) == SQL.splitlines()[-1].strip()


def test_what_the_server_has_counted_and_kept():
    running = (Running("", 3200.0, False), Running("worker-1:5432", 3100.0, True))
    assert [line.rstrip() for line in text(server_view.draw(replace(COUNTED, running=running), UTC, 198))] == [
        " performance_schema, slow log: 1,204 calls since 22 Nov 13:00:00, 3.1 ms on average, 774 ms at most,"
        " 12 rows in all, planned in 0.4 ms, which is not counted",
        " 22 Nov 14:03:19  774 ms, 1 row",
        " runs now: query, 3200 ms",
        " runs now: task on worker-1:5432, 3100 ms",
    ]
    nothing_kept = ServerView("slow log", floor_ms=200.0)
    assert [line.strip() for line in text(server_view.draw(nothing_kept, UTC, 98))] == [
        "slow log: none kept that took over 200 ms"
    ]


def test_whose_the_time_is_comes_first():
    def said(view: ServerView, question: Question = QUESTION) -> list[str]:
        lines = text(answer(question, Explanation(view, recorded("mariadb_full_scan", took_ms=40)), UTC, 198))
        return [line.strip() for line in lines if line.startswith(" ▲ ")][1 if question.slow else 0 :]

    quick = replace(COUNTED, mean_ms=3.0, max_ms=20.0, slow=())
    assert said(quick)[0].startswith("▲ Slow for us, not for the server: 330 ms here, no more than 20 ms there")
    assert said(COUNTED)[0].startswith("▲ Slow for us and for the server")
    assert said(quick)[1].startswith("▲ donation_transactions is read in full")
    assert said(NOTHING)[0].startswith("▲ donation_transactions is read in full")
    given_up = replace(QUESTION, slow=replace(SLOW, error="no answer within 5 s"))
    assert said(COUNTED, given_up)[0].startswith("▲ It was given up after 330 ms")


def test_of_a_panel_the_slowest_execution_that_was_answered_is_held_against_the_server():
    def said(view: ServerView, **known: object) -> list[str]:
        question = replace(QUESTION, slow=None, **known)
        lines = text(answer(question, Explanation(view, recorded("mariadb_sleep", took_ms=1)), UTC, 298))
        return [line.strip() for line in lines if line.startswith(" ▲ ")]

    quick = replace(COUNTED, mean_ms=3.0, max_ms=20.0, slow=())
    after = replace(
        quick, since=COUNTED.since + timedelta(minutes=30), kept_since=COUNTED.since + timedelta(minutes=30)
    )
    slowest = {"slowest_at": COUNTED.since + timedelta(minutes=20), "slowest_ms": 500.0}
    given_up = {"given_up_ms": 5000.0}
    (elsewhere,) = said(quick, **slowest)
    assert elsewhere.startswith("▲ Slow for us, not for the server: 500 ms here, no more than 20 ms there")
    (unknown,) = said(after, **slowest)
    assert unknown.startswith("▲ Whose the time is remains open")
    ended, unended = said(quick, **slowest, **given_up)
    assert ended == elsewhere
    assert unended == (
        "▲ Another was given up after 5000 ms, and performance_schema, slow log does not count what has not ended."
    )
    (unended,) = said(quick, **given_up)
    assert unended.startswith("▲ It was given up after 5000 ms, and performance_schema, slow log")
    assert said(quick) == []
    assert said(NOTHING, **slowest, **given_up) == []
