"""The layouts against each other at one glance: how fast they are filled, and later how long a typical query takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rtdash.model.lab import Cell, LabReport, Subject
from rtdash.model.text import plain
from rtdash.model.verdict import given_up
from rtdash.widgets.drawing import lab_figures as figures
from rtdash.widgets.drawing.bars import bar
from rtdash.widgets.drawing.numbers import counted, grouped, share
from rtdash.widgets.drawing.spans import Line, Span, fit, left, right, width
from rtdash.widgets.drawing.stat import DIGIT_ROWS, large

_MARK = "┊"
"""Where the threshold lies."""
_LEAST_BAR = 8
_LEAST_EIGHTH = 1 / 8


@dataclass(frozen=True, slots=True)
class Bar:
    """One subject: a value to draw to scale, how it is written, and what is said of it."""

    name: str
    sign: Span
    value: float | None
    number: str
    unit: str
    notes: tuple[Span, ...]
    """The first is the one that matters most."""


def title(report: LabReport) -> list[Span]:
    """What the bars are of, and what the signs mean."""
    if not report.cells:
        return [(" rows a second while it is filled", "muted")]
    return [
        (f" typical query, ms (geometric mean of {len(report.queries)} medians)", "muted"),
        (f"  ▲ p95 over {report.threshold_ms:g} ms", "muted"),
    ]


def of(report: LabReport) -> list[Bar]:
    """A bar for each subject."""
    return [_latency(report, subject) if report.cells else _filling(subject) for subject in report.subjects]


def _filling(subject: Subject) -> Bar:
    rate = subject.fill_rows_per_s
    number = grouped(round(rate)) if rate is not None else "–"
    return Bar(
        subject.name,
        (" ", "text"),
        rate,
        number,
        "rows/s",
        ((counted(subject.rows, "row") if subject.rows else "", "text"),),
    )


def _latency(report: LabReport, subject: Subject) -> Bar:
    cells = figures.cells_of(report, subject)
    typical_ms = figures.typical_ms(report, subject)
    sign, role, said = _flag(report, cells, given_up(report, subject))
    number = "–" if typical_ms is None else figures.whole_ms(typical_ms)
    notes = ((f"{sign} {said}", role), *_compared(report, subject))
    return Bar(subject.name, (sign, role), typical_ms, number, "ms", notes)


def _flag(report: LabReport, cells: Sequence[Cell], failed: int) -> tuple[str, str, str]:
    """Sign, role and words for how many queries are too slow, or were given up."""
    if failed:
        return "✗", "error", f"{failed} given up"
    if not cells:
        return " ", "muted", "waiting"
    over = sum(figures.is_over(cell.p95_ms, report.threshold_ms) for cell in cells)
    return ("▲", "warn", f"{over} of {len(cells)}") if over else ("●", "good", f"0 of {len(cells)}")


def _compared(report: LabReport, subject: Subject) -> list[Span]:
    if subject.name == report.baseline:
        return [("baseline", "muted")]
    if subject.ratio is None:
        return []
    return [figures.times(subject.ratio), figures.interval(subject.ratio)]


def small(report: LabReport, cells: int) -> list[Line]:
    """A line a subject."""
    bars = of(report)
    names, notes = _names(bars), _columns(bars)
    numbers = max((len(each.number) + len(each.unit) + 1 for each in bars), default=0)
    beside = max(map(width, notes), default=0)
    scale = _Scale(report, bars, max(_LEAST_BAR, cells - names - numbers - beside - 8))
    return [
        fit(
            (
                (f" {each.sign[0]} ", each.sign[1]),
                (left(plain(each.name), names), "strong"),
                (" ", "text"),
                *scale.line(each),
                (f"  {right(f'{each.number} {each.unit}', numbers)}  ", "strong"),
                *said,
            ),
            cells,
        )
        for each, said in zip(bars, notes, strict=True)
    ]


def spaced(report: LabReport, cells: int) -> list[Line]:
    """The same with a blank line between them."""
    return [line for each in small(report, cells) for line in (each, fit((), cells))][:-1]


def tall(report: LabReport, cells: int) -> list[Line]:
    """Thick bars and large numbers, for the back of the room."""
    bars = of(report)
    names = _names(bars)
    numbers = [large(each.number) for each in bars]
    digits = max((len(number[0]) for number in numbers), default=0)
    units = max((len(each.unit) for each in bars), default=0)
    beside = max((width((note,)) for each in bars for note in each.notes), default=0)
    scale = _Scale(report, bars, max(_LEAST_BAR, cells - names - digits - units - beside - 11))
    lines: list[Line] = []
    for each, number in zip(bars, numbers, strict=True):
        notes = [*each.notes, *[("", "text")] * DIGIT_ROWS]
        for row in range(DIGIT_ROWS):
            is_middle, is_last = row == 1, row == DIGIT_ROWS - 1
            spans = (
                (f" {each.sign[0] if is_middle else ' '} ", each.sign[1]),
                (left(plain(each.name) if is_middle else "", names), "strong"),
                (" ", "text"),
                *scale.line(each, "▄█▀"[row]),
                (f"  {right(number[row], digits)}", "value"),
                (f" {left(each.unit if is_last else '', units)}   ", "muted"),
                notes[row],
            )
            lines.append(fit(spans, cells))
        lines.append(fit((), cells))
    return lines[:-1]


def _names(bars: Sequence[Bar]) -> int:
    return max((width(((plain(each.name), ""),)) for each in bars), default=0)


def _columns(bars: Sequence[Bar]) -> list[list[Span]]:
    """What is said of each, one below the other."""
    widths: dict[int, int] = {}
    for each in bars:
        for place, note in enumerate(each.notes):
            widths[place] = max(widths.get(place, 0), width((note,)))
    return [[(f"{left(text, widths[place])} ", role) for place, (text, role) in enumerate(each.notes)] for each in bars]


class _Scale:
    """One linear scale for all bars: the contrast between them is what they are there for."""

    def __init__(self, report: LabReport, bars: Sequence[Bar], cells: int) -> None:
        self._cells = cells
        self._largest = max((each.value for each in bars if each.value is not None), default=0.0)
        threshold_ms = report.threshold_ms if report.cells else 0.0
        # What lies beyond it is drawn in another role.
        self._edge = round(cells * threshold_ms / self._largest) if 0 < threshold_ms < self._largest else cells

    def line(self, each: Bar, block: str = "█") -> Line:
        """The bar of one subject, or one of three rows of it."""
        if each.sign[0] == "✗":
            return (("░" * self._cells, "error"),)
        part = share(each.value or 0.0, self._largest)
        if each.value and block == "█":
            part = max(part, _LEAST_EIGHTH / self._cells)
        drawn = bar(part, self._cells) if block == "█" else (block * round(part * self._cells)).ljust(self._cells)
        within, beyond = drawn[: self._edge], drawn[self._edge :]
        if self._edge < self._cells and beyond[0] == " ":
            return ((within, "bar"), (_MARK, "outline"), (beyond[1:], "text"))
        return ((within, "bar"), (beyond, "warn"))
