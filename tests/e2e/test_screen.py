"""Keys and screens of a running demo, and what must not be seen of it."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from tests.e2e import board
from tests.e2e.demo import RTDASH, environment
from tests.e2e.processes import everyone, family
from tests.e2e.terminal import Terminal

HELP = "Start a campaign; those that run are stopped"


def test_help_opens_at_once_and_closes_while_a_campaign_runs(demo):
    demo.type("s")
    demo.until_campaign("running", loaded=1)
    started_s = time.monotonic()
    demo.type("?")
    demo.until_shown(HELP)
    took_s = time.monotonic() - started_s
    print(f"help after {took_s:.3f} s")  # noqa: T201 (for the closing note)
    assert took_s < 2
    demo.type("\x1b")
    demo.until(lambda screen: HELP not in screen and board.body(screen, "Donations"))
    demo.type("x")
    demo.until_campaign("ended")


def test_a_users_own_panel_has_a_page(demo):
    # On a large screen the first three pages are one.
    demo.type("nnnn")
    screen = demo.until(lambda screen: screen if "events" in "".join(board.body(screen, "My countries")) else "")
    header, *rows = [line.split() for line in board.body(screen, "My countries") if line.strip()]
    assert header == ["country", "events"]
    assert "FR" in [row[0] for row in rows], rows
    assert "╭─ Donations ─" not in screen
    demo.type("n")
    demo.until_shown("╭─ Donations ─")


def test_a_window_of_any_size_and_back(demo):
    for columns, rows in ((20, 5), (1, 1), (300, 80), (80, 24), (3, 60), (120, 36), (200, 50)):
        before = len(demo.written)
        demo.resize(columns, rows)
        demo.until(lambda _, before=before: len(demo.written) > before)
        if columns >= 80:
            demo.until(lambda screen: "rtdash" in screen.split("\n")[0] and "q Quit" in screen.split("\n")[-1])
    demo.until(lambda screen: all(board.body(screen, title) for title in board.PANELS))


def test_keys_pressed_in_a_hurry(demo):
    demo.type("sssss")
    demo.until_campaign("running", loaded=1)
    # Rate, interval, customer and pause end as they were; the third panel, chosen by Tab, fills the screen.
    demo.type("+-+-x[]][c c c c ml\t\t\tm?")
    demo.until_shown(HELP)
    demo.type("\x1b")
    demo.until(lambda screen: HELP not in screen)
    demo.type("\x1b")
    demo.until(lambda screen: all(board.body(screen, title) for title in board.PANELS))
    demo.until_campaign("ended")
    assert "● 250 ms" in demo.screen
    assert demo.ask("SELECT COUNT(*) FROM campaigns WHERE state <> 'ended'") == ((0,),)


@pytest.fixture
def secrets(demo) -> list[bytes]:
    """The passwords of all accounts of the private servers."""
    files = list(demo.folder.glob("*.passwords"))
    assert len(files) == 2
    return [password.encode() for file in files for password in json.loads(file.read_text()).values()]


def test_no_password_is_seen(demo, secrets):
    demo.type("s")
    demo.until_campaign("running", loaded=1)
    running = family(demo.process.pid)
    assert len(running) > 8
    # In the arguments, or the environment, of anything on this machine.
    seen = [text for each in everyone() for text in (each.arguments, each.environment)]
    # On the terminal and in the logs, of the servers and of the user.
    seen.append(bytes(demo.written))
    logs = [file for folder in (demo.folder / "logs", demo.home) for file in folder.rglob("*") if file.is_file()]
    # Each campaign has a log of its own: campaign-20250131-140000-….log
    names = {log.name.partition("-")[0].removesuffix(".log") for log in logs}
    assert {"postgresql", "mariadb", "ingest", "campaign", "rtdash"} <= names
    seen += [log.read_bytes() for log in logs]
    assert not [secret for secret in secrets if any(secret in text for text in seen)]
    # Where they are written they can be read by their owner alone.
    holders = [file for file in files_of(demo.folder) if any(secret in file.read_bytes() for secret in secrets)]
    assert {file.name for file in holders} == {"postgresql.passwords", "mariadb.passwords", "rtdash.toml"}
    assert [file.stat().st_mode & 0o077 for file in holders] == [0, 0, 0]
    demo.type("x")
    demo.until_campaign("ended")


def files_of(folder: Path) -> list[Path]:
    """Files of a demo but for the data of its servers, where passwords are hashed, and too large to search."""
    return [file for file in folder.rglob("*") if file.is_file() and "data" not in file.relative_to(folder).parts]


@pytest.mark.parametrize("option", ["--start", "--fresh"])
def test_a_second_demo_on_one_folder_is_refused(demo, option):
    with Terminal((RTDASH, "demo", "--data", demo.folder, option), environment(demo.home)) as second:
        assert second.wait() == 1
    said = bytes(second.written).decode()
    assert said == f"rtdash: {demo.folder} is in use by another rtdash demo (process {demo.process.pid})\r\n"
    demo.until(lambda screen: " live ─╮" in screen)
