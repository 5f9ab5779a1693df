"""What follows from the figures of the clickstream's three forms, in sentences; none says more than its figures do."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from rtdash.model.lab import Cell, LabReport, Ratio, Subject
from rtdash.model.verdict import comparison

_ERROR = 0.023
"""One standard error of HyperLogLog with 2^11 registers: 1.04 / sqrt(2048)."""


def verdict(report: LabReport, error_share: float, events_per_s: float) -> tuple[str, ...]:
    """`error_share`: by how much a distinct count was off what counting exactly gives, at most; 0 when none was.

    `events_per_s`: what came in while it was measured.
    """
    return tuple(_sentences(report, error_share, events_per_s))


def _sentences(report: LabReport, error_share: float, events_per_s: float) -> Iterator[str]:
    for subject in report.subjects:
        yield from (_compared(report, subject, clause) for clause in comparison(report, subject))
    yield _over(report)
    examined = {subject.name: _examined(report, subject) for subject in report.subjects}
    if all(rows is not None for rows in examined.values()):
        read = ", ".join(f"{name} {rows:,}" for name, rows in examined.items())
        yield f"rows read to answer each question once: {read}"
    if error_share:
        yield f"distinct counts of rollups and live are estimates (±{_ERROR:.1%}): here {error_share:.1%} off at most"
    if events_per_s >= 1:
        yield f"while it was measured, {events_per_s:,.0f} events a second came in"
    else:
        yield "nothing came in while it was measured"


def _compared(report: LabReport, subject: Subject, clause: str) -> str:
    cells = [cell for cell in report.cells if cell.subject == subject.name]
    slower = _titles(report, cells, lambda found: found.is_slower)
    alike = _titles(report, cells, lambda found: not found.is_slower and not found.is_faster)
    said = f"{subject.name}: {clause}"
    return said + f"; slower: {slower}" * bool(slower) + f"; no difference shown: {alike}" * bool(alike)


def _titles(report: LabReport, cells: list[Cell], holds: Callable[[Ratio], bool]) -> str:
    found = {cell.query for cell in cells if cell.ratio is not None and holds(cell.ratio)}
    return " · ".join(title for query, title in report.queries if query in found)


def _over(report: LabReport) -> str:
    counts = {
        subject.name: sum(
            cell.error is not None or cell.p95_ms is None or cell.p95_ms > report.threshold_ms
            for cell in report.cells
            if cell.subject == subject.name
        )
        for subject in report.subjects
    }
    if not any(counts.values()):
        return f"every question is answered within {report.threshold_ms:g} ms by each form (p95)"
    said = ", ".join(f"{name} {count or 'none'}" for name, count in counts.items())
    return f"of {len(report.queries)} questions over {report.threshold_ms:g} ms (p95): {said}"


def _examined(report: LabReport, subject: Subject) -> int | None:
    cells = [cell.rows_examined for cell in report.cells if cell.subject == subject.name]
    return None if None in cells else sum(rows for rows in cells if rows is not None)
