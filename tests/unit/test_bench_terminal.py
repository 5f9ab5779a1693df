"""What a meter counts of a program in a terminal, and what becomes of the figures."""

from __future__ import annotations

import sys
from dataclasses import fields
from pathlib import Path
from typing import ClassVar

import pytest

from rtdash.bench import terminal
from rtdash.bench.figures import in_columns
from rtdash.bench.meter import Meter
from rtdash.bench.size import SIZES, Size
from rtdash.bench.terminal import Visit, Way
from rtdash.errors import RtdashError

ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"}
ECHO = """
import sys, termios, time, tty
tty.setcbreak(0)
sys.stdout.write("\\x1b[?2026$pready"); sys.stdout.flush()
answer = "".join(sys.stdin.read(1) for _ in range(11))
sys.stdout.write("asked" if answer == "\\x1b[?2026;2$y" else repr(answer)); sys.stdout.flush()
while key := sys.stdin.read(1):
    if key == "q":
        sys.exit(3)
    for part in ("\\x1b[?20", "26h", "A", "B\\x1b[?2026l"):
        sys.stdout.write(part); sys.stdout.flush(); time.sleep(0.02)
"""


def meter() -> Meter:
    # A terminal repeats what is typed until the program says otherwise: this one says so first.
    return Meter([sys.executable, "-c", ECHO], ENVIRONMENT, columns=80, rows=24)


def test_a_key_takes_until_all_of_what_it_brings_has_arrived():
    with meter() as measured:
        ready_s = measured.first(b"asked", 10.0)
        assert ready_s > 0
        # Its four pieces come 20 ms apart; the third ends with A, the last begins with B.
        assert measured.press("x", b"AB") >= 60
        # What the last key brought does not count for this one.
        assert measured.press("x", b"A") >= 40


def test_bytes_and_frames_are_those_of_the_time_that_is_measured(monkeypatch):
    with meter() as measured:
        measured.first(b"asked", 10.0)
        with monkeypatch.context() as patched:
            # Instead of letting time pass: a key is pressed in it.
            patched.setattr("rtdash.bench.meter.time.sleep", lambda _: measured.press("x", b"\x1b[?2026l"))
            cost = measured.cost(0.0)
        # One frame of 18 bytes, whose mark came in two pieces.
        assert cost.bytes_per_s / cost.frames_per_s == pytest.approx(18)
        assert cost.cpu_pct >= 0
        assert 1 < measured.resident_mib() < 100


def test_a_program_that_ends_or_says_nothing_is_no_measurement():
    with meter() as measured:
        measured.first(b"asked", 10.0)
        with pytest.raises(RtdashError, match=r"ended with status 3; it wrote last: .*asked"):
            measured.press("q", b"AB")
        with pytest.raises(RtdashError, match="ended with status 3"):
            measured.check()
    with meter() as measured, pytest.raises(RtdashError, match=r"did not write 'never' within 0.5 s"):
        measured.first(b"never", 0.5)


def descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def test_a_program_that_cannot_be_started_leaves_no_terminal():
    before = descriptors()
    with pytest.raises(ValueError, match="null byte"):
        Meter(["\0"], ENVIRONMENT, columns=80, rows=24)
    assert descriptors() == before


def test_a_size_is_read_as_it_is_written():
    assert [Size.read(str(size)) for size in SIZES] == list(SIZES)
    for wrong in ("80", "80x", "x24", "80x24x1", "1000x1000", "5x5"):
        with pytest.raises(ValueError, match="allowed: columns and rows, such as 80x24"):
            Size.read(wrong)


class Visitor:
    """Visits whose figures are numbers that tell how, and how often, it was visited."""

    WAY: ClassVar[dict[str, int]] = {"diff": 1, "stock": 100}

    def __init__(self) -> None:
        self.visited: list[str] = []

    def visit(self, size: Size, way: Way) -> Visit:
        self.visited.append(f"{size} {way.name}")
        value = self.WAY[way.name] * size.rows + (0, 1, 50)[self.visited.count(f"{size} {way.name}") - 1]
        return Visit(**{field.name: float(value) for field in fields(Visit)})


def test_sizes_and_ways_take_turns_and_figures_are_medians():
    said: list[str] = []
    visitor = Visitor()
    report = terminal.measure(visitor.visit, [Size(80, 24), Size(200, 50)], 3, said.append)
    assert visitor.visited == ["80x24 diff", "80x24 stock", "200x50 diff", "200x50 stock"] * 3
    assert len(said) == 12
    assert said[0].startswith("1 of 3: 80x24 diff  first_paint_s 24  bytes_per_s 24")
    sizes = report.record["sizes"]
    assert list(sizes) == ["80x24", "200x50"]
    names = {field.name for field in fields(Visit)}
    assert set(sizes["80x24"]) == names | {f"stock_{name}" for name in names}
    assert sizes["200x50"]["bytes_per_s"] == 51.0
    assert sizes["200x50"]["stock_bytes_per_s"] == 5001.0
    head, *rows = report.table.splitlines()
    assert head.split() == ["80x24", "diff", "80x24", "stock", "200x50", "diff", "200x50", "stock"]
    assert rows[1].split() == ["bytes_per_s", "25", "2,401", "51", "5,001"]


def test_keys_are_of_the_three_kinds(monkeypatch):
    pressed: list[tuple[str, bytes]] = []

    class Counting:
        def press(self, key: str, marker: bytes) -> float:
            pressed.append((key, marker))
            return float(len(pressed))

    monkeypatch.setattr("rtdash.bench.terminal.time.sleep", lambda _: None)
    took_ms = terminal._press_keys(Counting())
    turned = [("n", b"sessions"), ("1", b"newest")]
    paused = [(" ", "❚".encode()), (" ", b"250 ms")]
    assert pressed[:8] == [*turned, *paused, ("?", b"Start a campaign"), ("?", b"250 ms"), *turned]
    # The first look at the other page does not count.
    assert {name: each[:3] for name, each in took_ms.items()} == {
        "pause": [3.0, 4.0, 9.0],
        "help": [5.0, 6.0, 11.0],
        "page": [7.0, 8.0, 13.0],
    }


def test_columns_are_aligned():
    assert in_columns([["", "a"], ["name", "1,000"]]) == "          a\nname  1,000"
