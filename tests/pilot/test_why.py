"""The screen that says why a query is slow: what it asks, what it shows, and how it looks."""

from __future__ import annotations

import threading
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, timedelta
from typing import Any

import pytest

from rtdash.errors import Refused
from rtdash.messages import WhyAsked
from rtdash.model.advice import Circumstances
from rtdash.model.explanation import BreakOff, Explanation
from rtdash.model.question import Question
from rtdash.model.server_view import Occurrence, ServerView
from rtdash.model.slow import SlowQuery
from rtdash.screens.slow import SlowScreen
from rtdash.screens.why import WhyScreen
from rtdash.widgets.drawing.why import Asking
from rtdash.widgets.why import WhyPane
from tests.pilot.conftest import Stage, set_up
from tests.pilot.samples import NOW, sample
from tests.pilot.slow import before
from tests.unit.recorded import recorded

COUNTED = ServerView(
    "performance_schema, slow log",
    calls=14_204,
    mean_ms=21.3,
    max_ms=341.7,
    rows=14_204,
    since=NOW - timedelta(hours=1),
    floor_ms=200.0,
    slow=(Occurrence(NOW - timedelta(seconds=2.9), 251.0, 1), Occurrence(NOW - timedelta(minutes=4), 341.7, 1)),
)
FULL_SCAN = Explanation(COUNTED, recorded("mariadb_full_scan", took_ms=60.0))
SLEEP = Explanation(
    ServerView("MariaDB", absence="performance_schema is off; there is no slow log in a table"),
    recorded("mariadb_sleep", took_ms=251.4, rows=1),
)
NO_PLAN = Explanation(COUNTED, failure="no plan of a query over a view without GRANT SHOW VIEW")
THEN = before(2.877)


async def open_why(on: Stage, panel_id: str = "03_best", slow: SlowQuery | None = None) -> None:
    on.app.post_message(WhyAsked(panel_id, slow))
    await on.until(lambda: isinstance(on.app.screen, WhyScreen) and on.explainer.asked)
    await on.painted()


async def answered(on: Stage) -> None:
    await on.until(lambda: not isinstance(on.app.screen.query_one(WhyPane)._outcome, Asking))
    await on.painted()


async def test_enter_on_a_panel_asks_its_server_and_escape_closes(stage):
    async with stage() as on:
        on.explainer.prepared = FULL_SCAN
        await on.inject()
        on.app.dashboard.panels["11_customer_last_15_minutes"].focus()
        await on.pilot.press("enter")
        await on.until(lambda: on.explainer.asked)
        await answered(on)
        assert on.explainer.asked == [("11_customer_last_15_minutes", {"customer_id": 1})]
        assert "PostgreSQL" in on.text().splitlines()[0]
        await on.pilot.press("escape")
        assert on.app.screen is on.app.dashboard


async def test_enter_on_a_slow_row_explains_that_execution_and_escape_goes_back_to_the_log(stage):
    async with stage() as on:
        on.explainer.prepared = SLEEP
        on.slow.append(THEN)
        await on.inject()
        await on.pilot.press("L")
        await on.until(lambda: THEN.title in on.text() and isinstance(on.app.screen, SlowScreen))
        await on.pilot.press("enter", "enter")
        await on.until(lambda: on.explainer.asked)
        await answered(on)
        assert on.explainer.asked == [("03_best", {})]
        assert "▲ 260 ms at Sun 22 Nov 14:03:19.123" in on.text()
        await on.pilot.press("escape")
        assert isinstance(on.app.screen, SlowScreen)


async def test_enter_without_a_panel_says_what_to_do(stage):
    async with stage() as on:
        await on.inject()
        await on.pilot.press("enter")
        await on.pilot.pause()
        assert on.app.screen is on.app.dashboard
        assert [note.message for note in on.app._notifications] == [
            "choose a panel first: Tab, a click, or a row of the latency table (l)"
        ]


