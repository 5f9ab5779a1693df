"""What the lab has measured so far: layouts, or forms of the clickstream, side by side, with a cell for each query."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from pydantic import TypeAdapter


class Phase(StrEnum):
    """What the lab does now, in the order in which it does it; the last three are ends."""

    MAKING = "making"
    FILLING = "filling"
    MEASURING = "measuring"
    CHECKING = "checking"
    """Whether all subjects answer the same."""
    STARTING = "starting"
    """The start of a campaign: the UPDATE of the workshop, or what we do in its place."""
    CLEANING = "cleaning"
    DONE = "done"
    STOPPED = "stopped"
    FAILED = "failed"

    @property
    def is_end(self) -> bool:
        """Whether nothing follows."""
        return self in {Phase.DONE, Phase.STOPPED, Phase.FAILED}


@dataclass(frozen=True, slots=True)
class Ratio:
    """How many times as fast as the baseline: the median of paired ratios, with its confidence interval."""

    value: float
    low: float
    high: float
    confidence: float
    """That the interval holds the true median, 0 … 1; below 0.95 where there are too few pairs for that."""
    pairs: int

    @property
    def is_faster(self) -> bool:
        """Whether the whole interval says so."""
        return self.low > 1.0

    @property
    def is_slower(self) -> bool:
        """Whether the whole interval says so."""
        return self.high < 1.0


@dataclass(frozen=True, slots=True)
class Subject:
    """A column of the table: a layout of the donations, or a form of the clickstream's queries."""

    name: str
    title: str
    text: str
    """Whose SQL it is asked: "workshop" or "ours"."""
    why: str
    differs: str = ""
    """Where this server's form is not the one that the name stands for; nothing where it is."""
    rows: int = 0
    """Of its largest table, so far; in a layout, those that it was filled with."""
    rows_after: int = 0
    """With those that came in beside the queries; 0 before any has."""
    fill_rows_per_s: float | None = None
    """Rows a second of its own time, while it was filled; None where nothing was."""
    ingest_rows_per_s: float | None = None
    """The same, in small batches beside the queries."""
    start_ms: float | None = None
    """What the start of a campaign took."""
    start_rows: int | None = None
    """Rows that it changed."""
    ratio: Ratio | None = None
    """Over all queries: of the geometric mean of each round. None for the baseline."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One query on one subject. Latencies are execute + fetch, as seen from here."""

    query: str
    """Its id."""
    subject: str
    """Its name."""
    count: int = 0
    """Executions that were timed."""
    p50_ms: float | None = None
    p95_ms: float | None = None
    over: int = 0
    """How many took longer than the threshold."""
    rows_examined: int | None = None
    """By one execution, as the server tells; None where it does not."""
    ratio: Ratio | None = None
    """None for the baseline, and where there is nothing to compare."""
    error: str | None = None
    """Why it is not asked any more."""


@dataclass(frozen=True, slots=True)
class LabReport:
    """All of it, at one moment. With several runs each figure is the median over those that have ended.

    Counts, and the pairs of ratios, are of all of them; rows that a query reads are counted once.
    """

    store: str
    """donations or clickstream."""
    server: str
    """What answered: product, version, and what it was given."""
    rows: int
    """Wanted."""
    runs: int
    """Wanted."""
    run: int
    """The one under way, from 1; 0 before the first."""
    threshold_ms: float
    baseline: str
    """Name of the subject that the others are compared with."""
    subjects: tuple[Subject, ...] = ()
    queries: tuple[tuple[str, str], ...] = ()
    """Id and title."""
    cells: tuple[Cell, ...] = ()
    phase: Phase = Phase.MAKING
    doing: str = ""
    """One short phrase."""
    done: float = 0.0
    """Of all there is to do, 0 … 1."""
    left_s: float | None = None
    """Until it is done; None as long as nobody can tell."""
    problems: tuple[str, ...] = ()
    """What makes figures doubtful, an error each."""
    verdict: tuple[str, ...] = ()

    def cell(self, query: str, subject: str) -> Cell | None:
        """The cell of a query and a subject; None before it was asked."""
        return next((each for each in self.cells if (each.query, each.subject) == (query, subject)), None)

    def subject(self, name: str) -> Subject | None:
        """The subject of this name."""
        return next((each for each in self.subjects if each.name == name), None)


def to_json(report: LabReport) -> str:
    """One line."""
    return _document().dump_json(report).decode()


def from_json(text: str | bytes) -> LabReport:
    """Raises ValueError on anything else than what `to_json` gives."""
    return _document().validate_json(text)


@cache
def _document() -> TypeAdapter[LabReport]:
    # It takes some ms, for which no start should wait.
    return TypeAdapter(LabReport)
