"""The lab from the dashboard of a demo: it is filled, measured, stopped, and leaves nothing behind."""

from __future__ import annotations

import pytest

from tests.e2e.demo import Demo
from tests.e2e.processes import family

pytestmark = pytest.mark.long

LEFT = "SELECT schema_name FROM information_schema.schemata WHERE schema_name LIKE 'rtdash\\_lab%%'"


def opened(demo: Demo) -> None:
    """And about to be started, whatever it has found before."""
    demo.type("e")
    if "○ 10,000,000" not in demo.until_shown("The lab"):
        demo.type("s")
    demo.until_shown("○ 10,000,000", "✓ rollup")


def chosen(demo: Demo) -> None:
    """100,000 rows of two layouts: the first and the last."""
    opened(demo)
    demo.type(" \t " + 2 * "\x1b[C ")
    demo.until_shown("● 100,000", "✓ baseline", "· indexed", "· sharded", "· timesorted", "✓ rollup")


def test_it_fills_and_measures_both_databases_and_leaves_nothing_behind(demo):
    chosen(demo)
    demo.type("s")
    demo.until_shown("The lab", "Donations", " left ", within_s=60)
    # It goes on beside the board, which says so.
    demo.type("\x1b")
    demo.until(lambda screen: "q Quit" in screen and " lab " in screen.split("\n")[0])
    demo.type("e")
    demo.until_shown("Clickstream", "● done", within_s=600)
    screen = demo.until_shown("raw", "live", "typical query, ms")
    assert "✗" not in screen
    demo.type("v")
    screen = demo.until_shown("Donations", "100,000 rows", "❯ rollup: ")
    assert "✗" not in screen
    assert demo.ask(LEFT) == ()
    # Its process says that it is done before it ends.
    demo.until(lambda _: not [each for each in family(demo.process.pid) if b"--stream" in each.arguments])
    demo.type("\x1b")
    demo.until_open()


def test_it_is_stopped_half_way(demo):
    chosen(demo)
    demo.type("s")
    demo.until_shown("filling", within_s=60)
    assert demo.ask(LEFT)
    demo.type("x")
    demo.until_shown("■ stopped", within_s=60)
    assert demo.ask(LEFT) == ()
    demo.type("\x1b")
    demo.until_open()


def test_who_leaves_waits_until_its_tables_are_gone(server_folder):
    folder = server_folder / "lab"
    folder.mkdir(mode=0o711)
    with Demo(folder / "demo") as demo:
        demo.until_open()
        chosen(demo)
        demo.type("s")
        demo.until_shown("filling", within_s=60)
        data = demo.folder / "mariadb" / "data"
        assert list(data.glob("rtdash_lab_*"))
        processes = family(demo.process.pid)
        demo.type("\x03")
        demo.until_shown("leaving: the lab removes its tables first")
        assert demo.wait(60) == 0
        assert not list(data.glob("rtdash_lab*"))
        assert not [each for each in processes if each.lives]
