"""What is on the terminal after each frame is what Textual itself would have put there, whatever the user does."""

from __future__ import annotations

import asyncio
from pkgutil import resolve_name

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from textual._compositor import CompositorUpdate
from textual.app import App
from textual.events import Resize
from textual.geometry import Size
from textual.messages import TerminalSupportsSynchronizedOutput

from rtdash.screens.commands import Palette
from rtdash.screens.slow import SlowScreen
from rtdash.terminal.fit import ATTRIBUTES, LEANS_ON, misfit
from rtdash.terminal.seam import Diffing
from rtdash.widgets.lines import Lines
from tests.emulator import difference
from tests.pilot.conftest import Stage
from tests.pilot.diffing import nothing_is_stale, resize, settled, watched

SIZES = [(80, 24), (120, 36), (200, 50), (81, 25), (30, 8)]
KEYS = [
    "tab", "shift+tab", "1", "2", "3", "4", "5", "6", "n", "m", "l", "down", "up", "pagedown", "end", "home", "escape",
    "question_mark", "S", "L", "enter", "colon", "space", "c", "ctrl+l", "x", "é", "left_square_bracket",
]  # fmt: skip
SCRIBBLE = "\x1b[31;1;4m\x1b[3;5Hanother program\x1b[2;1H日本\x1b[7;40H"
THEMES = ["rtdash-dark", "textual-light", "nord", "ansi-dark", "gruvbox"]

STEPS = [
    ("samples", 12.0), ("samples", 700.0), ("press", "tab"), ("press", "m"), ("theme", "textual-light"), ("press", "m"),
    ("press", "n"), ("resize", (120, 36)), ("press", "c"), ("press", "1"), ("press", "t"), ("samples", 3.0),
    ("press", "l"), ("press", "down"), ("resize", (61, 19)), ("press", "escape"), ("press", "space"),
    ("press", "question_mark"), ("samples", 900.0), ("theme", "rtdash-dark"), ("press", "escape"), ("press", "S"),
    ("resize", (200, 50)), ("samples", 5.0), ("press", "escape"), ("press", "e"), ("press", "escape"),
    ("press", "colon"),
]  # fmt: skip
"""What changes what is drawn: data, size, theme, page, focus, zoom, who is asked, what lies above."""

acts = st.one_of(
    st.tuples(st.just("resize"), st.sampled_from(SIZES)),
    st.tuples(st.just("press"), st.sampled_from(KEYS)),
    st.tuples(st.just("press"), st.sampled_from(KEYS)),
    st.tuples(st.just("theme"), st.sampled_from(THEMES)),
    st.tuples(st.just("samples"), st.floats(0.1, 900)),
    st.tuples(st.just("notify"), st.sampled_from(["short", "日本語 é 👩\u200d👧", "two\nlines"])),
    st.tuples(st.just("scroll"), st.integers(1, 5)),
    st.tuples(st.sampled_from(["repaint", "suspend"]), st.none()),
)


async def act(stage: Stage, what: str, how: object) -> None:
    app = stage.app
    if what == "resize":
        await resize(stage, *how)
    elif what == "press":
        await stage.pilot.press(how)
    elif what == "theme":
        app.theme = how
    elif what == "samples":
        await stage.inject(**{"03_best": {"latency_ms": how}})
    elif what == "notify":
        app.notify(how, markup=False)
    elif what == "scroll":
        for widget in app.screen.query("*"):
            if widget.max_scroll_y:
                widget.scroll_relative(y=how, animate=False)
    elif what == "repaint":
        app.terminal.shown.feed(SCRIBBLE)
        app.action_repaint()
    elif what == "suspend":
        with app.suspend():
            assert app.terminal.written[-1] == "\x1b[m"
            app.terminal.shown.feed(SCRIBBLE)
    await stage.painted()


async def play(script: list[tuple[str, object]]) -> None:
    async with watched(80, 24) as stage:
        for what, how in script:
            await act(stage, what, how)
            await settled(stage)
        await stage.pilot.pause(0.05)
        terminal = stage.app.terminal
        assert terminal.frames
        assert not difference(terminal.shown, terminal.stock)
        # They read their log anew, and say that nothing was found, whenever they like.
        if not isinstance(stage.app.screen, SlowScreen | Palette):
            await nothing_is_stale(stage)


SLOWLY = {"deadline": None, "suppress_health_check": list(HealthCheck), "phases": [Phase.explicit, Phase.generate]}
scripts = st.lists(acts, min_size=1, max_size=8)


@settings(max_examples=5, derandomize=True, **SLOWLY)
@given(scripts)
def test_every_frame(script):
    asyncio.run(play(script))


@pytest.mark.long
@settings(max_examples=500, **SLOWLY)
@given(scripts)
def test_every_frame_of_many_sequences(script):
    asyncio.run(play(script))


@pytest.mark.parametrize("size", [(80, 24), (200, 50)])
async def test_what_widgets_remember_is_what_they_would_draw(size):
    async with watched(*size) as stage:
        for what, how in STEPS:
            await act(stage, what, how)
            await nothing_is_stale(stage)


