"""What the panels are asked: of which customer, and by whose SQL."""

from __future__ import annotations

from collections.abc import Sequence

from rtdash.interfaces import Control, Explainer
from rtdash.model.places import ORGANIZATIONS
from rtdash.model.sample import Sample
from rtdash.panels.spec import PanelSpec
from rtdash.screens.looking import Looking

BY_WORKSHOP = "the donation panels ask the workshop's SQL: every row of donation_transactions, one panel at a time"
BY_US = "the donation panels ask our SQL again: the sums"
NO_WORKSHOP = "the workshop's SQL is that of the donations: no panel of theirs is asked here"


class Asking(Looking):
    """The part of the app that changes a question, and knows which answers came too late for that."""

    def __init__(self, specs: Sequence[PanelSpec], control: Control, explainer: Explainer) -> None:
        super().__init__(control, explainer)
        self.specs = specs
        self._customer = 0
        self._of_customer = frozenset(spec.id for spec in specs if spec.asks("customer_id"))
        self._spares = {spec.place: spec for spec in specs if spec.stands_for}
        """By place, the query that is not asked now: at first the workshop's."""

    def _hurry(self) -> None:
        """Draw what a key asks for as it comes, however seldom frames are."""
        raise NotImplementedError

    def action_text(self) -> None:
        """Ask the donation panels by the workshop's SQL, or by ours again; of the other, nothing is asked any more."""
        if not self._spares:
            self._tell(NO_WORKSHOP)
            return
        asked = self._spares
        self._spares = {place: self.dashboard.ask(spec) for place, spec in asked.items()}
        for place, spec in asked.items():
            self.store.hand_over(self._spares[place].id, spec.id)
        self._look()
        self._paint()
        self._tell(BY_WORKSHOP if any(spec.stands_for for spec in asked.values()) else BY_US)

    def action_customer(self) -> None:
        """The next customer."""
        self._choose_customer((self._customer + 1) % len(ORGANIZATIONS))

    @property
    def _customer_id(self) -> int:
        return ORGANIZATIONS[self._customer].customer_id

    def _choose_customer(self, index: int) -> None:
        self._customer = index
        self.poller.variables["customer_id"] = self._customer_id
        for panel_id in self._of_customer & self.dashboard.panels.keys():
            self.dashboard.panels[panel_id].set_subject(ORGANIZATIONS[index].name)
        self.store.forget(self._of_customer)
        self.poller.ask_now(self._of_customer)
        self._hurry()

    def _is_outdated(self, sample: Sample) -> bool:
        """Whether the sample answers what is not asked any more, or is older than what is shown: after a switch there
        and back a query may still run that was asked before the first.
        """
        if any(spare.id == sample.panel_id for spare in self._spares.values()):
            return True
        if (shown_at := self.store[sample.panel_id].answered_at) is not None and sample.started_at < shown_at:
            return True
        return (
            sample.panel_id in self._of_customer
            and sample.variables.get("customer_id", self._customer_id) != self._customer_id
        )
