"""`t` has the donation panels ask the workshop's SQL, or ours again: each moment says whose numbers it shows."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from rtdash.model.data import Stat, Table
from rtdash.model.latency import Reach
from rtdash.panels import catalog
from rtdash.panels.texts import live_text, workshop_panels
from rtdash.screens import layout
from rtdash.screens.asking import BY_US, BY_WORKSHOP, NO_WORKSHOP
from rtdash.screens.why import WhyScreen
from rtdash.widgets.why import WhyPane
from tests.pilot.conftest import Stage, set_up
from tests.pilot.samples import DATA, NOW, sample

SEVEN = frozenset(workshop_panels())
THEIRS = frozenset(f"{panel_id}.workshop" for panel_id in SEVEN)
SLOW_MS = 3_200.0


def corner(on: Stage, panel_id: str) -> str:
    """The upper edge of a panel."""
    return on.app.dashboard.panels[panel_id]._strips[0].text


async def answer(on: Stage, **changes: Any) -> None:
    """The workshop's queries answer, with the numbers that ours have."""
    for panel_id in sorted(SEVEN):
        given = {"data": DATA[panel_id], "latency_ms": SLOW_MS} | changes
        on.poller.deliver(sample(f"{panel_id}.workshop", on.clock.now, **given))
    await on.painted()


async def switched(on: Stage) -> None:
    """The board lives, by the workshop's SQL."""
    await on.inject()
    await on.pilot.press("t")
    on.clock.now += 1.0
    await answer(on)


async def test_there_and_back_only_one_query_of_each_panel_is_asked(stage):
    async with stage(200, 50) as on:
        await on.inject()
        board = on.poller.watched
        assert board >= SEVEN
        await on.pilot.press("t")
        assert on.poller.watched == board - SEVEN | THEIRS
        await on.until(lambda: BY_WORKSHOP[:60] in on.text())
        await on.pilot.press("4")
        assert on.poller.watched >= THEIRS | {"13_countries"}, "also while another page is shown"
        await on.pilot.press("escape", "t")
        assert on.poller.watched == board
        await on.until(lambda: BY_US in on.text())


async def test_each_panel_says_whose_answer_it_shows(stage):
    async with stage(200, 50) as on:
        await on.inject()
        await on.pilot.press("t")
        await on.painted()
        edges = {panel_id: corner(on, panel_id) for panel_id in SEVEN}
        assert all(" workshop's SQL awaited " in edge for edge in edges.values()), edges
        assert "€2,112,905.09" not in on.text().splitlines()[0]
        on.clock.now += 2.0
        on.app._tick()
        await on.painted()
        assert " 2 s old " in corner(on, "01_donations"), "what ours has said stays, as old as it is"
        await answer(on)
        edges = {panel_id: corner(on, panel_id) for panel_id in SEVEN}
        assert all(" workshop's SQL  ▲ 3200 ms " in edge for edge in edges.values()), edges
        assert not any("workshop" in corner(on, panel_id) for panel_id in layout.BOARD - SEVEN)
        await on.pilot.press("t")
        await on.painted()
        assert all(" workshop's SQL " in corner(on, panel_id) for panel_id in SEVEN), "ours have not answered yet"
        await on.inject()
        assert "workshop" not in "".join(corner(on, panel_id) for panel_id in SEVEN)


@pytest.mark.parametrize(("width", "height"), [(120, 36), (80, 24)])
async def test_a_small_panel_says_it_shorter(stage, width, height):
    async with stage(width, height) as on:
        await switched(on)
        for panel_id in SEVEN:
            edge = corner(on, panel_id)
            assert " workshop's " in edge or " W " in edge, edge
            assert len(edge) == on.app.dashboard.panels[panel_id].size.width
        assert "workshop's SQL" in on.text().splitlines()[0], "and the status line in full"


