"""What the figures of the lab say, in sentences. Nothing is claimed that an interval does not support."""

from __future__ import annotations

from collections.abc import Iterator

from rtdash.model.engine import Engine
from rtdash.model.lab import LabReport, Ratio, Subject

AIM_MS = 5.0
"""What every p95 of the rollups is to stay below."""
_MUCH = 0.8
"""Ingest at less of the baseline's than that is a price."""
_ENOUGH = 0.9
"""An interval that is less sure of holding the median claims nothing."""
_KEYS = "sharded"
"""The layout whose keys the workshop asks about."""


def verdict(report: LabReport, engine: Engine | None = None) -> tuple[str, ...]:
    """A sentence for each subject that was compared; empty as long as nothing was. `engine` is the donations'."""
    baseline = report.subject(report.baseline)
    if baseline is None:
        return ()
    found = [sentence for subject in report.subjects for sentence in _of_subject(report, subject, baseline)]
    sharded = report.subject(_KEYS) if found and engine is Engine.SINGLESTORE else None
    if sharded and (sharded.ratio or given_up(report, sharded) or given_up(report, baseline)):
        found.insert(0, f"Are the workshop's SHARD KEY and SORT KEY relevant? {_answer(sharded.ratio)}")
    return tuple(found)


def _of_subject(report: LabReport, subject: Subject, baseline: Subject) -> Iterator[str]:
    compared = [*comparison(report, subject)]
    if subject is baseline or not (compared or given_up(report, baseline)):
        yield from (f"{subject.name}: {clause}" for clause in compared)
        return
    if clauses := [*compared, *_price(subject, baseline)]:
        yield f"{subject.name}: {', '.join(clauses)}"
    answered = [cell for cell in report.cells if cell.subject == subject.name and cell.error is None]
    p95s = [cell.p95_ms for cell in answered if cell.p95_ms is not None]
    if subject.text == "ours" and len(p95s) == len(report.queries):
        is_met = max(p95s) < AIM_MS
        below = f"every p95 is below {AIM_MS:g} ms" if is_met else f"not every p95 is below {AIM_MS:g} ms"
        yield f"{subject.name}: {below}, the largest is {max(p95s):.1f} ms"


def comparison(report: LabReport, subject: Subject) -> Iterator[str]:
    """How fast it is, in one clause; none where there is nothing to compare, or nothing to compare it with."""
    if count := given_up(report, subject):
        left = "nothing is compared with it" if subject.name == report.baseline else "not compared"
        yield f"{count} of {len(report.queries)} queries were given up: {left}"
    elif subject.ratio is not None:
        yield speed(subject.ratio)


def given_up(report: LabReport, subject: Subject) -> int:
    """How many queries it is not asked any more."""
    return sum(cell.error is not None for cell in report.cells if cell.subject == subject.name)


def speed(ratio: Ratio) -> str:
    """A clause that claims what the interval supports."""
    interval = f"{_times(ratio.low)} … {_times(ratio.high)}"
    if ratio.confidence < _ENOUGH:
        return f"{_times(ratio.value)} times as fast as seen so far, too few rounds to tell"
    if not ratio.is_faster and not ratio.is_slower:
        return f"no difference shown ({interval} times as fast)"
    return f"{_times(ratio.value)} times as fast ({interval})"


def _price(subject: Subject, baseline: Subject) -> Iterator[str]:
    """What it costs whoever writes."""
    if subject.ingest_rows_per_s and baseline.ingest_rows_per_s:
        share = subject.ingest_rows_per_s / baseline.ingest_rows_per_s
        yield f"ingest at {share:.2g} of {baseline.name}"
        ratio = subject.ratio
        if share < _MUCH and ratio is not None and ratio.confidence >= _ENOUGH and not ratio.is_faster:
            yield "it costs more than it gives"
    if subject.start_ms and baseline.start_ms and subject.start_ms < baseline.start_ms / 10:
        yield f"a campaign starts in {subject.start_ms:,.0f} ms instead of {baseline.start_ms:,.0f}"


def _answer(ratio: Ratio | None) -> str:
    if ratio is None:
        return "Not known: queries were given up."
    if ratio.confidence < _ENOUGH:
        return f"Not known yet: the same queries are {speed(ratio)}."
    if ratio.is_faster:
        return f"Yes: the same queries are {speed(ratio)}."
    if ratio.is_slower:
        return f"Yes, but not for the better: the same queries are {speed(ratio)}."
    return f"Not for these queries: {speed(ratio)}."


def _times(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}" if value >= 10 else f"{value:.2f}"
