"""Queries by layouts: a line or two a query, a group of columns a layout, and what each layout costs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from rtdash.model.lab import Cell, LabReport, Subject
from rtdash.model.text import plain
from rtdash.widgets.drawing import lab_figures as figures
from rtdash.widgets.drawing.lab_figures import NONE
from rtdash.widgets.drawing.numbers import counted, short
from rtdash.widgets.drawing.spans import Line, Span, fit, left, right, width

Figure: TypeAlias = Callable[[Cell, LabReport], Span]
Row: TypeAlias = Sequence[tuple[str, int, Figure]]
"""What stands beside each other in one line of a cell: name, width in cells, figure."""

_LEAST_NAME, _NAME_PART = 12, 5
"""Names of queries take a fifth of the room at most, unless that is too little for any, or figures leave more."""


def _p50(cell: Cell, report: LabReport) -> Span:
    return figures.latency(cell.p50_ms, report.threshold_ms)


def _p95(cell: Cell, report: LabReport) -> Span:
    if cell.error is not None:
        return "✗", "error"
    return figures.latency(cell.p95_ms, report.threshold_ms, flagged=True)


def _over(cell: Cell, _: LabReport) -> Span:
    return (f"{cell.over:,}", "warn") if cell.over else ("0" if cell.count else "", "muted")


def _times(cell: Cell, report: LabReport) -> Span:
    return ("", "muted") if cell.subject == report.baseline else figures.times(cell.ratio)


def _interval(cell: Cell, _: LabReport) -> Span:
    return figures.interval(cell.ratio)


def _examined(cell: Cell, _: LabReport) -> Span:
    return ("", "muted") if cell.rows_examined is None else (short(cell.rows_examined), "muted")


_FORMS: Sequence[tuple[Row, ...]] = (
    (
        (("p50", 9, _p50), ("p95", 11, _p95), ("over", 10, _over)),
        (("times", 9, _times), ("interval", 11, _interval), ("rows read", 10, _examined)),
    ),
    (
        (("p50", 5, _p50), ("p95", 7, _p95), ("over", 5, _over)),
        (("times", 6, _times), ("interval", 11, _interval)),
    ),
    (((("p50", 5, _p50), ("p95", 7, _p95), ("times", 6, _times))),),
    (((("p95", 6, _p95), ("times", 6, _times))),),
    (((("p95", 6, _p95)),),),
)
"""What a cell shows, the most first."""


@dataclass(frozen=True, slots=True)
class _Frame:
    """How the room is shared out: cells of the names, and of each group."""

    cells: int
    name: int
    group: int

    @classmethod
    def of(cls, report: LabReport, cells: int) -> _Frame:
        """For the subjects and the queries of a report."""
        longest = max((width(((plain(title), ""),)) for _, title in report.queries), default=0)
        groups = max(1, len(report.subjects))
        left = cells - 2 - groups * (1 + _cells(_forms(report)[0]))
        name = min(longest, max(_LEAST_NAME, cells // _NAME_PART, left))
        return cls(cells, name, max(1, (cells - name - 2) // groups))

    def line(self, head: Span, groups: Sequence[Sequence[Span]]) -> Line:
        """A name, and at the right of each group what stands in it."""
        spans: list[Span] = [(f" {left(head[0], self.name)}", head[1])]
        for group in groups:
            group = fit(group, self.group) if width(group) > self.group else group
            spans += [(" " * (self.group - width(group)), "text"), *group]
        return fit(spans, self.cells)


def draw(report: LabReport, cells: int, *, is_tall: bool = True) -> list[Line]:
    """All queries; in one line each unless it may be tall."""
    frame = _Frame.of(report, cells)
    form = _form(report, frame.group, is_tall=is_tall)
    subjects = report.subjects
    lines = [frame.line(("", "text"), [((plain(each.name), "title"),) for each in subjects])]
    for row in form:
        names = [tuple((right(name, size), "muted") for name, size, _ in row)] * len(subjects)
        lines.append(frame.line(("", "muted"), names))
    for query, title in report.queries:
        for number, row in enumerate(form):
            head = (plain(title), "strong") if not number else ("", "text")
            groups = [_group(report.cell(query, each.name), report, row, is_first=not number) for each in subjects]
            lines.append(frame.line(head, groups))
    return lines


def _forms(report: LabReport) -> Sequence[tuple[Row, ...]]:
    """Those in which each figure is known of some cell, once there are any."""
    has_rows = any(cell.rows_examined is not None for cell in report.cells)
    return _FORMS if has_rows or not report.cells else _FORMS[1:]


def _cells(form: Sequence[Row]) -> int:
    return max(sum(size for _, size, _ in row) for row in form)


def _form(report: LabReport, group: int, *, is_tall: bool) -> tuple[Row, ...]:
    fitting = (form for form in _forms(report) if (is_tall or len(form) == 1) and _cells(form) <= group)
    return next(fitting, _FORMS[-1])


def _group(cell: Cell | None, report: LabReport, row: Row, *, is_first: bool) -> list[Span]:
    if cell is None:
        return [NONE] if is_first else []
    return [(right(text, size), role) for _, size, figure in row for text, role in [figure(cell, report)]]


def costs(report: LabReport, cells: int) -> list[Line]:
    """What a layout takes: rows, filling, rows beside the queries, and the start of a campaign."""
    frame = _Frame.of(report, cells)
    rows: Sequence[tuple[str, Callable[[Subject], Span]]] = (
        ("rows", lambda each: figures.grown(each.rows, each.rows_after, frame.group - 1)),
        ("filled, rows/s", lambda each: figures.counted(each.fill_rows_per_s)),
        ("ingest, rows/s", lambda each: figures.counted(each.ingest_rows_per_s)),
        ("campaign start", lambda each: _start(each, report)),
        ("rows changed", lambda each: figures.counted(each.start_rows)),
    )
    told = [(name, [figure(each) for each in report.subjects]) for name, figure in rows]
    return [
        frame.line((name, "muted"), [[span] for span in spans])
        for name, spans in told
        if any(span != NONE for span in spans)
    ]


def _start(subject: Subject, report: LabReport) -> Span:
    text, role = figures.latency(subject.start_ms, report.threshold_ms, flagged=True)
    return (text, role) if subject.start_ms is None else (f"{text} ms", role)


def note(report: LabReport, cells: int) -> list[Line]:
    """What the ratios rest on; nothing while there are none."""
    ratios = [cell.ratio for cell in report.cells if cell.ratio is not None and cell.error is None]
    if not ratios:
        return []
    pairs = min(ratio.pairs for ratio in ratios)
    confidence = 100 * min(ratio.confidence for ratio in ratios)
    said = (
        f"times: as fast as {plain(report.baseline)}, median of {counted(pairs, 'pair')}, {confidence:.0f} % confidence"
    )
    return [fit(((f" {said}", "muted"),), cells)]
