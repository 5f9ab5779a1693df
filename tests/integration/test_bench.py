"""The benchmarks run, say what they promise as JSON and nothing else, and leave nothing behind. No speed is judged."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from rtdash.screens import layout
from tests.e2e.processes import users_of

PRODUCE = {"messages_per_s", "bound_messages_per_s", "ratio", "workshop_messages_per_s"}
INGEST = {
    f"{topic}_{name}" for topic in ("donations", "clickstream") for name in ("rows_per_s", "bound_rows_per_s", "ratio")
}


SIZE = {"bytes_per_s", "idle_bytes_per_s", "cpu_pct", "rss_mib", "key_to_paint_p50_ms", "page_to_paint_p95_ms"}
PANEL = {"samples", "missed", "errors", "p50_ms", "p95_ms", "p99_ms"}
UNDER = {"campaign_rate_per_s": 500, "interval_ms": 250, "seconds": 2, "repeat": 1}


@pytest.fixture
def place() -> Iterator[Path]:
    """Where temporary folders are made; the account of the servers can enter it."""
    with tempfile.TemporaryDirectory(prefix="rtdash-test-") as name:
        Path(name).chmod(0o711)
        yield Path(name)


def bench(place: Path, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "rtdash", "bench", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "TMPDIR": str(place)},
    )


def said(place: Path, *arguments: str, within_s: float = 240.0) -> tuple[str, str]:
    """What it says on standard output and on standard error; it is ended when that takes longer."""
    with bench(place, *arguments) as running:
        try:
            return running.communicate(timeout=within_s)
        except subprocess.TimeoutExpired:
            running.terminate()
            raise


def assert_gone(place: Path) -> None:
    assert list(place.iterdir()) == []
    assert [each.command for each in users_of(place)] == []


@pytest.mark.parametrize(("what", "names"), [("produce", PRODUCE), ("ingest", INGEST)])
def test_figures_are_json_on_standard_output_and_nothing_else_is(place: Path, what: str, names: set[str]):
    output, errors = said(place, what, "--seconds=1", "--repeat=1", "--json=-")
    assert output, errors
    figures = json.loads(output)
    assert set(figures) == names
    assert all(value > 0 for value in figures.values())
    assert "1 of 1: " in errors
    assert_gone(place)


@pytest.mark.long
def test_the_dashboard_is_measured_in_a_terminal_with_the_diff_and_without(place: Path):
    flags = ("--seconds=2", "--repeat=1", "--rate=500", "--size=80x24", "--json=-")
    output, errors = said(place, "terminal", *flags)
    assert output, errors
    figures = json.loads(output)
    assert figures | UNDER == figures
    (size,) = figures["sizes"]
    assert size == "80x24"
    found = figures["sizes"][size]
    assert {*SIZE, "stock_bytes_per_s", "first_paint_s"} <= set(found)
    assert 0 < found["bytes_per_s"] < found["stock_bytes_per_s"]
    assert 0 < found["key_to_paint_p50_ms"] <= found["key_to_paint_p95_ms"]
    assert "1 of 1: 80x24 stock" in errors
    assert_gone(place)


@pytest.mark.long
def test_memory_is_read_while_dashboards_stay_open(place: Path):
    output, errors = said(place, "soak", "--minutes=1", "--rate=500", "--size=80x24", "--size=120x36", "--json=-")
    assert output, errors
    figures = json.loads(output)
    assert {"campaign_rate_per_s": 500, "interval_ms": 250, "minutes": 1}.items() <= figures.items()
    assert list(figures["sizes"]) == ["80x24", "120x36"]
    for found in figures["sizes"].values():
        assert len(found["readings"]) == 7
        assert 0 < found["rss_mib"] <= found["rss_highest_mib"] == max(mib for _, mib in found["readings"])
        assert found["bytes_per_s"] > 0
    assert "minute 1 of 1: 80x24" in errors
    assert_gone(place)


@pytest.mark.long
def test_the_panels_are_measured_without_a_screen(place: Path):
    output, errors = said(place, "live", "--seconds=2", "--repeat=1", "--rate=500", "--json=-")
    assert output, errors
    figures = json.loads(output)
    assert figures | UNDER == figures
    assert 0 < figures["produced_to_visible_p50_ms"] <= figures["produced_to_visible_p95_ms"]
    panels = figures["panels"]
    assert {*layout.BOARD, "arrivals"} <= set(panels)
    assert all(set(each) == PANEL for each in panels.values())
    assert figures["samples"] == sum(each["samples"] for each in panels.values()) > 0
    assert figures["errors"] == 0
    assert_gone(place)


@pytest.mark.parametrize(
    ("command", "begun"),
    [
        (("ingest", "--seconds=2"), "donations by one LOAD DATA"),
        pytest.param(("terminal", "--seconds=1", "--size=80x24"), "1 of 3: 80x24", marks=pytest.mark.long),
        pytest.param(("soak",), "minute 0 of 30: 80x24", marks=pytest.mark.long),
    ],
)
def test_what_is_interrupted_leaves_nothing_behind(place: Path, command: tuple[str, ...], begun: str):
    with bench(place, *command) as running:
        assert any(begun in line for line in running.stderr)
        running.send_signal(signal.SIGINT)
        output, errors = running.communicate(timeout=30)
    assert (running.returncode, output) == (130, "")
    assert not [line for line in errors.splitlines() if not line.endswith((" stopping", " stopped"))]
    assert_gone(place)


def test_a_file_that_cannot_be_written_is_said_before_anything_is_measured(place: Path):
    file = place / "missing" / "figures.json"
    output, errors = said(place, "ingest", f"--json={file}")
    assert output == ""
    assert errors == f"rtdash: --json {file}: No such file or directory; allowed: a file that can be written, or -\n"
    assert_gone(place)