async def test_latencies_of_the_two_are_never_mixed(stage):
    async with stage(200, 50) as on:
        await switched(on)
        theirs, ours = on.app.store["02_amount.workshop"].latency, on.app.store["02_amount"].latency
        assert (theirs.last, theirs.figures(Reach.HOUR).count, theirs.figures(Reach.HOUR).p50) == (3200.0, 1, 3200.0)
        assert (ours.last, ours.figures(Reach.HOUR).max) == pytest.approx((1.4, 1.4))
        rows = {row.panel_id: row.title for row in on.app.picture.latency_rows}
        assert rows["02_amount.workshop"] == "Workshop's: Total amount"
        assert not rows.keys() & SEVEN
        await on.pilot.press("l")
        await on.painted()
        assert "Workshop's: Total amount" in on.text()
        await on.pilot.press("t")
        await on.painted()
        assert "Workshop's: " not in on.text(), "at once"
        await on.pilot.press("l")
        await on.painted()
        assert "▲" not in "".join(corner(on, panel_id) for panel_id in SEVEN)


async def test_a_late_answer_of_the_other_is_counted_and_recorded_and_not_shown(stage):
    async with stage(200, 50) as on:
        await switched(on)
        late = sample("01_donations.workshop", on.clock.now, latency_ms=SLOW_MS, data=Stat(7))
        await on.pilot.press("t")
        await on.inject(**{"01_donations": {"data": Stat(384_200)}})
        recorded = len(on.slow)
        on.poller.deliver(late)
        await on.painted()
        assert on.app.store["01_donations"].data == Stat(384_200)
        assert on.app.store["01_donations"].latency.last == 1.4
        assert on.app.store["01_donations.workshop"].latency.asked == 2
        (slow,) = on.slow[recorded:]
        assert (slow.panel_id, slow.title, slow.draw_ms) == ("01_donations.workshop", "Workshop's: Donations", 0.0)


async def test_a_late_error_of_the_other_marks_nothing(stage):
    async with stage(200, 50) as on:
        await switched(on)
        await on.pilot.press("t")
        await on.inject()
        on.poller.deliver(sample("01_donations.workshop", on.clock.now, error="no answer within 30 s"))
        await on.painted()
        assert on.app.store["01_donations"].error is None
        assert "no answer" not in on.text()
        await on.pilot.press("t")
        await on.painted()
        assert "no answer" not in on.text(), "nor later, when it is asked again"


async def test_after_a_switch_there_and_back_numbers_do_not_fall_to_what_was_asked_before(stage):
    async with stage(200, 50) as on:
        await on.inject()
        await on.pilot.press("t")
        asked_at = on.clock.now
        await on.pilot.press("t")
        await on.inject(**{"01_donations": {"data": Stat(400_000)}})
        await on.pilot.press("t")
        on.poller.deliver(sample("01_donations.workshop", asked_at, latency_ms=SLOW_MS, data=Stat(384_198)))
        await on.painted()
        assert on.app.store["01_donations.workshop"].data == Stat(400_000)
        assert on.app.store["01_donations.workshop"].latency.last == SLOW_MS


async def test_what_runs_and_what_was_missed_is_the_query_s_own(stage):
    async with stage(200, 50) as on:
        await switched(on)
        on.poller.running["03_best.workshop"] = on.clock.now - 4.0
        on.poller.skipped["03_best.workshop"] = 12
        on.app._tick()
        await on.painted()
        assert " ▲ 4000 ms " in corner(on, "03_best")
        await on.pilot.press("t")
        await on.inject()
        row = next(row for row in on.app.picture.latency_rows if row.panel_id == "03_best")
        assert (row.state.missed, row.state.in_flight_ms(on.clock.now)) == (0, 0.0)
        assert "▲" not in corner(on, "03_best")


async def test_donations_are_visible_when_the_query_that_is_shown_has_counted_them(stage):
    async with stage(200, 50) as on:
        columns = ("arrival_id", "produced_at", "donations", "server_now")
        await switched(on)
        arrived = on.app.visibility.after_arrival + 1
        table = Table(columns, ((arrived, NOW, 5, NOW),))
        on.clock.now += 1.0
        on.poller.deliver(sample("arrivals", on.clock.now, data=table))
        on.clock.now += 1.0
        on.poller.deliver(sample("01_donations", on.clock.now))
        await on.painted()
        assert on.app.visibility.p95_ms(on.clock.now) is None, "nobody sees what ours has said so late"
        on.clock.now += 1.0
        await answer(on)
        await on.until(lambda: on.app.visibility.p95_ms(on.clock.now) is not None)
        assert on.app.visibility.p95_ms(on.clock.now) == pytest.approx(2000.0)


