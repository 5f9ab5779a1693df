"""The control pane: which campaign its keys act on, what it says, and that it stays what it is at every size."""

from __future__ import annotations

from rtdash.messages import CommandEnded
from rtdash.screens.bindings import BINDINGS
from rtdash.screens.saying import SAID_S
from tests.pilot.samples import AWAITED, BRAKED, MANY, SPRING, WINTER, ago, campaign, campaigns

SIZES = [(200, 50), (160, 46), (120, 36), (100, 34), (80, 24)]
THREE = campaigns(
    campaign(9, "alpha", "running", started_at=ago(9)),
    campaign(8, "beta", "running", started_at=ago(9)),
    campaign(7, "gamma", "stopping", note=AWAITED, started_at=ago(9)),
)
FOOTER = ["generated = acked", "acked = loaded"]
FOOT = [((line, "text"),) for line in FOOTER]


async def show(on, data=THREE, size=None):
    """Show these campaigns, on the page that has them, and at this size."""
    await on.inject(campaigns={"data": data})
    if size is not None:
        await on.pilot.resize_terminal(*size)
        await on.painted()
    if on.app.dashboard.is_small:
        await on.pilot.press("3")
    await on.painted()


async def press(on, *keys):
    """Press keys; what the control was told by them."""
    on.control.told.clear()
    await on.pilot.press(*keys)
    on.app._tick()
    await on.painted()
    return on.control.told


def pane(on):
    """The lines of the pane."""
    widget = on.app.dashboard.campaigns
    return [widget.render_line(row).text for row in range(widget.size.height)]


def chosen(on):
    """The name in the row with the cursor."""
    (row,) = (line for line in pane(on) if "❯" in line)
    return row.strip("│ ").split()[2]


# ── keys ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_keys_start(stage):
    async with stage() as on:
        await show(on)
        assert await press(on, "s", "b") == ["start", "start beside"]


async def test_keys_act_on_the_chosen_campaign(stage):
    async with stage() as on:
        await show(on)
        assert await press(on, "plus", "minus", "g", "x") == [
            "rate next_rate 9",
            "rate previous_rate 9",
            "rate next_preset 9",
            "stop 9",
        ]
        assert await press(on, "down", "plus", "g", "x") == ["rate next_rate 8", "rate next_preset 8", "stop 8"]
        assert await press(on, "X") == ["stop"]


async def test_presets_by_name_are_in_the_palette(stage):
    async with stage() as on:
        await show(on)
        told = on.control.told = []
        on.control.change_rate = lambda change, campaign_id: told.append((change(7), campaign_id))
        for command in on.app.get_system_commands(on.app.screen):
            if command.title.startswith("Preset "):
                command.callback()
        await on.until(lambda: len(told) == 4)
        assert told == [(5, 9), (200, 9), (10_000, 9), (50_000, 9)]


async def test_a_key_starts_or_stops_the_pipeline(stage):
    async with stage() as on:
        assert await press(on, "P") == ["pipeline"]


async def test_without_a_campaign_the_rate_is_of_the_next_one_and_a_stop_of_what_may_be_starting(stage):
    async with stage() as on:
        assert await press(on, "plus", "x") == ["rate next_rate None", "stop"]
        await show(on, campaigns(WINTER))
        assert await press(on, "plus", "x") == ["rate next_rate 1", "stop"]


async def test_a_stop_never_means_a_campaign_that_nobody_has_chosen(stage):
    async with stage() as on:
        await show(on)
        assert await press(on, "x") == ["stop 9"]
        alpha, *others = THREE.records()
        await show(on, campaigns(*others, alpha | {"state": "ended"}))
        assert chosen(on) == "alpha"
        assert await press(on, "x") == ["stop 9"], "not beta, although it is the newest that runs"


async def test_a_campaign_that_is_started_here_is_chosen_when_it_comes(stage):
    async with stage() as on:
        for number, key in ((10, "s"), (11, "b")):
            await show(on)
            await press(on, "down", "down", key)
            await show(on, campaigns(campaign(number, "delta", "running"), *THREE.records()))
            assert chosen(on) == "delta"


