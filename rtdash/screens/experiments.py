"""What the app does for the lab: it keeps what the lab has told, also while nobody looks."""

from __future__ import annotations

from rtdash.interfaces import Laboratory
from rtdash.messages import LabEnded, LabReported
from rtdash.model.lab import LabReport, Phase
from rtdash.model.lab_plan import LabPlan
from rtdash.model.text import plain
from rtdash.screens.lab import LabScreen
from rtdash.screens.steering import Steering

_ENDS = {
    Phase.DONE: "the lab is done: e shows what it has found",
    Phase.STOPPED: "the lab has stopped, and removed what it had made",
}


class Experiments(Steering):
    """The part of the app that opens the lab."""

    laboratory: Laboratory
    lab_reports: dict[str, LabReport]
    """What was told since the last start, by store, the latest last."""
    lab_trouble: str
    """Why there is no more of it."""

    def _paint_soon(self) -> None:
        """Draw what is known once the burst is over."""
        raise NotImplementedError

    @property
    def lab_report(self) -> LabReport | None:
        """The latest, while the lab is at work."""
        return next(reversed(self.lab_reports.values()), None) if self.laboratory.is_running else None

    def action_lab(self) -> None:
        """Open the lab."""
        if isinstance(self.screen, LabScreen):
            return  # it was asked for by the palette, on itself
        screen = LabScreen(self.laboratory, self._begin)
        screen.show(self.lab_reports, self.lab_trouble)
        self.push_screen(screen)

    def _begin(self, plan: LabPlan) -> None:
        self.lab_reports, self.lab_trouble = {}, ""
        self.laboratory.start(plan)
        self._show_lab()

    def on_lab_reported(self, message: LabReported) -> None:
        """Keep it, and show it."""
        self.lab_reports.pop(message.report.store, None)
        self.lab_reports[message.report.store] = message.report
        self._show_lab()

    def on_lab_ended(self, message: LabEnded) -> None:
        """Say so, where nobody looks."""
        self.lab_trouble = message.error
        if not self._show_lab():
            said, is_trouble = self._lab_end()
            self.notify(plain(said), severity="error" if is_trouble else "information", markup=False)

    def _lab_end(self) -> tuple[str, bool]:
        """How the lab has ended, and whether something went wrong."""
        last = next(reversed(self.lab_reports.values()), None)
        if self.lab_trouble:
            return self.lab_trouble, True
        if last is not None and last.phase is Phase.STOPPED and last.problems:
            return f"the lab has stopped: {last.problems[-1]}", True
        # Who called it off at once has heard nothing of it.
        return _ENDS[last.phase if last is not None and last.phase in _ENDS else Phase.STOPPED], False

    def _show_lab(self) -> bool:
        """Whether the lab is on the screen."""
        self._paint_soon()
        screens = [screen for screen in self.screen_stack if isinstance(screen, LabScreen)]
        for screen in screens:
            screen.show(self.lab_reports, self.lab_trouble)
        return bool(screens)