async def test_while_it_is_asked_the_screen_says_so_and_r_does_not_ask_twice(stage):
    async with stage() as on:
        on.explainer.may_answer.clear()
        on.explainer.prepared = FULL_SCAN
        await on.inject()
        await open_why(on)
        on.clock.now += 3.2
        await on.until(lambda: "3.2 s so far, 20 s at most" in " ".join(on.text().split()))
        await on.pilot.press("r")
        on.explainer.may_answer.set()
        await answered(on)
        assert len(on.explainer.asked) == 1
        assert "is read in full: 50,000 rows read, 4 rows returned." in on.text()
        await on.pilot.press("r")
        await answered(on)
        assert len(on.explainer.asked) == 2


async def test_what_cannot_be_explained_is_one_line_and_the_rest_is_there(stage):
    async with stage(200, 50) as on:
        on.explainer.prepared = NO_PLAN
        await on.inject(**{"03_best": {"latency_ms": 774.9}})
        await open_why(on)
        await answered(on)
        assert "✗ no plan of a query over a view without GRANT SHOW VIEW" in on.text()
        assert "14,204 calls since" in on.text(), "what the server has counted"
        assert "LIMIT 1" in on.text(), "the query itself"
        assert "▲ last 775 ms" in on.text()
        on.explainer.prepared = Refused("not a Citus cluster")
        await on.pilot.press("r")
        await answered(on)
        assert "✗ not a Citus cluster" in on.text()
        on.explainer.prepared = ValueError("secret")
        await on.pilot.press("r")
        await answered(on)
        assert "✗ ValueError (see the log)" in on.text()
        assert "secret" not in on.text()


async def test_of_a_panel_the_slowest_answer_of_the_hour_counts_and_what_was_given_up_is_said(stage):
    overdue = {"data": None, "error": "no answer within 5 s", "latency_ms": 5000.0}
    async with stage() as on:
        on.explainer.prepared = NO_PLAN
        await on.inject(**{"03_best": {"latency_ms": 774.9}})
        on.poller.deliver(replace(sample("03_best", on.clock.now, latency_ms=990.0), is_first=True))
        await on.inject(**{"03_best": overdue})
        await open_why(on)
        await answered(on)
        shown = " ".join(on.text().replace("│", " ").split())
        assert "▲ Slow for us, not for the server: 775 ms here, no more than 251 ms there" in shown
        assert "▲ Another was given up after 5000 ms" in shown
        await on.pilot.press("escape")
        on.clock.now += 3600
        await open_why(on)
        await answered(on)
        assert "Slow for us" not in on.text()
        assert "given up" not in on.text()


async def test_a_slow_execution_is_explained_with_its_own_parameters_and_parts(stage):
    async with stage() as on:
        on.explainer.prepared = SLEEP
        await on.inject()
        await open_why(on, slow=THEN)
        await answered(on)
        shown = " ".join(on.text().split())
        assert "The plan does not account for the time: 0.0 of 251 ms." in shown
        assert "█ execute 251" in shown
        assert "connect" not in shown, "it took nothing"
        assert "then: spring 2,004/s · lag 212 · rollups behind 0.8 s · beside Total amount, Amount by city" in shown


async def test_another_customer_was_asked_for_then(stage):
    async with stage() as on:
        await on.inject()
        then = before(2.877, panel_id="11_customer_last_15_minutes", parameters={"customer_id": 3})
        await open_why(on, "11_customer_last_15_minutes", then)
        assert on.explainer.asked == [("11_customer_last_15_minutes", {"customer_id": 3})]


async def test_a_panel_of_another_dashboard_is_not_explained(stage):
    async with stage() as on:
        await on.inject()
        on.app.post_message(WhyAsked("gone\x1b[31m"))
        await on.until(lambda: len(on.app._notifications))
        assert not on.explainer.asked
        assert [note.message for note in on.app._notifications] == ["gone·[31m is none of this dashboard's panels"]


