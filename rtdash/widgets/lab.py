"""What the lab has found of one store, in a pane that scrolls."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType

from rtdash.model.lab import LabReport, Phase, Subject
from rtdash.model.text import plain
from rtdash.widgets.drawing import lab as drawing
from rtdash.widgets.drawing.spans import Span
from rtdash.widgets.panel import Frame

_ALL = 1_000_000


class LabPane(Frame):
    """Draws a report; before there is one, what may be compared."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("home", f"scroll_body(-{_ALL})", "Top", show=False),
        Binding("end", f"scroll_body({_ALL})", "End", show=False),
    ]

    def __init__(self, subjects: Sequence[Subject]) -> None:
        super().__init__(id="lab")
        self._subjects = subjects
        self._report: LabReport | None = None
        self._others: Sequence[LabReport] = ()
        self._trouble = ""
        self._is_running = False

    def show_report(
        self, report: LabReport | None, others: Sequence[LabReport], trouble: str, *, is_running: bool
    ) -> None:
        """Draw what is known of one store; of the `others` only where they are. `trouble` is why there is no more."""
        if report is None or self._report is None or report.store != self._report.store:
            self._offset = 0
        self._report, self._others, self._trouble, self._is_running = report, others, trouble, is_running
        self.redraw()

    def redraw(self) -> None:
        """Draw the last report."""
        if not self.is_attached or not self.size.area:
            return
        cells, height = self.inner
        is_told = self._report is not None and self._report.phase is Phase.FAILED and bool(self._report.problems)
        said = drawing.failure(self._trouble, cells) if self._trouble and not is_told else []
        self.set_class(bool(self._trouble), "-error")
        if (report := self._report) is None:
            corner: list[Span] = [(" starting ", "accent")] if self._is_running else []
            title: list[Span] = [(" The lab ", "title"), ("what each layout is ", "muted")]
            self.compose_frame(title, corner, [*said, *drawing.about(self._subjects, cells)], [], [])
            return
        lines = [*said, *drawing.draw(report, cells, height - len(said))]
        corner = [*drawing.corner(report)] if self._is_running or report.phase.is_end else [(" ended ", "warn")]
        note = [
            span for other in self._others for span in ((f" {plain(other.store)}:", "muted"), *drawing.corner(other))
        ]
        self.compose_frame(
            [(" The lab ", "muted"), *drawing.heading(report)], corner, lines, note, [], keep=len(corner)
        )
