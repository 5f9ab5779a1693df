"""What the queries took, and the figures that follow from it."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from rtdash.model.lab import Cell, Ratio
from rtdash.model.latency import percentile
from rtdash.model.ratios import over_all, ratio_of

_Key = tuple[str, str]
"""A query's id, a subject's name."""


class Timings:
    """Of one run: what each query took on each subject, round by round, ms."""

    def __init__(self) -> None:
        self._rounds: dict[_Key, dict[int, list[float]]] = {}
        self._errors: dict[_Key, str] = {}
        self._examined: dict[_Key, int | None] = {}

    def add(self, number: int, query: str, subject: str, took_ms: Sequence[float]) -> None:
        """One turn, in round `number`; at least one execution."""
        self._rounds.setdefault((query, subject), {}).setdefault(number, []).extend(took_ms)

    def fail(self, query: str, subject: str, error: str) -> None:
        """It is not asked any more."""
        self._errors[query, subject] = error

    def has_failed(self, query: str, subject: str) -> bool:
        """Whether it is not asked any more."""
        return (query, subject) in self._errors

    def examined(self, query: str, subject: str, rows: int | None) -> None:
        """How many rows one execution reads."""
        self._examined[query, subject] = rows

    def values(self, query: str, subject: str) -> list[float]:
        """All executions, by size."""
        return sorted(took for turn in self._rounds.get((query, subject), {}).values() for took in turn)

    def error(self, query: str, subject: str) -> str | None:
        """Why it is not asked any more."""
        return self._errors.get((query, subject))

    def rows(self, query: str, subject: str) -> int | None:
        """What one execution reads; None where it is not known."""
        return self._examined.get((query, subject))

    def ratios(self, query: str, subject: str, baseline: str) -> dict[int, float]:
        """How many times as fast as on the baseline, by round: the medians of two turns of one round."""
        ours, theirs = (self._rounds.get((query, name), {}) for name in (subject, baseline))
        return {number: median(theirs[number]) / median(ours[number]) for number in sorted(ours.keys() & theirs)}


def cell(runs: Sequence[Timings], query: str, subject: str, baseline: str, threshold_ms: float) -> Cell:
    """Percentiles are the medians over the runs; counts, and the pairs of the ratio, are of all of them together."""
    values = [found for run in runs if (found := run.values(query, subject))]
    is_lost = _has_failed(runs, query, subject, baseline)
    paired = [ratio for run in runs for ratio in run.ratios(query, subject, baseline).values()]
    return Cell(
        query=query,
        subject=subject,
        count=sum(map(len, values)),
        p50_ms=median(percentile(each, 0.50) for each in values) if values else None,
        p95_ms=median(percentile(each, 0.95) for each in values) if values else None,
        over=sum(took > threshold_ms for each in values for took in each),
        rows_examined=next((rows for run in reversed(runs) if (rows := run.rows(query, subject)) is not None), None),
        ratio=ratio_of(paired) if paired and subject != baseline and not is_lost else None,
        error=next((error for run in runs if (error := run.error(query, subject))), None),
    )


def overall(runs: Sequence[Timings], queries: Sequence[str], subject: str, baseline: str) -> Ratio | None:
    """Over all queries, of the rounds in which both have answered them; None for the baseline.

    None as well when either has given one up: what is left would be another, easier question.
    """
    if subject == baseline or any(_has_failed(runs, query, subject, baseline) for query in queries):
        return None
    rounds: list[list[float]] = []
    for run in runs:
        by_query = [run.ratios(query, subject, baseline) for query in queries]
        complete = set.intersection(*map(set, by_query))
        rounds += [[ratios[number] for ratios in by_query] for number in sorted(complete)]
    return over_all(rounds)


def _has_failed(runs: Sequence[Timings], query: str, *subjects: str) -> bool:
    """On any of these subjects, in any run."""
    return any(run.has_failed(query, subject) for run in runs for subject in subjects)
