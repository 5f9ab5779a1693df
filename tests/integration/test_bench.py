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

from tests.e2e.processes import users_of

PRODUCE = {"messages_per_s", "bound_messages_per_s", "ratio", "workshop_messages_per_s"}
INGEST = {
    f"{topic}_{name}" for topic in ("donations", "clickstream") for name in ("rows_per_s", "bound_rows_per_s", "ratio")
}


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


def assert_gone(place: Path) -> None:
    assert list(place.iterdir()) == []
    assert [each.command for each in users_of(place)] == []


@pytest.mark.parametrize(("what", "names"), [("produce", PRODUCE), ("ingest", INGEST)])
def test_figures_are_json_on_standard_output_and_nothing_else_is(place: Path, what: str, names: set[str]):
    output, errors = bench(place, what, "--seconds=1", "--repeat=1", "--json=-").communicate(timeout=90)
    assert output, errors
    figures = json.loads(output)
    assert set(figures) == names
    assert all(value > 0 for value in figures.values())
    assert "1 of 1: " in errors
    assert_gone(place)


def test_what_is_interrupted_leaves_nothing_behind(place: Path):
    with bench(place, "ingest", "--seconds=2") as running:
        assert any("donations by one LOAD DATA" in line for line in running.stderr)
        running.send_signal(signal.SIGINT)
        output, errors = running.communicate(timeout=30)
    assert (running.returncode, output, errors) == (130, "", "")
    assert_gone(place)


def test_a_file_that_cannot_be_written_is_said_before_anything_is_measured(place: Path):
    file = place / "missing" / "figures.json"
    output, errors = bench(place, "ingest", f"--json={file}").communicate(timeout=20)
    assert output == ""
    assert errors == f"rtdash: --json {file}: No such file or directory; allowed: a file that can be written, or -\n"
    assert_gone(place)
