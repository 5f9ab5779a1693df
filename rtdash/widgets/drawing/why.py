"""Why a query is slow: the sentences first, then what they rest on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import TypeAlias

from rtdash.model.advice import advise
from rtdash.model.explanation import Explanation
from rtdash.model.question import Question
from rtdash.model.server_view import ServerView, given_up, verdict
from rtdash.model.text import plain
from rtdash.widgets.drawing import figures, frame, histogram, parts, server_view
from rtdash.widgets.drawing import plan as plan_drawing
from rtdash.widgets.drawing.numbers import age, milliseconds
from rtdash.widgets.drawing.spans import Line, beside, fit, wrapped

_WIDE = 140
"""Cells in which the histogram has room beside the figures."""
_FIGURES_CELLS = 72
_HISTOGRAM_LINES = 8
_WIDE_LINES = 12
_UNBROKEN = "\N{NO-BREAK SPACE}"


@dataclass(frozen=True, slots=True)
class Asking:
    """The server is being asked; times in s."""

    passed_s: float
    deadline_s: float


@dataclass(frozen=True, slots=True)
class Failed:
    """There is no explanation."""

    reason: str


Outcome: TypeAlias = Asking | Failed | Explanation


def answer(question: Question, outcome: Outcome, zone: tzinfo, cells: int) -> list[Line]:
    """What was slow, and why: lines of `cells`."""
    lines = parts.draw(question.slow, zone, cells) if question.slow is not None else _now(question, cells)
    blank = fit((), cells)
    return [*lines, blank, *_sentences(question, outcome, cells), blank]


def _sentences(question: Question, outcome: Outcome, cells: int) -> Iterator[Line]:
    match outcome:
        case Asking():
            passed, most = (
                each.replace(" ", _UNBROKEN) for each in (age(outcome.passed_s), f"{outcome.deadline_s:g} s")
            )
            said = (
                f"{plain(question.server)} runs the query once more, read-only, to tell its plan:"
                f" {passed} so far, {most} at most"
            )
            yield from _said("…", said, "accent", cells)
        case Failed():
            yield from _said("✗", plain(outcome.reason), "error", cells)
        case Explanation():
            sentences = [said for said in (*_whose(question, outcome.server), *_advice(question, outcome)) if said]
            for sentence in sentences:
                yield from _said("▲", plain(sentence), "warn", cells)
            if outcome.failure:
                yield from _said("✗", plain(outcome.failure), "error", cells)
            elif not sentences:
                said = "Nothing stands out: the plan accounts for the time, and no rule has anything against it."
                yield from _said("●", said, "good", cells)


def _advice(question: Question, explanation: Explanation) -> Sequence[str]:
    return () if explanation.plan is None else advise(explanation.plan, question.known)


def _whose(question: Question, view: ServerView) -> Iterator[str]:
    """Whether the time of the slow execution, or of the slowest in an hour, was the server's."""
    slow, threshold_ms = question.slow, question.known.threshold_ms
    if slow is None:
        if question.slowest_at is not None:
            yield verdict(view, threshold_ms, question.slowest_ms, at=question.slowest_at)
        if question.given_up_ms:
            yield given_up(view, question.given_up_ms, "It" if question.slowest_at is None else "Another")
        return
    yield verdict(view, threshold_ms, slow.latency_ms, at=slow.at, waited_ms=slow.waited_ms, is_ended=not slow.error)


def _now(question: Question, cells: int) -> list[Line]:
    latency = question.latency
    if not latency.asked:
        return [fit(((" not answered yet", "muted"),), cells)]
    is_slow = latency.last > question.known.threshold_ms
    last = (f" {'▲' if is_slow else '●'} last {milliseconds(latency.last)} ms", "warn" if is_slow else "good")
    over = f"  over {question.known.threshold_ms:g} ms: {latency.over:,} of {latency.asked:,} since the start"
    return [fit((last, (over, "text")), cells)]


def _said(sign: str, sentence: str, role: str, cells: int) -> Iterator[Line]:
    for number, line in enumerate(wrapped(sentence, cells - 4)):
        yield fit(((f" {'' if number else sign:1} ", role), (line, "strong")), cells)


def grounds(question: Question, explanation: Explanation | None, zone: tzinfo, cells: int) -> list[Line]:
    """Figures, plan, histogram, the server's own account and the query itself: lines of `cells`."""
    lines = _latencies(question, cells) if cells >= _WIDE else [*_figures(question, cells)]
    if explanation is not None and explanation.plan is not None:
        lines += [frame.rule("Plan", cells), *plan_drawing.draw(explanation.plan, cells)]
    if cells < _WIDE:
        lines += _histogram(question, cells, _HISTOGRAM_LINES)
    if explanation is not None:
        lines += [frame.rule("The server's own account", cells), *server_view.draw(explanation.server, zone, cells)]
    return [*lines, *_query(question, cells)]


def _figures(question: Question, cells: int) -> list[Line]:
    drawn = figures.draw(question.latency, question.known.threshold_ms, cells)
    return [frame.rule("Latency, ms", cells), *drawn]


def _histogram(question: Question, cells: int, height: int) -> list[Line]:
    drawn = histogram.draw(question.values_ms, question.known.threshold_ms, cells, height)
    return [frame.rule("Last 60 min, ms", cells), *drawn]


def _latencies(question: Question, cells: int) -> list[Line]:
    """Both beside each other."""
    figures_lines, histogram_lines = (
        _figures(question, _FIGURES_CELLS),
        _histogram(question, cells - _FIGURES_CELLS, _WIDE_LINES),
    )
    return beside(figures_lines, histogram_lines)


def _query(question: Question, cells: int) -> list[Line]:
    lines = [frame.rule("Query", cells), *_parameters(question.parameters, cells)]
    for line in question.sql.expandtabs(4).splitlines():
        # As it was written, unless it is too long.
        text = plain(line)
        indent = " " * (len(text) - len(text.lstrip()))
        is_long = len(text) > cells - 2
        shown = [indent + part for part in wrapped(text, cells - 2 - len(indent))] if is_long else [text]
        lines += [fit(((f" {part}", "text"),), cells) for part in shown]
    return lines


def _parameters(parameters: Mapping[str, object], cells: int) -> Iterator[Line]:
    for name, value in parameters.items():
        yield fit(((f" {name}", "accent"), (f" = {plain(value)}", "text")), cells)
