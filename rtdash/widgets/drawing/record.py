"""One campaign as its row in the database has it: what there is to say of it, in words and numbers."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from rich.cells import cell_len

from rtdash.model.campaign import ACTIVE, CampaignState
from rtdash.model.data import Cell
from rtdash.model.text import plain
from rtdash.widgets.drawing.numbers import age, clock, grouped
from rtdash.widgets.drawing.spans import Span, left

Record = Mapping[str, Cell]

SILENT_S = 2.0
"""A runner says four times a second that it lives."""
MOST_CITIES_CELLS = 36
_SIGNS = {"planned": "○", "running": "▶", "stopping": "◐", "ended": "■", "lost": "✗"}
_ROLES = {"planned": "bar", "running": "good", "stopping": "warn", "lost": "error"}


def number(record: Record, name: str) -> float:
    """A numeric column, 0 when it is NULL."""
    value = record.get(name)
    return float(value) if value is not None and not isinstance(value, str | datetime) else 0.0


def text(record: Record, name: str) -> str:
    """A text column, empty when it is NULL."""
    value = record.get(name)
    return plain(value) if value is not None else ""


def campaign_id(record: Record) -> int:
    """By which a campaign is known to everyone."""
    return int(number(record, "campaign_id"))


def cities(record: Record) -> str:
    """The names of as many cities as 36 cells hold, and how many more there are."""
    try:
        found = json.loads(text(record, "cities"))
    except ValueError:
        found = text(record, "cities")
    names = [plain(name) for name in found] if isinstance(found, list) else [plain(found)]
    shown = len(names)
    while (
        cell_len(said := " ".join(names[:shown]) + f" +{len(names) - shown}" * (shown < len(names))) > MOST_CITIES_CELLS
    ):
        if shown <= 1:
            return left(said, MOST_CITIES_CELLS)
        shown -= 1
    return said


def is_active(record: Record) -> bool:
    """Whether it has a runner: it is planned, runs or stops."""
    return text(record, "state") in ACTIVE


def is_live(record: Record) -> bool:
    """Whether it runs or stops: a planned one is not live yet."""
    return is_active(record) and text(record, "state") != CampaignState.PLANNED


def newest(records: Iterable[Record]) -> Record | None:
    """The newest that runs or stops, or else is planned, or else the one that ended last."""

    def rank(record: Record) -> tuple[bool, bool, float, int]:
        ended = record.get("ended_at")
        ended_at = ended.timestamp() if isinstance(ended, datetime) and not is_active(record) else 0.0
        return is_live(record), is_active(record), ended_at, campaign_id(record)

    return max(records, key=rank, default=None)


def is_silent(record: Record) -> bool:
    """Whether nothing is heard of its runner any more."""
    return is_active(record) and number(record, "heartbeat_age_s") > SILENT_S


def is_braked(record: Record) -> bool:
    """Whether its runner makes less than is wanted, since something on the way is full."""
    return is_live(record) and text(record, "note").startswith("braked")


def sign(record: Record) -> Span:
    """Its state at a glance."""
    state = text(record, "state")
    if is_silent(record):
        return "✗", "error"
    return ("▼", "warn") if is_braked(record) else (_SIGNS.get(state, "?"), _ROLES.get(state, "muted"))


def state(record: Record) -> Span:
    """Its state in a word."""
    word = "silent" if is_silent(record) else text(record, "state")
    return word, sign(record)[1]


def note(record: Record) -> Span:
    """What else must be known of it: its runner's silence, donations that went astray, what the runner waits for."""
    silent_s = number(record, "heartbeat_age_s")
    said = [f"silent {age(silent_s)}"] if is_silent(record) else []
    astray = [(round(number(record, name)), name) for name in ("failed", "unknown")]
    said += [f"{grouped(count)} {name}" for count, name in astray if count]
    said += [text(record, "note")] if text(record, "note") else []
    role = "error" if is_silent(record) or astray[0][0] else "warn" if is_active(record) or astray[1][0] else "muted"
    return ", ".join(said), role


@dataclass(frozen=True, slots=True)
class Counts:
    """Donations of a campaign."""

    generated: int
    acked: int
    loaded: int
    is_settled: bool
    """Over, and all that was acknowledged is loaded."""


def counts(record: Record) -> Counts:
    """What was made, acknowledged and loaded, none less than what follows from the others.

    A runner speaks four times a second, while `loaded` is of now: what is loaded was made, and acknowledged but for
    those whose report never came, even if its runner has not said so yet. Only final counts are taken as they are.
    """
    generated, acked, loaded, unknown = (
        round(number(record, name)) for name in ("generated", "acked", "loaded", "unknown")
    )
    if text(record, "state") != CampaignState.ENDED:
        generated, acked = max(generated, loaded), max(acked, loaded - unknown)
    return Counts(generated, acked, loaded, is_settled=not is_active(record) and loaded == acked > 0)


def _between_s(start: Cell, end: Cell) -> float | None:
    return (end - start).total_seconds() if isinstance(start, datetime) and isinstance(end, datetime) else None


def elapsed(record: Record) -> str:
    """Since its start until its end, or until the server's now; `–` when it never began."""
    passed_s = _between_s(record.get("started_at"), record.get("ended_at") or record.get("server_now"))
    return "–" if passed_s is None else clock(passed_s)


def remaining(record: Record) -> str:
    """Until its planned start or end, or donations that are left of those it was to make; `–` when nothing ends it."""
    now, wanted = record.get("server_now"), record.get("wanted")
    if text(record, "state") == CampaignState.PLANNED:
        begins_s = _between_s(now, record.get("starts_at"))
        return "–" if begins_s is None else f"in {clock(begins_s)}"
    if text(record, "state") == CampaignState.RUNNING:
        if (ends_s := _between_s(now, record.get("ends_at"))) is not None:
            return clock(ends_s)
        if wanted is not None:
            return f"{grouped(max(0, round(number(record, 'wanted')) - counts(record).generated))} left"
    return "–"
