"""What several runs have found: the median of each figure over those that are over, and what is to be known of them."""

from __future__ import annotations

import pytest
from pydantic import SecretStr

from rtdash.lab import figures
from rtdash.lab.figures import Run
from rtdash.lab.fill import Home
from rtdash.lab.layout import layouts
from rtdash.lab.starting import Started
from rtdash.lab.timings import Timings
from rtdash.model.engine import Engine
from rtdash.model.lab import LabReport, Subject

LAYOUT = layouts(Engine.MARIADB)[0]
REPORT = LabReport(
    "donations",
    "",
    100,
    3,
    1,
    200.0,
    "baseline",
    subjects=(Subject("baseline", "", "workshop", ""),),
    queries=(("q", "Q"),),
)


def run(seconds: float, *, is_over: bool = True, pages: int = 0) -> Run:
    home = Home(LAYOUT, SecretStr(""), filled=100, ingested=10, rows=100 + 5 + 10)
    home.filling.spent_s = home.ingest.spent_s = seconds
    timings = Timings()
    timings.add(0, "q", "baseline", [1000 * seconds])
    started = {"baseline": Started(10 * seconds, round(seconds))}
    return Run([home], timings, started, pages_read=pages, is_over=is_over)


def test_each_figure_is_the_median_over_the_runs():
    runs = [run(1.0), run(10.0), run(2.0)]
    (subject,) = figures.subjects(REPORT, runs)
    assert (subject.rows, subject.rows_after) == (100, 115)
    assert (subject.fill_rows_per_s, subject.ingest_rows_per_s) == (50.0, 5.0)
    assert (subject.start_ms, subject.start_rows) == (20.0, 2)
    (cell,) = figures.cells(REPORT, runs)
    assert (cell.p50_ms, cell.count) == (2000.0, 3)


@pytest.mark.parametrize("others", [[], [run(1.0)]])
def test_a_run_under_way_is_told_of_only_when_none_is_over(others: list[Run]):
    runs = [*others, run(4.0, is_over=False)]
    (subject,) = figures.subjects(REPORT, runs)
    assert subject.fill_rows_per_s == (100.0 if others else 25.0)
    assert [cell.p50_ms for cell in figures.cells(REPORT, runs)] == [1000.0 if others else 4000.0]


def test_as_long_as_it_is_filled_there_are_no_cells_and_nothing_has_come_in():
    home = Home(LAYOUT, SecretStr(""), filled=100, rows=100)
    assert figures.cells(REPORT, [Run([home])]) == ()
    (subject,) = figures.subjects(REPORT, [Run([home])])
    assert (subject.rows, subject.rows_after, subject.ingest_rows_per_s, subject.start_ms) == (100, 0, None, None)


def test_what_was_read_from_disk_is_said_when_it_is_more_than_a_trifle():
    assert figures.notes([run(1.0, pages=1_000)]) == ()
    (said,) = figures.notes([run(1.0, pages=12_000), run(1.0, pages=7)])
    assert said.startswith("12,000 pages read from disk while measuring")
