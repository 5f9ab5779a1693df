"""What happened, in the past tense: the only way from threads to the screen, and from widgets to the app."""

from __future__ import annotations

from dataclasses import dataclass

from textual.message import Message

from rtdash.model.explanation import Explanation
from rtdash.model.lab import LabReport
from rtdash.model.slow import SlowQuery


@dataclass
class SamplesArrived(Message):
    """Lanes have delivered samples, and no frame is due that would take them in."""


@dataclass
class PanelOpened(Message):
    """The user wants to see more of a panel."""

    panel_id: str


@dataclass
class WhyAsked(Message):
    """The user wants to know why a panel is slow, or was in one execution."""

    panel_id: str
    slow: SlowQuery | None = None


@dataclass
class WhyAnswered(Message):
    """A server has explained a query, or could not: then `error` says why."""

    explanation: Explanation | None
    error: str = ""


@dataclass
class CommandEnded(Message):
    """The control thread has carried a command out, or could not: then `error` says why."""

    done: str
    error: str | None = None


@dataclass
class LabReported(Message):
    """The lab has got further."""

    report: LabReport


@dataclass
class LabEnded(Message):
    """The lab has removed what it had made; `error` says what went wrong."""

    error: str = ""
