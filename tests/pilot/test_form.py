"""The form of a campaign: filled in by keys alone or by mouse, what it refuses, and what it gives."""

from __future__ import annotations

from textual.events import Key, Paste

from rtdash.model.campaign import AS_FAST_AS_IT_CAN, CampaignPlan
from rtdash.screens.form import CITY_NAMES
from rtdash.widgets.options import Options
from tests.pilot.filling import PLAN, click, click_key, opened, press, typed

SIZES = [(200, 50), (120, 36), (80, 24)]


async def test_it_shows_everything_at_every_size(stage):
    async with stage(200, 50) as on:
        await opened(on)
        words = (
            "Start a campaign",
            "none: four at random",
            "none: all",
            "storm",
            "donations",
            "Enter Start",
            *CITY_NAMES,
        )
        for size in SIZES:
            await on.pilot.resize_terminal(*size)
            await on.pilot.pause()
            assert [word for word in words if word not in on.text()] == [], size


async def test_enter_starts_with_the_last_settings(stage):
    async with stage() as on:
        started = await opened(on, PLAN)
        await press(on, "enter")
        assert started == [(PLAN, False)]
        assert on.app.screen is on.app.dashboard


async def test_what_a_plan_has_by_itself_is_left_empty(stage):
    async with stage() as on:
        started = await opened(on, CampaignPlan(rate_per_s=AS_FAST_AS_IT_CAN))
        assert {each.id: each.value for each in on.app.screen.query("Input")} == {
            "name": "", "rate_per_s": "max", "duration_s": "", "count": "", "delay_s": "",
        }  # fmt: skip
        await press(on, "enter")
        assert started == [(CampaignPlan(rate_per_s=AS_FAST_AS_IT_CAN), False)]


async def test_by_keys_alone_however_fast_they_come(stage):
    async with stage(80, 24) as on:
        started = await opened(on)
        # Béziers is beside Amiens, Angers below it.
        cities = ("right", "space", "left", "down", "space")
        presets = ("right", "right", "space")
        keys = [*"summer", "tab", *cities, "tab", "right", "space", "tab", "tab", *presets, "tab", *"5m", "tab"]
        keys += [
            *"10,000",
            "tab",
            *"25",
            "tab",
            "right",
            "space",
            "shift+tab",
            "shift+tab",
            "shift+tab",
            *"8m",
            "enter",
        ]
        for key in keys:
            on.app.post_message(Key(key, {"space": " "}.get(key, key if len(key) == 1 else None)))
        await on.until(lambda: started)
        plan = CampaignPlan(
            name="summer",
            rate_per_s=10_000,
            cities=("Angers", "Béziers"),
            organizations=("WarmHearts",),
            beside=True,
            count=10_000,
            duration_s=480.0,
            delay_s=25.0,
        )
        assert started == [(plan, False)]


async def test_by_mouse_alone(stage):
    async with stage(80, 24) as on:
        started = await opened(on)
        for options, name in (
            ("#cities", "Tours"),
            ("#cities", "Pau"),
            ("#cities", "Amiens"),
            ("#cities", "Pau"),
            ("#collecting", "SunriseAid"),
            ("#presets", "storm"),
            ("#others", "go on beside it"),
        ):
            await on.pilot.click(**click(on, options, name))
            await on.pilot.pause()
        await click_key(on, "Start")
        await on.pilot.pause()
        plan = CampaignPlan(cities=("Amiens", "Tours"), organizations=("SunriseAid",), rate_per_s=50_000, beside=True)
        assert started == [(plan, False)]


async def test_a_click_beside_a_name_chooses_nothing(stage):
    async with stage(80, 24) as on:
        started = await opened(on)
        cities = on.app.screen.query_one("#cities", Options)
        await on.pilot.click("#cities", offset=(cities.size.width - 1, 0))
        await on.pilot.click("#collecting", offset=(13, 0))
        await press(on, "enter")
        assert started == [(CampaignPlan(), False)]


async def test_cancel_starts_nothing(stage):
    async with stage(80, 24) as on:
        for cancel in (on.pilot.press("escape"), click_key(on, "Cancel")):
            started = await opened(on, PLAN)
            await cancel
            await on.pilot.pause()
            assert started == []
            assert on.app.screen is on.app.dashboard


