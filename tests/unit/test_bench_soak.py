"""What is made of the memory that dashboards hold, read again and again."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

import pytest

from rtdash.bench import soak
from rtdash.bench.meter import Spent
from rtdash.bench.size import EXTREMES, Size
from rtdash.errors import RtdashError


def test_what_is_said_of_a_moment_is_no_single_reading():
    # It grows by 0.01 MiB each 10 s; a reading here and there is far off.
    readings = [(10.0 * number, 80.0 + number / 100) for number in range(181)]
    readings[30] = (300.0, 95.0)
    readings[180] = (1800.0, 60.0)
    found = soak.memory(readings)
    assert found == {"rss_mib": pytest.approx(81.77), "rss_growth_mib": pytest.approx(1.46), "rss_highest_mib": 95.0}


def test_a_short_soak_grows_from_a_sixth_of_its_time():
    # All of it comes before the second minute of twelve.
    readings = [(10.0 * number, 80.0 + min(number, 9)) for number in range(73)]
    assert soak.memory(readings)["rss_growth_mib"] == 0.0
    assert soak.memory(readings[:13])["rss_growth_mib"] == 7.0


@dataclass
class Clock:
    """Nothing is waited for."""

    now_s: float = 1000.0

    def monotonic(self) -> float:
        return self.now_s

    def sleep(self, seconds: float) -> None:
        self.now_s += seconds


@dataclass
class Open:
    """A dashboard that takes 1 MiB more each minute, and ends after some."""

    size: Size
    clock: Clock
    ends_s: float
    is_open: bool = field(default=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.is_open = False

    def first(self, _marker: bytes, _within_s: float) -> float:
        self.clock.sleep(2.0)
        return 2.0

    def check(self) -> None:
        if self.clock.now_s >= self.ends_s:
            raise RtdashError("rtdash ended with status 1")

    def resident_mib(self) -> float:
        return self.size.rows + (self.clock.now_s - 1000.0) / 60

    def spent(self) -> Spent:
        now_s = self.clock.now_s
        return Spent(now_s, round(now_s) * self.size.columns, round(4 * now_s), now_s / 10)


@dataclass
class Dashboards:
    clock: Clock
    ends_s: float = 1e9
    opened: list[Open] = field(default_factory=list)

    def open(self, size: Size) -> Open:
        self.opened.append(Open(size, self.clock, self.ends_s))
        return self.opened[-1]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr("rtdash.bench.soak.time", clock)
    return clock


def test_all_are_read_every_ten_seconds_and_told_of_each_minute(clock: Clock):
    said: list[str] = []
    dashboards = Dashboards(clock)
    report = soak.measure(dashboards, [*EXTREMES, EXTREMES[0]], 12, said.append)
    assert [(each.size, each.is_open) for each in dashboards.opened] == [(size, False) for size in EXTREMES]
    assert said[0] == "minute 0 of 12: 80x24 24.1 MiB  200x50 50.1 MiB"
    assert (said[12], len(said)) == ("minute 12 of 12: 80x24 36.1 MiB  200x50 62.1 MiB", 13)
    sizes = report.record["sizes"]
    assert list(sizes) == ["80x24", "200x50"]
    readings = sizes["80x24"].pop("readings")
    assert [at_s for at_s, _ in readings] == [10.0 * number for number in range(73)]
    assert readings[-1][1] == pytest.approx(36.07, abs=0.01)
    # The median of the last five is that of 20 s before the end.
    assert sizes["80x24"] == {
        "rss_mib": pytest.approx(35.73, abs=0.01),
        "rss_growth_mib": pytest.approx(12 * 5 / 6 - 1 / 3, abs=0.01),
        "rss_highest_mib": pytest.approx(36.07, abs=0.01),
        "bytes_per_s": 80.0,
        "frames_per_s": 4.0,
        "cpu_pct": 10.0,
    }
    assert sizes["200x50"]["bytes_per_s"] == 200.0
    head, *rows = report.table.splitlines()
    assert head.split() == ["80x24", "200x50"]
    assert rows[3].split() == ["bytes_per_s", "80", "200"]


def test_one_that_ends_ends_the_others(clock: Clock):
    said: list[str] = []
    dashboards = Dashboards(clock, ends_s=1100.0)
    with pytest.raises(RtdashError, match="ended with status 1"):
        soak.measure(dashboards, EXTREMES, 30, said.append)
    assert [each.is_open for each in dashboards.opened] == [False, False]
    assert len(said) == 2