async def test_every_key_has_an_id_a_description_and_a_tooltip(stage):
    assert all(binding.id and binding.description and binding.tooltip for binding in BINDINGS)
    async with stage(80, 24) as on:
        await on.painted()
        foot = on.text().split("\n")[-1]
        for words in ("s Start", "S Plan", "b Beside", "x Stop", "Space Pause", "? Help", "q Quit", "n Page"):
            assert words in foot, foot


# ── the cursor ────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_arrows_move_the_cursor_when_the_pane_or_nothing_has_the_focus(stage):
    async with stage() as on:
        await show(on)
        seen = [chosen(on)]
        for key in ("down", "down", "down", "up"):
            await press(on, key)
            seen.append(chosen(on))
        on.app.dashboard.campaigns.focus()
        for key in ("up", "up", "down"):
            await press(on, key)
            seen.append(chosen(on))
        assert seen == ["alpha", "beta", "gamma", "gamma", "beta", "alpha", "alpha", "beta"]


async def test_arrows_scroll_another_panel_that_has_the_focus(stage):
    async with stage() as on:
        await show(on)
        on.app.dashboard.latency.focus()
        await press(on, "down")
        assert chosen(on) == "alpha"


async def test_a_click_chooses(stage):
    async with stage() as on:
        for size, name in zip(SIZES, ("beta", "alpha", "beta", "alpha", "beta"), strict=True):
            await show(on, campaigns(*THREE.records()[:2]), size)
            row = next(row for row, line in enumerate(pane(on)) if name in line)
            await on.pilot.click("#campaigns", offset=(9, row))
            # The header, and what is below the last row.
            for nowhere in (1, 4):
                await on.pilot.click("#campaigns", offset=(9, nowhere))
            await on.painted()
            assert chosen(on) == name, size


async def test_the_cursor_follows_its_campaign_and_is_in_sight(stage):
    async with stage(120, 36) as on:
        rows = [campaign(number, f"number-{number}", "running") for number in range(12, 0, -1)]
        await show(on, campaigns(*rows))
        assert chosen(on) == "number-12"
        on.app.dashboard.campaigns.action_move(11)
        assert chosen(on) == "number-1"
        await show(on, campaigns(rows[-1], *rows[:-1]))
        assert chosen(on) == "number-1"
        assert "number-12" in "".join(pane(on)), "no further down than it must be"
        await show(on, campaigns(*rows[:-1]))
        assert chosen(on) == "number-12"


async def test_the_wheel_scrolls_and_leaves_the_cursor(stage):
    async with stage(120, 36) as on:
        await show(on, campaigns(*(campaign(number, f"number-{number}", "running") for number in range(12, 0, -1))))
        on.app.dashboard.campaigns.on_mouse_scroll_down()
        await show(on, campaigns(*(campaign(number, f"number-{number}", "running") for number in range(12, 0, -1))))
        assert "number-12" not in "".join(pane(on))
        assert on.app.dashboard.campaigns.chosen_id == 12


# ── what it says ──────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_there_is_room_for_three_campaigns_and_two_lines_at_the_foot(stage):
    async with stage() as on:
        for size in SIZES:
            await show(on, MANY, size)
            on.app.dashboard.campaigns.set_campaigns(MANY.records(), [], [], FOOT)
            lines = [line.strip("│ ") for line in pane(on)]
            header, foot = next(row for row, line in enumerate(lines) if line[:4] == "name"), lines.index(FOOTER[0])
            assert foot - header - 1 >= (2 if size == (100, 34) else 3), size
            assert all(lines[header + 1 : foot]), size
            on.app.dashboard.campaigns.action_scroll_body(1)
            assert [line.strip("│ ") for line in pane(on)][foot : foot + 2] == FOOTER


async def test_the_foot_leaves_a_campaign_to_see_however_small_the_pane(stage):
    async with stage(100, 34) as on:
        await show(on)
        on.app.dashboard.campaigns.set_campaigns(THREE.records(), [], [], FOOT * 9)
        assert chosen(on) == "alpha"


