"""What single figures of a lab look like: the same in the bars, in the table and in words."""

from __future__ import annotations

from statistics import geometric_mean

from rtdash.model.lab import Cell, LabReport, Ratio, Subject
from rtdash.widgets.drawing.numbers import grouped, milliseconds, short
from rtdash.widgets.drawing.spans import Span

NONE: Span = ("–", "muted")
_LEAST_MS = 0.001


def typical_ms(report: LabReport, subject: Subject) -> float | None:
    """The geometric mean of the medians of all queries, which the ratio over all is of; None while one is not known,
    or was given up.
    """
    answered = [cell for cell in cells_of(report, subject) if cell.error is None]
    medians = [cell.p50_ms for cell in answered if cell.p50_ms is not None]
    complete = bool(medians) and len(medians) == len(report.queries)
    return geometric_mean(max(_LEAST_MS, median) for median in medians) if complete else None


def cells_of(report: LabReport, subject: Subject) -> list[Cell]:
    """The cells of a subject, as far as there are some."""
    return [cell for cell in report.cells if cell.subject == subject.name]


def is_over(value_ms: float | None, threshold_ms: float) -> bool:
    """Whether a latency is to be flagged."""
    return value_ms is not None and value_ms > threshold_ms


def latency(value_ms: float | None, threshold_ms: float, *, flagged: bool = False) -> Span:
    """`0.6`, `▲1204`: in ms."""
    if value_ms is None:
        return NONE
    text = milliseconds(value_ms)
    if not is_over(value_ms, threshold_ms):
        return text, "strong" if flagged else "text"
    return f"{'▲' * flagged}{text}", "warn"


def whole_ms(value_ms: float) -> str:
    """`0.8`, `1,204`: in ms, where there is room."""
    return milliseconds(value_ms) if value_ms < 1000 else grouped(round(value_ms))


def factor(value: float) -> str:
    """`0.30`, `1.3`, `43`, `1050`, `12.3k`: of a ratio, as many places as matter, in five cells at most."""
    if value < 0.995:
        return f"{value:.2f}"
    if value < 9.95:
        return f"{value:.1f}"
    return f"{value:.0f}" if value < 9999.5 else short(value)


def times(ratio: Ratio | None) -> Span:
    """`43×`; `≈1.0×` where the interval supports no difference."""
    if ratio is None:
        return NONE
    if ratio.is_faster:
        return f"{factor(ratio.value)}×", "good"
    if ratio.is_slower:
        return f"{factor(ratio.value)}×", "warn"
    # What is not known well needs no second digit.
    about = f"{ratio.value:.1f}" if ratio.value < 1 else factor(ratio.value)
    return f"≈{about}×", "muted"


def interval(ratio: Ratio | None) -> Span:
    """`41…46`."""
    return ("", "muted") if ratio is None else (f"{factor(ratio.low)}…{factor(ratio.high)}", "muted")


def counted(value: float | None) -> Span:
    """Rows, or rows a second."""
    return NONE if value is None else (grouped(round(value)), "text")


def grown(rows: int, rows_after: int, room: int) -> Span:
    """`100,000 … 138,400`, in less room `100.0k…138.4k`: with how many it began, and with how many it ended."""
    if not rows_after:
        return counted(rows or None)
    texts = [f"{rows:,} … {rows_after:,}", f"{short(rows)}…{short(rows_after)}"]
    return next((text for text in texts if len(text) <= room), short(rows_after)), "text"
