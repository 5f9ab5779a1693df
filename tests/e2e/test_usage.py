"""Wrong usage: one clear line, exit status 2, nothing drawn, no password."""

from __future__ import annotations

import socket
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.e2e.demo import RTDASH, environment
from tests.e2e.terminal import Terminal

SECRET = "hush%3Ahush"


@pytest.fixture
def said(tmp_path):
    """`said("demo", …, RTDASH_X=…)`: what it writes to a terminal, without the end of the line; it ends with 2."""

    def run(*arguments: str | Path, **settings: str) -> str:
        with Terminal((RTDASH, *arguments), environment(tmp_path) | settings) as terminal:
            status = terminal.wait()
            text = terminal.written.decode().removesuffix("\r\n")
            assert status == 2, text
            assert terminal.modes == terminal.modes_before
        return text

    return run


@pytest.fixture
def closed_port() -> int:
    """A port where nobody listens."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def piped(tmp_path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A command whose standard streams are pipes."""
    return subprocess.run(
        [RTDASH, *arguments], env=environment(tmp_path), input="", capture_output=True, text=True, timeout=30
    )


def test_a_demo_without_a_terminal(tmp_path):
    done = piped(tmp_path, "demo", "--data", str(tmp_path / "data"))
    assert done.stderr == "rtdash: the dashboard needs a terminal; standard input is not one\n"
    assert (done.returncode, done.stdout) == (2, "")
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("term", ["dumb", "unknown"])
def test_a_terminal_that_cannot_move_its_cursor(tmp_path, term):
    command = ("env", f"TERM={term}", RTDASH, "demo", "--data", tmp_path / "data")
    with Terminal(command, environment(tmp_path)) as terminal:
        assert terminal.wait() == 2
        said = f"rtdash: the dashboard needs a terminal that can move its cursor; TERM is {term}\r\n"
        assert terminal.written.decode() == said
    assert not (tmp_path / "data").exists()


def test_without_settings_it_says_in_three_lines_how_to_see_a_demo(tmp_path, said):
    done = piped(tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    first, _, last = done.stderr.splitlines()
    assert first.startswith("rtdash: no database is set: RTDASH_CITUS_DSN, RTDASH_DONATIONS_DSN")
    assert last.endswith("rtdash demo")
    assert said().split("\r\n") == done.stderr.splitlines()


WRONG = {
    "scheme": ("CITUS_DSN", f"mysql://u:{SECRET}@127.0.0.1:1/db", "setting citus_dsn: allowed: postgresql://"),
    "port": ("DONATIONS_DSN", f"mysql://u:{SECRET}@127.0.0.1:no/db", "setting donations_dsn: is not a URL"),
    "address": ("CITUS_DSN", f"postgresql://u:{SECRET}]@[::1/db", "the DSN of the clickstream cannot be read"),
    "TLS": ("DONATIONS_DSN", f"mysql://u:{SECRET}@127.0.0.1:1/db?ssl_ca=/nowhere", "donations DSN: ssl_ca /nowhere: "),
}


@pytest.mark.parametrize(("setting", "dsn", "what"), WRONG.values(), ids=WRONG)
def test_a_wrong_dsn_is_named_without_its_password(said, setting, dsn, what):
    text = said(**{f"RTDASH_{setting}": dsn})
    assert text.startswith(f"rtdash: {what}")
    assert "hush" not in text
    assert "\n" not in text
    assert "\x1b" not in text


@pytest.mark.parametrize(("setting", "scheme"), [("CITUS_DSN", "postgresql"), ("DONATIONS_DSN", "mysql")])
def test_a_refused_connection(said, closed_port, setting, scheme):
    text = said(**{f"RTDASH_{setting}": f"{scheme}://u:{SECRET}@127.0.0.1:{closed_port}/db"})
    assert "Connection refused" in text
    assert "127.0.0.1" in text
    assert "hush" not in text
    assert "\n" not in text
    assert "\x1b" not in text


@pytest.mark.parametrize("command", [["init"], ["init", "--plan"]])
def test_init_without_a_server_to_do_it_on(said, closed_port, command):
    assert said(*command).startswith("rtdash: nothing to apply a schema to: set RTDASH_CITUS_DSN or")
    text = said(*command, RTDASH_CITUS_DSN=f"postgresql://u:{SECRET}@127.0.0.1:{closed_port}/db")
    first, second = text.split("\r\n")
    assert first == "clickstream"
    assert second.startswith("rtdash: PostgreSQL: ")
    assert "hush" not in text


@pytest.mark.parametrize(
    ("setting", "refusal"), [("citus_dsn", "password authentication failed"), ("donations_dsn", "Access denied")]
)
def test_a_wrong_password(said, demo, setting, refusal):
    dsn = getattr(demo.settings, setting).get_secret_value()
    password = urlsplit(dsn).password
    text = said(**{f"RTDASH_{setting.upper()}": dsn.replace(password, SECRET)})
    assert refusal in text
    assert not [secret for secret in (password, "hush") if secret in text]
    assert "\n" not in text
    assert "\x1b" not in text


@pytest.mark.parametrize("command", [["demo"], []])
def test_a_panel_with_a_wrong_header_is_named_with_its_line(said, tmp_path, command):
    folder = tmp_path / "panels"
    (folder / "citus").mkdir(parents=True)
    panel = folder / "citus" / "mine.sql"
    panel.write_text("-- title: Mine\n-- source: citus\n-- draw: pie\nSELECT 1 AS value\n")
    text = said(*command, "--panels-folder", folder, RTDASH_CITUS_DSN="postgresql://u@127.0.0.1:1/db")
    assert text.startswith(f"rtdash: {panel}:3: draw: allowed: stat (value[, label]), bars")
    assert "\n" not in text
    assert "\x1b" not in text
