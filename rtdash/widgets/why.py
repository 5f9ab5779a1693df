"""Everything that says why a query is slow, in one pane that scrolls."""

from __future__ import annotations

from datetime import tzinfo

from rtdash.model.explanation import Explanation
from rtdash.model.question import Question
from rtdash.model.text import plain
from rtdash.widgets.drawing.spans import Line, Span
from rtdash.widgets.drawing.why import Asking, Failed, Outcome, answer, grounds
from rtdash.widgets.panel import Frame


class WhyPane(Frame):
    """Draws a question and what came of it; knows no server."""

    def __init__(self, question: Question, zone: tzinfo) -> None:
        super().__init__(id="why")
        self.question = question
        """Whoever sets another one sets what came of it as well."""
        self._zone = zone
        self._outcome: Outcome = Asking(0.0, 0.0)
        self._grounds: list[Line] = []
        self._grounds_of: tuple[object, ...] = ()

    def set_outcome(self, outcome: Outcome) -> None:
        """How far the asking is, or what came of it."""
        self._outcome = outcome
        self.redraw()

    def redraw(self) -> None:
        """Draw the last outcome."""
        if not self.is_attached or not self.size.area:
            return
        question, cells = self.question, self.inner[0]
        explanation = self._outcome if isinstance(self._outcome, Explanation) else None
        asked = (question, explanation, cells)
        # A histogram of an hour takes its time, and the progress is drawn often.
        if asked != self._grounds_of:
            self._grounds, self._grounds_of = grounds(question, explanation, self._zone, cells), asked
        lines = [*answer(question, self._outcome, self._zone, cells), *self._grounds]
        title: list[Span] = [(" Why: ", "muted"), (f"{plain(question.title)} ", "title")]
        self.set_class(isinstance(self._outcome, Failed), "-error")
        self.compose_frame(title, [(f" {plain(question.server)} ", "muted")], lines, [], [])