async def test_why_and_cancel_are_of_the_query_that_is_asked(stage):
    async with stage(200, 50) as on:
        await switched(on)
        on.app.dashboard.panels["03_best"].focus()
        await on.pilot.press("K")
        await on.until(lambda: "Workshop's: Best city and organisation: cancelled on MariaDB" in on.text())
        assert on.poller.cancelled == ["03_best.workshop"]
        await on.pilot.press("enter")
        await on.until(lambda: isinstance(on.app.screen, WhyScreen) and on.explainer.asked)
        assert on.explainer.asked == [("03_best.workshop", {})]
        question = on.app.screen.query_one(WhyPane).question
        assert (question.sql, question.title) == (live_text("03_best"), "Workshop's: Best city and organisation")
        assert (question.latency.last, question.values_ms) == (SLOW_MS, (SLOW_MS,))


async def test_a_slow_execution_is_recorded_as_the_workshop_s_and_explained_so_whatever_is_asked_now(stage):
    async with stage(200, 50) as on:
        await switched(on)
        assert {slow.panel_id for slow in on.slow} == THEIRS
        assert all(slow.title.startswith("Workshop's: ") and slow.draw_ms > 0.0 for slow in on.slow)
        await on.pilot.press("t", "L")
        await on.until(lambda: "Workshop's: " in on.text())
        await on.pilot.press("enter")
        await on.until(lambda: on.explainer.asked)
        assert on.explainer.asked[0][0] in THEIRS


async def test_the_cursor_of_the_latency_table_stays_with_its_panel(stage):
    async with stage(200, 50) as on:
        await on.inject()
        await on.pilot.press("l", "end", "up")
        chosen = on.app.dashboard.chosen_id
        while chosen not in SEVEN:
            await on.pilot.press("up")
            chosen = on.app.dashboard.chosen_id
        await on.pilot.press("t")
        await on.painted()
        assert on.app.dashboard.chosen_id == f"{chosen}.workshop"
        await on.pilot.press("t")
        await on.painted()
        assert on.app.dashboard.chosen_id == chosen


async def test_on_a_paused_board_nothing_is_asked_until_it_goes_on(stage):
    async with stage(200, 50) as on:
        await on.inject()
        await on.pilot.press("space")
        ticks = on.poller.ticks
        await on.pilot.press("t")
        await on.painted()
        assert on.poller.ticks == ticks
        assert on.poller.watched >= THEIRS
        assert " workshop's SQL awaited " in corner(on, "01_donations")
        await on.pilot.press("space")
        on.app._tick()
        assert on.poller.ticks > ticks


async def test_a_users_own_panel_is_asked_as_before(tmp_path):
    (tmp_path / "donations").mkdir()
    text = "-- title: Mine\n-- source: donations\n-- draw: stat\nSELECT 1 AS value\n"
    (tmp_path / "donations" / "mine.sql").write_text(text)
    on = set_up(specs=catalog.load(tmp_path))
    async with on.app.run_test(size=(200, 50)) as on.pilot:
        await on.inject(mine={"data": Stat(Decimal(1))})
        await on.pilot.press("t", "n", "n", "n", "n")
        assert on.poller.watched >= {"mine", *THEIRS}


async def test_without_donations_it_says_so():
    on = set_up(specs=[spec for spec in catalog.load() if spec.source == "citus"])
    async with on.app.run_test(size=(200, 50)) as on.pilot:
        before = on.poller.watched
        await on.pilot.press("t")
        await on.until(lambda: NO_WORKSHOP in on.text())
        assert on.poller.watched == before


async def test_help_and_palette_name_it_and_the_panels_once(stage):
    async with stage(120, 100) as on:
        await on.pilot.press("question_mark")
        await on.pilot.pause()
        assert "by the workshop's SQL, over every donation" in on.text()
        assert "Workshop's: " not in on.text()
