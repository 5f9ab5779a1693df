"""What the keys do, and what is asked before leaving."""

from __future__ import annotations

import pytest
from textual.widgets import Input

from rtdash.messages import CommandEnded
from rtdash.model.campaign import PRESETS
from rtdash.screens.bindings import BINDINGS
from tests.pilot.samples import SPRING, WINTER, campaigns, sample


async def test_pause_stops_asking(stage):
    async with stage() as on:
        await on.pilot.press("space")
        ticks = on.poller.ticks
        on.app._tick()
        assert on.poller.ticks == ticks
        await on.until(lambda: "paused" in on.text())
        await on.pilot.press("space")
        on.app._tick()
        assert on.poller.ticks > ticks


async def test_interval_keys_step_between_100_ms_and_5_s(stage):
    async with stage() as on:
        seen = [on.poller.interval_s]
        for key in ["left_square_bracket"] * 2 + ["right_square_bracket"] * 6:
            await on.pilot.press(key)
            seen.append(on.poller.interval_s)
        assert seen == [0.25, 0.1, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 5.0]


async def test_next_customer_drops_old_answers_and_asks_at_once(stage):
    async with stage(200, 50) as on:
        await on.inject()
        assert "Last 15 minutes · SmileFund" in on.text()
        late = sample("12_top_devices", on.clock.now, latency_ms=300.0)
        late.variables["customer_id"] = 1
        await on.pilot.press("c")
        assert on.poller.variables["customer_id"] == 2
        assert {"11_customer_last_15_minutes", "12_top_devices"} <= set(on.poller.asked)
        on.poller.deliver(late)
        await on.painted()
        assert "Last 15 minutes · WarmHearts" in on.text()
        assert "18203" not in on.text()
        assert on.app.store["12_top_devices"].latency.last == 300.0, "for whomever it was"
        assert [(slow.panel_id, slow.parameters) for slow in on.slow] == [("12_top_devices", {"customer_id": 1})]


async def test_zoom_fills_the_screen_and_gives_it_back(stage):
    async with stage() as on:
        await on.inject()
        await on.pilot.press("m")
        await on.painted()
        assert on.app.dashboard.maximized is on.app.dashboard.panels["01_donations"]
        await on.pilot.press("m")
        assert on.app.dashboard.maximized is None


async def test_help_lists_every_key(stage):
    async with stage(120, 60) as on:
        await on.pilot.press("question_mark")
        await on.pilot.pause()
        text = on.text()
        missing = [binding.id for binding in BINDINGS if binding.tooltip[:50] not in text]
        assert missing == []
        await on.pilot.press("escape")
        assert on.app.screen is on.app.dashboard


async def test_help_lists_the_keys_of_tables(stage):
    async with stage(120, 100) as on:
        await on.pilot.press("question_mark")
        await on.pilot.pause()
        listed = [line.split("│")[1].strip() for line in on.text().splitlines() if line.count("│") == 2]
        of_tables = [line.split()[0] for line in listed if "In the latency table and the slow log" in line]
        assert of_tables == ["↑", "↓", "PgUp", "PgDn", "Home", "End"]


async def test_help_has_keys_and_panels_beside_each_other_where_there_is_room(stage):
    async with stage(200, 50) as on:
        await on.pilot.press("question_mark")
        await on.painted()
        heads = [line for line in on.text().splitlines() if "─ Keys ─" in line or "─ Panels ─" in line]
        assert len(heads) == 1


async def test_help_scrolls_to_its_end(stage):
    async with stage(80, 24) as on:
        await on.pilot.press("question_mark")
        await on.painted()
        assert "Start a campaign" in on.text()
        await on.pilot.press("end")
        await on.painted()
        assert "above ↑" in on.text()
        assert "Start a campaign" not in on.text()
        await on.pilot.press("home")
        await on.painted()
        assert "Start a campaign" in on.text()


async def test_every_key_is_in_the_palette(stage):
    async with stage() as on:
        titles = {command.title for command in on.app.get_system_commands(on.app.screen)}
        assert {binding.description for binding in BINDINGS if binding.id != "commands"} <= titles
        assert {f"Preset {name}" for name in PRESETS} <= titles


