"""What `rtdash lab run` tells while it runs, and the report as text."""

from __future__ import annotations

import json
import shutil
import sys
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from rtdash import logs
from rtdash.model.lab import LabReport, to_json
from rtdash.model.text import plain
from rtdash.widgets.drawing import lab
from rtdash.widgets.drawing.numbers import age

_MOST_CELLS = 200
_STREAM_S = 0.25


class Output(ABC):
    """Hears every report, on the thread of the study, while a `with` block lasts."""

    @abstractmethod
    def hear(self, report: LabReport) -> None:
        """One report."""

    def __enter__(self) -> Self:
        return self

    def __exit__(  # noqa: B027 (most have nothing to put in order)
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Say nothing more."""


class Stream(Output):
    """Reports as lines of JSON on standard output, four a second at most; every step and every end is among them."""

    def __init__(self, ending: threading.Event) -> None:
        self._ending = ending
        self._told_s = 0.0
        self._phase: tuple[str, object] = ("", None)

    def hear(self, report: LabReport) -> None:
        phase, now_s = (report.store, report.phase), time.monotonic()
        if phase == self._phase and not report.phase.is_end and now_s < self._told_s + _STREAM_S:
            return
        self._phase, self._told_s = phase, now_s
        try:
            print(to_json(report), flush=True)
        except BrokenPipeError:
            # Nobody reads any more: what is left is to clean up.
            self._ending.set()


class Lines(Output):
    """A line on standard error for each step."""

    def __init__(self) -> None:
        self._phase: tuple[str, object] = ("", None)
        self._begun_s = time.monotonic()

    def hear(self, report: LabReport) -> None:
        phase = (report.store, report.phase)
        if phase != self._phase:
            self._phase = phase
            spent_s = time.monotonic() - self._begun_s
            print(f"{spent_s:7.1f} s  {report.store}: {report.phase}", file=sys.stderr, flush=True)


class Bar(Output):
    """A bar on standard error that is renewed."""

    def __init__(self) -> None:
        self._bar = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=None),
            TextColumn("{task.fields[doing]}", markup=False),
            TimeElapsedColumn(),
            TextColumn("{task.fields[left]}", markup=False),
            console=Console(stderr=True),
            expand=True,
        )
        self._task = self._bar.add_task("lab", total=1.0, doing="", left="")

    def hear(self, report: LabReport) -> None:
        left = "" if report.left_s is None else f"{age(report.left_s)} left"
        what = f"{report.store}: {report.phase}"
        self._bar.update(
            self._task, description=what, completed=report.done, doing=plain(report.doing), left=left, refresh=True
        )

    def __enter__(self) -> Self:
        self._bar.start()
        # From now on standard error writes above the bar.
        logs.to_stderr()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._bar.stop()


def table(reports: Sequence[LabReport]) -> str:
    """As the screen has it, for a terminal that scrolls."""
    cells = min(_MOST_CELLS, shutil.get_terminal_size((120, 24)).columns)
    lines: list[str] = []
    for report in reports:
        lines += ["".join(text for text, _ in lab.heading(report)), ""]
        lines += ["".join(text for text, _ in line).rstrip() for line in lab.printed(report, cells)]
        lines.append("")
    return "\n".join(lines)


def document(reports: Sequence[LabReport]) -> str:
    """A JSON document: each report by its store."""
    return json.dumps({report.store: json.loads(to_json(report)) for report in reports}, indent=2) + "\n"