async def test_the_note_of_the_chosen_campaign_is_said_and_what_the_control_says_comes_first(stage):
    async with stage() as on:
        for size in SIZES:
            on.app.dashboard.campaigns.cursor.follow(6)
            await show(on, MANY, size)
            edge = 0 if size[0] < 160 else -1
            assert BRAKED[:60] in pane(on)[edge], size
            assert "▼" in "".join(pane(on))
            await press(on, "down")
            assert AWAITED in pane(on)[edge], size
            on.app.post_message(CommandEnded("next campaign: 500/s"))
            await on.until(lambda edge=edge: "next campaign: 500/s" in pane(on)[edge])
            assert AWAITED not in pane(on)[edge]
            on.clock.now += SAID_S


async def test_every_note_is_in_its_row_where_there_is_room(stage):
    async with stage(200, 50) as on:
        await show(on, MANY)
        rows = "".join(pane(on)[:-1])
        assert [words for words in (BRAKED[:24], AWAITED[:24], "2,107 unknown") if words not in rows] == []


STATUS = [
    ((SPRING, WINTER), (), ["▶ spring  2,004/s"]),
    (tuple(MANY.records()), (), ["▼ spring +1  4,212/s"]),
    (tuple(MANY.records()), ("down",), ["◐ a winter that is longer… +1  stopping  0/s"]),
    (tuple(MANY.records()), ("up",), ["▼ spring +1"]),
    (tuple(THREE.records()), ("down",), ["▶ beta +2"]),
    ((campaign(3, "autumn", "planned", starts_at=ago(-25)), WINTER), (), ["○ autumn", "planned in 00:00:25"]),
    ((WINTER,), (), ["■ winter", "ended 13:53:22 UTC"]),
    ((SPRING | {"heartbeat_age_s": 9.0},), (), ["✗ spring  silent  2,004/s"]),
]


async def test_the_status_line_names_the_campaign_and_how_many_run_beside_it(stage):
    async with stage(120, 36) as on:
        await on.painted()
        assert "no campaign s starts one" in on.text().split("\n")[0]
        for rows, keys, said in STATUS:
            on.app.dashboard.campaigns.cursor.follow(None)
            await show(on, campaigns(*rows))
            await press(on, *keys)
            status = on.text().split("\n")[0]
            assert [words for words in said if words not in status] == [], status


async def test_visits_that_a_planned_campaign_will_send_do_not_hide_that_they_are_thinned_now(stage):
    async with stage(200, 50) as on:
        await show(on, MANY)
        assert "25 % of visits" in on.text().split("\n")[0]


HOSTILE = "\x1b[2J\x1b]0;owned\x07\u202e[red]x[/red] 東京 \u05e9\u05dc\u05d5\u05dd"


async def test_text_of_a_campaign_is_data(stage):
    async with stage() as on:
        hostile = SPRING | {"name": HOSTILE * 3, "note": HOSTILE * 9, "state": "running\x1b[0m", "cities": HOSTILE}
        for size in SIZES:
            await show(on, campaigns(hostile, SPRING | {"campaign_id": 1, "name": "x" * 80, "note": HOSTILE}), size)
            assert not any(char in on.text() for char in "\x1b\x07\u202e")
            assert "·[2J" in "".join(pane(on))
            widget = on.app.dashboard.campaigns
            assert {widget.render_line(row).cell_length for row in range(widget.size.height)} == {widget.size.width}


async def test_a_campaign_that_has_not_changed_redraws_nothing(stage):
    async with stage(200, 50) as on:
        await show(on, MANY)
        redrawn = []
        on.app.dashboard.campaigns.refresh = lambda *regions, **_: redrawn.append(regions)
        await show(on, MANY)
        assert redrawn == []
        planned, spring, *others = MANY.records()
        await show(on, campaigns(planned, spring | {"loaded": 371_099}, *others))
        ((region,),) = redrawn
        assert region.size == (1, 1)
