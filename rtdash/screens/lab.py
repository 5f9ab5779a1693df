"""The lab: layouts of the donations, and forms of the clickstream's queries, against each other."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from rtdash.interfaces import Laboratory
from rtdash.model.lab import LabReport
from rtdash.model.lab_plan import ROWS, LabPlan
from rtdash.model.text import plain
from rtdash.screens.above import Above
from rtdash.widgets.field import Field, Form
from rtdash.widgets.keys import KeysLine
from rtdash.widgets.lab import LabPane
from rtdash.widgets.options import Options

LAB_BINDINGS = (
    Binding("s", "screen.start", "Start", tooltip="In the lab: compare the chosen layouts; at the end, choose anew"),
    Binding("x", "screen.stop", "Stop", tooltip="In the lab: end it; it removes its tables first"),
    Binding("v", "screen.other", "Other store", tooltip="In the lab: what it has found of the other database"),
    Binding("t", "app.text", "Workshop's SQL", tooltip="In the lab: the same as on the board"),
    Binding("escape", "screen.dismiss", "Board", key_display="Esc", tooltip="Leave the lab; what it does goes on"),
    Binding("e,q", "screen.dismiss", "Board", show=False),
)
"""Heard while the lab is shown."""
FIRST_ROWS = 1_000_000
AT_WORK = "the lab is at work: x stops it"


class LabScreen(Above[None]):
    """Starts and stops the lab, and shows what it has found; it goes on when the screen is left.

    `begin` is called with what is to be compared.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        *LAB_BINDINGS,
        # At once, before what is typed next: over a slow line keys come in bursts.
        Binding("tab", "app.focus_next", "Next", show=False, priority=True),
        Binding("shift+tab", "app.focus_previous", "Back", show=False, priority=True),
    ]

    def __init__(self, laboratory: Laboratory, begin: Callable[[LabPlan], None]) -> None:
        super().__init__()
        self._laboratory = laboratory
        self._begin = begin
        self._reports: Mapping[str, LabReport] = {}
        self._trouble = ""
        self._store = ""
        """The one that was chosen, if there is any; otherwise the latest is shown."""
        # All are compared with the first, so that one is no choice.
        self._always = tuple(subject.name for subject in laboratory.subjects[:1])
        names = [subject.name for subject in laboratory.subjects[1:]]
        self._rows = Options([f"{rows:,}" for rows in ROWS], [f"{FIRST_ROWS:,}"], one=True, id="lab-rows")
        self._layouts = Options(names, names, id="lab-layouts")
        fields = {
            "rows": Field("Rows", "donations in each layout", [(self._rows, self._rows.cells)]),
            "layouts": Field(
                "Layouts",
                "those that are compared with the first",
                [*(plain(f" ✓ {name}") for name in self._always), (self._layouts, self._layouts.cells)],
            ),
        }
        self._plan = Form("What to compare", fields, (), id="lab-plan") if self._always else None
        self._is_choosing = False
        self._pane = LabPane(laboratory.subjects)

    def compose(self) -> ComposeResult:
        """What to compare, until it has been started; what was found; and the keys."""
        if self._plan is not None:
            yield self._plan
        yield self._pane
        yield KeysLine(LAB_BINDINGS, keep=frozenset())

    def on_mount(self) -> None:
        """Choose first, unless there is something to see."""
        self._choose(not (self._reports or self._laboratory.is_running))
        self._draw()

    def show(self, reports: Mapping[str, LabReport], trouble: str) -> None:
        """Draw what is known, by store, the latest last, and what went wrong."""
        self._reports, self._trouble = reports, trouble
        if self.is_mounted:
            self._draw()

    @property
    def _shown(self) -> str:
        return self._store if self._store in self._reports else next(iter([*self._reports][-1:]), "")

    def _draw(self) -> None:
        store = self._shown
        others = [report for name, report in self._reports.items() if name != store]
        report = self._reports.get(store)
        self._pane.show_report(report, others, self._trouble, is_running=self._laboratory.is_running)

    def _choose(self, is_choosing: bool) -> None:
        self._is_choosing = is_choosing
        if self._plan is not None:
            self._plan.display = is_choosing
        (self._rows if self._plan is not None and is_choosing else self._pane).focus()

    def action_start(self) -> None:
        """Start what is chosen; or, when it has ended, choose first."""
        if self._laboratory.is_running:
            self.notify(AT_WORK)
        elif not self._is_choosing:
            self._choose(True)
        else:
            self._store = ""
            self._choose(False)
            (rows,) = (rows for rows in ROWS if f"{rows:,}" in self._rows.chosen)
            self._begin(LabPlan(rows, (*self._always, *self._layouts.chosen)))

    def action_stop(self) -> None:
        """End it."""
        self._laboratory.stop()

    def action_other(self) -> None:
        """What was found of the next store."""
        if stores := list(self._reports):
            self._store = stores[(stores.index(self._shown) + 1) % len(stores)]
            self._draw()