async def test_nothing_is_written_while_nothing_changes():
    async with watched(120, 36) as stage:
        await stage.inject()
        written = len(stage.app.terminal.written)
        stage.app.dashboard.refresh(layout=True)
        for lines in stage.app.dashboard.query(Lines):
            lines.refresh()
        await stage.pilot.pause(0.1)
        assert len(stage.app.terminal.written) == written


@pytest.mark.parametrize("sizes", [[(120, 36)], [(80, 24), (120, 36)], [(80, 24), (200, 50), (120, 36)]])
async def test_a_terminal_that_has_its_size_back_is_drawn_again(sizes):
    async with watched(120, 36) as stage:
        await stage.inject()
        await stage.pilot.press("space")
        await stage.painted()
        stage.app.terminal.resize(120, 36)
        for size in sizes:
            # Those that wait in the queue would be taken for one.
            await stage.app._dispatch_message(Resize(Size(*size), Size(*size)))
        await stage.until(lambda: "paused" in "".join(stage.app.terminal.shown.display))
        assert not difference(stage.app.terminal.shown, stage.app.terminal.stock)


async def test_an_update_of_another_kind_is_written_by_textual_itself():
    async with watched(80, 24) as stage:
        await stage.inject()
        written = len(stage.app.terminal.written)
        Diffing._display(stage.app, stage.app.screen, CompositorUpdate())
        assert stage.app.terminal.written[written:] == ["\x1b[1;1H"], "what Textual writes for nothing"
        stage.app.dashboard.refresh()
        await stage.painted()
        assert any("\x1b[2J" in text for text in stage.app.terminal.written[written:]), "all cells are forgotten"


async def test_a_frame_is_one_write_and_synchronised_where_the_terminal_can():
    async with watched(80, 24) as stage:
        await stage.inject()
        stage.app.post_message(TerminalSupportsSynchronizedOutput())
        await stage.pilot.pause()
        frames, written = stage.app.terminal.frames, len(stage.app.terminal.written)
        await stage.inject(**{"03_best": {"latency_ms": 500}})
        later = stage.app.terminal.written[written:]
        assert 0 < len(later) <= stage.app.terminal.frames - frames
        assert all(text.startswith("\x1b[?2026h") and text.endswith("\x1b[?2026l") for text in later)


MISFITS = {
    "version": ("rtdash.terminal.fit.version", lambda _: "9.0.0", "Textual 9.0.0"),
    "name": ("rtdash.terminal.fit.LEANS_ON", {"textual._compositor:NoSuchUpdate": ()}, "no textual._compositor:NoSuch"),
    "module": ("rtdash.terminal.fit.LEANS_ON", {"textual._no_such:Update": ()}, "no textual._no_such:Update"),
    "made": (
        "rtdash.terminal.fit.SETS",
        {"textual.screen:Screen": "_no_such"},
        "screen:Screen has no _no_such",
    ),
    "parameters": ("rtdash.terminal.fit.LEANS_ON", {"textual.app:App._display": ("self", "x")}, "self, screen, rende"),
    "attribute": ("rtdash.terminal.fit.ATTRIBUTES", ("_no_such",), "app has no _no_such"),
}


@pytest.mark.parametrize(("name", "value", "said"), MISFITS.values(), ids=MISFITS)
async def test_a_textual_that_does_not_fit_writes_as_it_does(monkeypatch, caplog, name, value, said):
    monkeypatch.setattr(name, value)
    async with watched(80, 24) as stage:
        assert said in caplog.text
        assert len(caplog.records) == 1
        await as_textual_does(stage)


@pytest.mark.parametrize("name", LEANS_ON)
def test_each_name_is_missed(name):
    module, _, path = name.partition(":")
    holder, _, attribute = path.rpartition(".")
    owner = resolve_name(f"{module}:{holder}" if holder else module)
    with pytest.MonkeyPatch.context() as patch:
        patch.delattr(owner, attribute)
        assert misfit(App()) == f"Textual has no {name}"
    assert misfit(App()) == ""


@pytest.mark.parametrize("name", ATTRIBUTES)
def test_each_attribute_is_missed(name):
    app = App()
    with pytest.MonkeyPatch.context() as patch:
        if name in vars(app):
            patch.delattr(app, name)
        else:
            patch.delattr(App, name)
        assert misfit(app) == f"Textual's app has no {name}"


async def test_no_diff_writes_as_textual_does(caplog):
    async with watched(80, 24, diffs=False) as stage:
        assert not caplog.records
        await as_textual_does(stage)


async def as_textual_does(stage: Stage) -> None:
    await stage.inject()
    await stage.pilot.press("2")
    await stage.painted()
    terminal = stage.app.terminal
    assert not difference(terminal.shown, terminal.stock)
    written = sum(map(len, terminal.written))
    stage.app.refresh()
    await stage.pilot.pause(0.1)
    assert sum(map(len, terminal.written)) > written + 80 * 24
