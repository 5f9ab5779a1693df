"""What the lab has found, as lines: the verdict, bars for a glance, the table, and what each layout is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rich.cells import cell_len

from rtdash.model.lab import LabReport, Phase, Subject
from rtdash.model.text import plain
from rtdash.widgets.drawing import frame, lab_bars, lab_table
from rtdash.widgets.drawing.bars import bar
from rtdash.widgets.drawing.numbers import age, counted
from rtdash.widgets.drawing.spans import Line, Span, fit, left, wrapped

_PHASES = {
    Phase.MAKING: "making tables",
    Phase.FILLING: "filling",
    Phase.MEASURING: "measuring",
    Phase.CHECKING: "checking answers",
    Phase.STARTING: "starting a campaign",
    Phase.CLEANING: "cleaning up",
}
_ENDS: dict[Phase, Span] = {
    Phase.DONE: (" ● done ", "good"),
    Phase.STOPPED: (" ■ stopped ", "warn"),
    Phase.FAILED: (" ✗ failed ", "error"),
}
_OPEN = {Phase.MAKING, Phase.FILLING, Phase.MEASURING}
"""While there is no verdict yet: it would change from round to round."""
_LEAST_WORDS, _PHRASE_PART = 24, 3
"""What is being done in words takes a third of the room at most."""


def draw(report: LabReport, cells: int, height: int) -> list[Line]:
    """All of it, at the top what matters most, in as large a form as `height` allows; it may be longer than that."""
    blank = fit((), cells)
    above = [] if report.phase.is_end else [progress(report, cells), blank]
    said = problems(report, cells)
    if report.phase not in _OPEN:
        said += verdict(report, cells)
    rule = frame.top([(" What each of them is ", "title")], [], cells, boxed=False)
    below = [rule, *about(report.subjects, cells)] if report.subjects else []
    middle = [*said, blank] if said else []
    forms = ((lab_bars.tall, True), (lab_bars.spaced, True), (lab_bars.small, True), (lab_bars.small, False))
    for bars, is_tall in forms:
        lines = [*above, *_bars(report, cells, bars(report, cells)), blank, *middle]
        lines += _table(report, cells, is_tall=is_tall)
        if len(lines) <= height:
            break
    return [*lines, *below]


def printed(report: LabReport, cells: int) -> list[Line]:
    """All of it for a terminal that scrolls: what matters most stands last."""
    blank = fit((), cells)
    return [
        *_table(report, cells, is_tall=True),
        blank,
        *about(report.subjects, cells),
        blank,
        *_bars(report, cells, lab_bars.small(report, cells)),
        blank,
        *problems(report, cells),
        *verdict(report, cells),
    ]


def heading(report: LabReport) -> list[Span]:
    """Which store, on which server, how much of it."""
    rows = [counted(report.rows, "row")] if report.rows else []
    runs = [f"run {report.run} of {report.runs}"] if report.runs > 1 else []
    said = ", ".join([*rows, *runs])
    return [
        (f" {plain(report.store).capitalize()} ", "title"),
        (f"{said} " if said else "", "accent"),
        (f"{plain(report.server)} ", "muted"),
    ]


def corner(report: LabReport) -> list[Span]:
    """What came of it, or how long it still takes."""
    if report.phase.is_end:
        return [_ENDS[report.phase]]
    left: list[Span] = [] if report.left_s is None else [(f"{age(report.left_s)} left ", "strong")]
    return [(f" {_PHASES[report.phase]} ", "accent"), (f"{100 * report.done:.0f} % ", "strong"), *left]


def progress(report: LabReport, cells: int) -> Line:
    """How far it is, and what is being done."""
    doing = plain(report.doing)
    words = min(cells // _PHRASE_PART, max(_LEAST_WORDS, cell_len(doing)))
    room = cells - words - 4
    drawn = bar(report.done, room).rstrip(" ")
    rest = "─" * (room - len(drawn))
    return fit(((" ", "text"), (drawn, "accent"), (rest, "border"), (f"  {left(doing, words)}", "muted")), cells)


def _bars(report: LabReport, cells: int, lines: list[Line]) -> list[Line]:
    return [fit(lab_bars.title(report), cells), *lines] if report.subjects else []


def _table(report: LabReport, cells: int, *, is_tall: bool) -> list[Line]:
    if not report.cells:
        return []
    return [
        *lab_table.draw(report, cells, is_tall=is_tall),
        *lab_table.costs(report, cells),
        *lab_table.note(report, cells),
    ]


def problems(report: LabReport, cells: int) -> list[Line]:
    """What makes the figures doubtful."""
    errors = {f"{cell.subject}, {cell.query}: {cell.error}" for cell in report.cells if cell.error is not None}
    return [line for text in (*report.problems, *sorted(errors)) for line in _said("✗", plain(text), "error", cells)]


def verdict(report: LabReport, cells: int) -> list[Line]:
    """What follows from the figures, a sentence each."""
    return [line for text in report.verdict for line in _said("❯", plain(text), "accent", cells)]


def failure(error: str, cells: int) -> list[Line]:
    """Why there is no more."""
    return [*_said("✗", plain(error), "error", cells)]


def about(subjects: Iterable[Subject], cells: int) -> list[Line]:
    """What each layout is, and where this server's form of it is another."""
    return [line for subject in subjects for line in _about(subject, cells)]


def _about(subject: Subject, cells: int) -> Iterator[Line]:
    text = {"workshop": "the workshop's SQL", "ours": "our SQL"}.get(subject.text, plain(subject.text))
    yield fit(
        ((f" {plain(subject.name)}", "strong"), (f"  {plain(subject.title)}", "text"), (f"  {text}", "muted")), cells
    )
    for said in filter(None, (subject.why, f"≠ {subject.differs}" if subject.differs else "")):
        for line in wrapped(plain(said), cells - 4):
            yield fit(((f"   {line}", "muted"),), cells)


def _said(sign: str, sentence: str, role: str, cells: int) -> Iterator[Line]:
    for number, line in enumerate(wrapped(sentence, cells - 4)):
        yield fit(((f" {'' if number else sign:1} ", role), (line, "strong")), cells)