async def test_a_letter_that_is_typed_is_no_key(stage):
    async with stage() as on:
        await on.pilot.press("colon")
        await on.until(lambda: isinstance(on.app.focused, Input))
        await on.pilot.press("q", "x")
        assert on.app.focused.value == "qx"
        assert not on.poller.is_stopped
        await on.pilot.press("ctrl+c")
        await on.until(lambda: on.control.told)
        assert on.control.told == ["close stop_own=True"]


@pytest.mark.parametrize(
    ("width", "shown"),
    [
        (200, "s S b x + - Space ? q n : c m l Enter e L t [ ]"),
        (120, "s S b x + - Space ? q n : c"),
        (80, "s S b x Space ? q n"),
    ],
)
async def test_where_there_is_no_room_for_all_keys_the_lesser_are_left_out(stage, width, shown):
    async with stage(width, 50) as on:
        await on.inject()
        foot = on.text().split("\n")[-1]
        assert [item.split()[0] for item in foot.strip().split("  ")] == shown.split()


async def test_a_click_on_a_key_is_the_key(stage):
    async with stage() as on:
        await on.pilot.pause()
        await on.pilot.click("#keys", offset=(2, 0))
        assert on.control.told == ["start"]


async def test_quit_ends_lanes_before_the_screen(stage):
    async with stage() as on:
        await on.pilot.press("q")
        await on.until(lambda: on.control.told)
        assert on.poller.is_stopped
        assert on.control.told == ["close stop_own=True"]


async def test_leaving_asks_about_our_own_campaign_only(stage):
    async with stage(asks_before_leaving=True) as on:
        on.control.own = 1
        await on.pilot.press("q")
        await on.pilot.pause()
        for words in ("A campaign that you started is still running.", "s Stop it", "l Leave it running"):
            assert words in on.text()
        await on.pilot.press("escape")
        assert not on.poller.is_stopped
        on.control.own = 2
        await on.pilot.press("q")
        await on.pilot.pause()
        for words in ("2 campaigns that you started are still running.", "s Stop them", "l Leave them running"):
            assert words in on.text()
        await on.pilot.press("escape", "q")
        await on.pilot.pause()
        await on.pilot.press("l")
        await on.until(lambda: on.control.told)
        assert on.control.told == ["close stop_own=False"]
    async with stage(asks_before_leaving=True) as on:
        await on.inject()
        await on.pilot.press("q")
        await on.until(lambda: on.control.told)


async def test_q_closes_help_and_not_the_dashboard(stage):
    async with stage() as on:
        await on.pilot.press("question_mark")
        await on.pilot.press("q")
        await on.pilot.pause()
        assert on.app.screen is on.app.dashboard
        assert not on.poller.is_stopped


async def test_a_failed_command_is_said(stage):
    async with stage() as on:
        on.app.post_message(CommandEnded("", "no Kafka [brokers] are set"))
        await on.until(lambda: "no Kafka [brokers] are set" in on.text())


async def test_what_was_said_goes_sooner_once_it_is_seen_but_not_what_went_wrong(stage):
    async with stage(200, 50) as on:
        await on.inject()
        for error in (None, "no Kafka"):
            on.app.post_message(CommandEnded("" if error else "stopping spring", error))
            await on.until(lambda error=error: (error or "stopping spring") in on.text())
            await on.inject(campaigns={"data": campaigns(SPRING | {"state": "ended" if error else "stopping"}, WINTER)})
            assert (error or "stopping spring") in on.text()
            on.clock.now += 1.1
            on.app._tick()
            await on.painted()
            assert (error in on.text()) if error else ("stopping spring" not in on.text())


async def test_what_was_said_of_a_command_goes_after_a_while(stage):
    async with stage(200, 50) as on:
        await on.inject()
        on.app.post_message(CommandEnded("rate 250/s"))
        await on.until(lambda: "rate 250/s" in on.text())
        on.clock.now += 9.0
        on.app.post_message(CommandEnded("rate 500/s"))
        await on.until(lambda: "rate 500/s" in on.text())
        on.clock.now += 9.9
        on.app._tick()
        await on.painted()
        assert "rate 500/s" in on.text(), "the first is gone, and its end is not the second's"
        on.clock.now += 0.2
        on.app._tick()
        await on.until(lambda: "rate 500/s" not in on.text())