@pytest.mark.parametrize("scroll", ["keys", "wheel"])
async def test_the_query_is_at_the_end(stage, scroll):
    async with stage(80, 24) as on:
        on.explainer.prepared = FULL_SCAN
        await on.inject()
        await open_why(on, slow=THEN)
        await answered(on)
        assert "ORDER BY" not in on.text()
        if scroll == "keys":
            await on.pilot.press("end")
        for _ in range(40 * (scroll == "wheel")):
            on.app.screen.query_one("#why").on_mouse_scroll_down()
        await on.painted()
        assert "ORDER BY" in on.text()
        await on.pilot.press("home")
        await on.painted()
        assert "ORDER BY" not in on.text()


async def test_the_app_can_be_left_while_a_server_is_asked(stage):
    async with stage() as on:
        on.explainer.may_answer.clear()
        await on.inject()
        await open_why(on)
        await on.pilot.press("ctrl+c")
        await on.until(lambda: on.app.return_code is not None)
    assert on.explainer.broken_off == 1


async def test_whoever_leaves_lets_nothing_run_on_and_may_ask_anew(stage):
    async with stage() as on:
        on.explainer.may_answer.clear()
        await on.inject()
        await open_why(on)
        await on.pilot.press("escape")
        await on.until(lambda: on.explainer.broken_off)
        assert on.app.screen is on.app.dashboard
        on.explainer.prepared = FULL_SCAN
        await open_why(on)
        await answered(on)
        await on.pilot.press("escape")
        await on.until(lambda: on.app.screen is on.app.dashboard)
        assert on.explainer.broken_off == 1, "what has answered is not broken off"


async def test_keys_are_heard_while_a_server_is_told_that_nobody_asks_any_more(stage):
    told, may_go_on = threading.Event(), threading.Event()

    def break_off() -> None:
        told.set()
        assert may_go_on.wait(10)

    async with stage() as on:
        on.explainer.may_answer.clear()
        on.explainer._break_off = break_off
        await on.inject()
        await open_why(on)
        await on.pilot.press("escape")
        await on.until(told.is_set)
        await on.pilot.press("question_mark")
        await on.until(lambda: on.app.screen is not on.app.dashboard and not isinstance(on.app.screen, WhyScreen))
        may_go_on.set()
        on.explainer.may_answer.set()


async def test_what_begins_after_one_has_left_is_broken_off_at_once():
    asked: list[BreakOff] = []
    screen = WhyScreen(
        lambda: Question("t", "s", "SELECT 1", Circumstances()), asked.append, 1.0, zone=UTC, clock=float
    )
    broken = []
    screen.hand_out(lambda: broken.append("first"))
    assert not broken
    screen.on_unmount()
    screen.hand_out(lambda: broken.append("second"))
    assert broken == ["second"], "nothing was being explained"


async def full_scan(on: Stage) -> None:
    on.explainer.prepared = FULL_SCAN
    await inject_an_hour(on)
    await open_why(on)
    await answered(on)


async def sleep(on: Stage) -> None:
    on.explainer.prepared = SLEEP
    await inject_an_hour(on)
    await open_why(on, slow=THEN)
    await answered(on)


async def inject_an_hour(on: Stage) -> None:
    history = on.app.store._histories["03_best"]
    for number in range(1200):
        at = on.clock.now - 3000 + 2.5 * number
        history.add(at, 3.0 + number % 40 + (300 if number % 97 == 0 else 0), [900.0] if number % 200 == 0 else [])
    await on.inject(**{"03_best": {"latency_ms": 96.0}})


@pytest.mark.parametrize("size", [(200, 50), (120, 36), (80, 24)], ids=lambda size: "{}x{}".format(*size))
@pytest.mark.parametrize("scene", [full_scan, sleep], ids=lambda scene: scene.__name__)
def test_picture_of_why(snap_compare: Any, size: tuple[int, int], scene: Callable[[Stage], Awaitable[None]]) -> None:
    stage = set_up()

    async def play(pilot: Any) -> None:
        stage.pilot = pilot
        await scene(stage)

    assert snap_compare(stage.app, terminal_size=size, run_before=play)
