"""What a study has to tell so far, with how much of it is done and how long the rest will take."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from rtdash.model.lab import LabReport, Phase

Say = Callable[[LabReport], None]
"""Hears the whole report at every change, on the thread of the study."""

_TELLING = 0.05
"""From this share of a step on, what it has taken tells more than what it was expected to take."""


class Account:
    """The report of one study; its steps come in the order of the plan."""

    def __init__(self, report: LabReport, plan: Sequence[tuple[Phase, float]], say: Say) -> None:
        """`plan`: the steps, and what each is expected to take, s: a step that comes again is taken to be as long."""
        self.report = report
        self._say = say
        self._begun_s = self._step_s = time.monotonic()
        self._later = list(plan)
        self._expected_s = 0.0
        self._share = 0.0

    def enter(self, phase: Phase, doing: str) -> None:
        """Begin a step: the next of this phase in the plan, or an end."""
        took_s, now_s = time.monotonic() - self._step_s, time.monotonic()
        if not self.report.phase.is_end and self._share >= 1.0:
            self._later = [(step, took_s if step is self.report.phase else expected) for step, expected in self._later]
        while self._later:
            step, self._expected_s = self._later.pop(0)
            if step is phase:
                break
        self._step_s, self._share = now_s, 0.0
        self.change(phase=phase, doing=doing)

    def advance(self, share: float, doing: str, **values: Any) -> None:
        """How much of the step is done, 0 … 1, what is done now, and what else of the report has changed."""
        self._share = share
        self.change(doing=doing, **values)

    def change(self, **values: Any) -> None:
        """Tell of fields that have changed."""
        now_s = time.monotonic()
        report = replace(self.report, **values)
        left_s = 0.0 if report.phase.is_end else self._left_s(now_s)
        if not report.phase.is_end:
            spent_s = now_s - self._begun_s
            # It never goes back, whatever was expected.
            done = max(self.report.done, spent_s / (spent_s + left_s) if left_s else 1.0)
        else:
            done = 1.0 if report.phase is Phase.DONE else self.report.done
        self.report = replace(report, done=done, left_s=left_s)
        self._say(self.report)

    def _left_s(self, now_s: float) -> float:
        spent_s = now_s - self._step_s
        if self._share >= _TELLING:
            step_s = spent_s * (1 - self._share) / self._share
        else:
            step_s = max(0.0, self._expected_s - spent_s)
        return step_s + sum(expected for _, expected in self._later)
