"""What is typed into the form of a campaign: how it is read, and shown again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from rtdash.model import typed
from rtdash.model.campaign import CampaignPlan


@dataclass(frozen=True, slots=True)
class Entry:
    """One input: for which part of a plan, and in which field it stands."""

    part: str
    field: str
    read: Callable[[str], Any]
    """Raises ValueError, with what is allowed."""
    show: Callable[[Any], str]
    is_needed: bool = False
    """It must not be left empty; of any other that means what a plan has by itself."""
    example: str = ""

    def part_of(self, text: str) -> Any:
        """The part of a plan that `text` stands for. Raises ValueError."""
        return self.read(text) if text or self.is_needed else getattr(CampaignPlan(), self.part)

    def text_of(self, plan: CampaignPlan) -> str:
        """What stands for this part of `plan`; nothing for what a plan has by itself."""
        part = getattr(plan, self.part)
        return self.show(part) if self.is_needed or part != getattr(CampaignPlan(), self.part) else ""


ENTRIES = (
    Entry("name", "named", str, str, example="its number"),
    Entry("rate_per_s", "at", typed.rate_per_s, typed.shown_rate, is_needed=True),
    Entry("duration_s", "until", typed.seconds, typed.shown_seconds, example="90s 5m 1h"),
    Entry("count", "until", typed.donations, "{:,}".format),
    Entry("delay_s", "from", typed.seconds, typed.shown_seconds, example="now"),
)