TIMES = "90, 90s, 5m or 1h, at most a year"
WRONG = [
    ("name", "x" * 81, "✗ a name has at most 80 characters, none that is not printed"),
    ("rate_per_s", "", "✗ nothing: allowed: 1 … 50,000 a second, or max"),
    ("rate_per_s", "50,001", "✗ '50,001': allowed: 1 … 50,000 a second, or max"),
    ("rate_per_s", "東京", "✗ '東京': allowed: 1 … 50,000 a second, or max"),
    ("duration_s", "soon", f"✗ 'soon': allowed: {TIMES}"),
    ("duration_s", "0", "✗ 0.0 s: allowed: a duration above 0"),
    ("count", "0", "✗ '0': allowed: 1 … 4,294,967,295 donations"),
    ("delay_s", "-1", f"✗ '-1': allowed: {TIMES}"),
]


async def test_wrong_input_is_said_below_its_field_and_kept(stage):
    async with stage(80, 24) as on:
        started = await opened(on, PLAN)
        before = on.text().split("\n")
        for part, text, said in WRONG:
            right = on.app.screen.query_one(f"#{part}").value
            await typed(on, **{part: text})
            await press(on, "enter")
            after = on.text().split("\n")
            field = on.app.screen.query_one(f"#{part}")
            assert (field.value, on.app.focused, started) == (text, field, [])
            (row,) = (row for row, line in enumerate(after[1:22], start=1) if "✗" in line)
            assert said in after[row]
            assert row == field.region.y + 1
            assert [line[:16] for line in before] == [line[:16] for line in after], "nothing has moved"
            await typed(on, **{part: right})
            assert "✗" not in "".join(on.text().split("\n")[1:22])
        await press(on, "enter")
        assert started == [(PLAN, False)]


async def test_what_is_pasted_cannot_steer_the_terminal(stage):
    async with stage(80, 24) as on:
        started = await opened(on)
        on.app.screen.query_one("#name").post_message(Paste("a\x1b[2J\u202eb\nsecond line"))
        await on.pilot.pause()
        assert "a·[2J·b" in on.text()
        assert not any(char in on.text() for char in "\x1b\u202e")
        await press(on, "!", "enter")
        assert started == [(CampaignPlan(name="a·[2J·b!"), False)]


async def test_every_wrong_field_says_so_and_the_first_has_the_keys(stage):
    async with stage(80, 24) as on:
        await opened(on)
        await typed(on, rate_per_s="fast", duration_s="long", delay_s="later")
        await press(on, "enter")
        assert [word in on.text() for word in ("✗ 'fast'", "✗ 'long'", "✗ 'later'")] == [True] * 3
        assert on.app.focused is on.app.screen.query_one("#rate_per_s")


async def test_the_rate_and_its_presets_go_together(stage):
    async with stage(80, 24) as on:
        await opened(on)
        presets, rate = on.app.screen.query_one("#presets", Options), on.app.screen.query_one("#rate_per_s")
        seen = [presets.chosen]
        for text in ("10000", "10,000", "gentle", "7", "fast", "50,000"):
            await typed(on, rate_per_s=text)
            seen.append(presets.chosen)
        assert seen == [("brisk",), ("aggressive",), ("aggressive",), ("gentle",), (), (), ("storm",)]
        presets.focus()
        await press(on, "space")
        assert (rate.value, presets.chosen) == ("5", ("gentle",))


async def test_keys_of_the_dashboard_are_letters_here_and_ctrl_c_leaves(stage):
    async with stage() as on:
        started = await opened(on)
        await press(on, *"sSXgq")
        assert on.app.screen.query_one("#name").value == "sSXgq"
        assert (started, on.control.told) == ([], [])
        await on.pilot.press("ctrl+c")
        await on.until(lambda: on.control.told)
        assert on.control.told == ["close stop_own=True"]


async def test_the_cursor_of_options_stays_among_them(stage):
    async with stage(80, 24) as on:
        await opened(on)
        cities = on.app.screen.query_one("#cities", Options)
        cities.focus()
        for keys, name in (
            (("up", "left"), "Amiens"),
            (("right",) * 4, "Pau"),
            (("down",) * 5, "Versailles"),
            (("right",), "Versailles"),
            (("left",), "Orléans"),
        ):
            await press(on, *keys)
            lines = [cities.render_line(row).text for row in range(5)]
            (marked,) = (line.partition("❯")[2].split()[1] for line in lines if "❯" in line)
            assert marked == name
        on.app.screen.query_one("#name").focus()
        await on.pilot.pause()
        assert not any("❯" in cities.render_line(row).text for row in range(5))
