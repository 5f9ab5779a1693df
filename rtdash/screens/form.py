"""Asks what the next campaign shall be."""

from __future__ import annotations

import unicodedata
from contextlib import suppress
from dataclasses import replace
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Input

from rtdash.model import typed
from rtdash.model.campaign import PRESETS, CampaignPlan
from rtdash.model.places import CITIES, ORGANIZATIONS
from rtdash.screens.above import Overlay
from rtdash.screens.entries import ENTRIES, Entry
from rtdash.widgets.entry_line import EntryLine
from rtdash.widgets.field import Field, Form
from rtdash.widgets.options import Options

# As a dictionary has them: Béziers before Brest.
CITY_NAMES = sorted((city.name for city in CITIES), key=lambda name: unicodedata.normalize("NFD", name))
STOPPED, GO_ON = "are stopped", "go on beside it"
FORM_BINDINGS = (
    Binding("enter", "screen.start", "Start", key_display="Enter"),
    Binding("escape", "screen.cancel", "Cancel", key_display="Esc"),
)


class FormScreen(Overlay[CampaignPlan | None]):
    """Dismissed with the plan of a campaign to start, or with None. What was typed wrong stays until it is right."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *FORM_BINDINGS,
        # At once, before what is typed next: over a slow line keys come in bursts.
        Binding("tab", "app.focus_next", "Next", show=False, priority=True),
        Binding("shift+tab", "app.focus_previous", "Back", show=False, priority=True),
    ]

    def __init__(self, plan: CampaignPlan) -> None:
        super().__init__()
        self._inputs = {entry.part: EntryLine(entry.text_of(plan), entry.example, id=entry.part) for entry in ENTRIES}
        self._cities = Options(CITY_NAMES, plan.cities, id="cities")
        self._organizations = Options([one.name for one in ORGANIZATIONS], plan.organizations, id="collecting")
        self._presets = Options(tuple(PRESETS), one=True, changed=self._take_preset, id="presets")
        self._others = Options((STOPPED, GO_ON), [GO_ON if plan.beside else STOPPED], one=True, id="others")
        self._form = Form("Start a campaign", self._fields(), FORM_BINDINGS, id="form")

    def _fields(self) -> dict[str, Field]:
        name, rate, duration, count, delay = (
            (self._inputs[part], cells)
            for part, cells in (("name", 62), ("rate_per_s", 12), ("duration_s", 12), ("count", 14), ("delay_s", 12))
        )
        return {
            "named": Field("Name", "", [name]),
            "in": Field("Cities", "none: four at random", [(self._cities, 62)], rows=5),
            "for": Field("Organisations", "none: all", [(self._organizations, 62)]),
            "at": Field("Rate", "donations a second, or max", [rate, (self._presets, 49)]),
            "until": Field("Ends after", "neither: when it is stopped", [duration, "or", count, "donations"]),
            "from": Field("Begins in", "till then it is planned", [delay]),
            "beside": Field("Others", "those that run when it begins", [(self._others, 62)]),
        }

    def compose(self) -> ComposeResult:
        """A field a line; what is left empty is chosen by the campaign itself."""
        yield self._form

    def on_mount(self) -> None:
        """Mark the preset that the rate is."""
        self._mark_preset()

    @on(Input.Changed)
    def forget_error(self, event: Input.Changed) -> None:
        """What is being typed is not wrong yet."""
        entry = next(entry for entry in ENTRIES if entry.part == event.input.id)
        self._form.set_error(entry.field, "")
        if entry.part == "rate_per_s":
            self._mark_preset()

    def _mark_preset(self) -> None:
        rate_per_s = 0
        with suppress(ValueError):
            rate_per_s = typed.rate_per_s(self._inputs["rate_per_s"].value.strip())
        self._presets.choose(*(name for name, preset in PRESETS.items() if preset == rate_per_s))

    def _take_preset(self) -> None:
        """A preset is a rate that need not be typed."""
        for name in self._presets.chosen:
            self._inputs["rate_per_s"].value = typed.shown_rate(PRESETS[name])

    def action_cancel(self) -> None:
        """Nothing is started."""
        self.dismiss(None)

    @on(Input.Submitted)
    def action_start(self) -> None:
        """Give the plan, or say below each field that is wrong what is allowed, and go to the first of them."""
        parts = {entry: self._part(entry) for entry in ENTRIES}
        wrong = {entry: part for entry, part in parts.items() if isinstance(part, ValueError)}
        for entry, error in reversed(wrong.items()):
            self._form.set_error(entry.field, str(error))
            self._inputs[entry.part].focus()
        if not wrong:
            plan = CampaignPlan(
                cities=self._cities.chosen,
                organizations=self._organizations.chosen,
                beside=GO_ON in self._others.chosen,
            )
            self.dismiss(replace(plan, **{entry.part: part for entry, part in parts.items()}))

    def _part(self, entry: Entry) -> Any:
        """What was typed, as a plan takes it, or what is wrong with it."""
        try:
            part = entry.part_of(self._inputs[entry.part].value.strip())
            replace(CampaignPlan(), **{entry.part: part})
        except ValueError as error:
            return error
        return part
