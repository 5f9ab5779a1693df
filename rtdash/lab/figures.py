"""What the runs over the layouts have found, as the report tells it: of each figure the median over the runs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from statistics import median

from rtdash.lab.fill import Home
from rtdash.lab.starting import Started
from rtdash.lab.timings import Timings, cell, overall
from rtdash.model.lab import Cell, LabReport, Subject

_TRIFLE_PAGES = 1_000
"""So many, 16 MiB, may be read by whatever else the server does."""


@dataclass(slots=True)
class Run:
    """One run, from empty tables to the start of a campaign."""

    homes: Sequence[Home]
    timings: Timings | None = None
    """None before its first query."""
    started: dict[str, Started] = field(default_factory=dict)
    """By the name of the layout."""
    pages_read: int = 0
    """From disk, while queries ran."""
    is_over: bool = False


def subjects(report: LabReport, runs: Sequence[Run]) -> tuple[Subject, ...]:
    """The subjects of the report, which are the homes of each run, with their figures."""
    timings, queries = _timings(runs), [query for query, _ in report.queries]
    return tuple(
        replace(
            _subject(subject, [run.homes[place] for run in _told(runs)], _told(runs)),
            ratio=overall(timings, queries, subject.name, report.baseline),
        )
        for place, subject in enumerate(report.subjects)
    )


def cells(report: LabReport, runs: Sequence[Run]) -> tuple[Cell, ...]:
    """All of them, as soon as queries run."""
    timings = _timings(runs)
    return tuple(
        cell(timings, query, subject.name, report.baseline, report.threshold_ms)
        for query, _ in report.queries
        for subject in report.subjects
        if timings
    )


def notes(runs: Sequence[Run]) -> tuple[str, ...]:
    """What has to be known of the figures: nothing where all that was asked for stood in memory."""
    most = max((run.pages_read for run in _told(runs)), default=0)
    if most <= _TRIFLE_PAGES:
        return ()
    return (f"{most:,} pages read from disk while measuring: not all fits into the buffer pool, so disk is in it",)


def _told(runs: Sequence[Run]) -> Sequence[Run]:
    """Those that are over; the first is told of while it is under way."""
    return [run for run in runs if run.is_over] or runs[:1]


def _timings(runs: Sequence[Run]) -> list[Timings]:
    return [run.timings for run in _told(runs) if run.timings is not None]


def _subject(subject: Subject, homes: Sequence[Home], runs: Sequence[Run]) -> Subject:
    started = [run.started[subject.name] for run in runs if subject.name in run.started]
    grown = [home.rows for home in homes if home.rows > home.filled]
    return replace(
        subject,
        rows=round(median(home.filled for home in homes)),
        rows_after=round(median(grown)) if grown else 0,
        fill_rows_per_s=_rate(homes, lambda home: (home.filled, home.filling.spent_s)),
        ingest_rows_per_s=_rate(homes, lambda home: (home.ingested, home.ingest.spent_s)),
        start_ms=_median(each.took_ms for each in started),
        start_rows=round(median(each.rows for each in started)) if started else None,
    )


def _rate(homes: Sequence[Home], spent: Callable[[Home], tuple[int, float]]) -> float | None:
    return _median(rows / spent_s for rows, spent_s in map(spent, homes) if rows and spent_s)


def _median(values: Iterable[float]) -> float | None:
    found = list(values)
    return median(found) if found else None
