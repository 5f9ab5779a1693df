"""The table of campaigns: what was produced, what has arrived, what is on the way."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime

from rtdash.model.data import Cell
from rtdash.model.text import plain
from rtdash.widgets.drawing.numbers import age, clock, grouped, rounded
from rtdash.widgets.drawing.spans import Line, Span, fit
from rtdash.widgets.drawing.table import rows

Record = Mapping[str, Cell]

HEADER = (
    "",
    "name",
    "state",
    "per s",
    "generated",
    "acked",
    "loaded",
    "raised",
    "elapsed",
    "failed",
    "unknown",
    "cities",
)
_NUMERIC = (False, False, False, True, True, True, True, True, True, True, True, False)
SIGNS = {"planned": "○", "running": "▶", "stopping": "◐", "ended": "■", "lost": "✗"}
SILENT_S = 2.0
"""A runner says four times a second that it lives."""
_ROLES = {"running": "good", "stopping": "warn", "lost": "error"}


def number(record: Record, name: str) -> float:
    """A numeric column, 0 when it is NULL."""
    value = record.get(name)
    return float(value) if value is not None and not isinstance(value, str | datetime) else 0.0


def text(record: Record, name: str) -> str:
    """A text column, empty when it is NULL."""
    value = record.get(name)
    return plain(value) if value is not None else ""


def cities(record: Record) -> str:
    """The names of the cities, as a sentence would have them."""
    try:
        names = json.loads(text(record, "cities"))
    except ValueError:
        return text(record, "cities")
    return " ".join(plain(name) for name in names) if isinstance(names, list) else plain(names)


def elapsed_s(record: Record) -> float:
    """Since its start until its end, or until the server's now, s."""
    start, end = record.get("started_at"), record.get("ended_at") or record.get("server_now")
    return (end - start).total_seconds() if isinstance(start, datetime) and isinstance(end, datetime) else 0.0


def is_active(record: Record) -> bool:
    """Whether it runs or stops."""
    return text(record, "state") in {"running", "stopping"}


def _state(record: Record) -> Span:
    """Its state, or that its runner has fallen silent."""
    state, silent_s = text(record, "state"), number(record, "heartbeat_age_s")
    if is_active(record) and silent_s > SILENT_S:
        return f"silent {age(silent_s)}", "error"
    return state, _ROLES.get(state, "muted")


def _cells(record: Record) -> list[Span]:
    state = text(record, "state")
    role = _ROLES.get(state, "muted")
    generated, acked, loaded = (number(record, name) for name in ("generated", "acked", "loaded"))
    failed, unknown = number(record, "failed"), number(record, "unknown")
    is_live = is_active(record)
    wanted, real = grouped(round(number(record, "rate_per_s"))), grouped(round(number(record, "real_rate_per_s")))
    settled = not is_live and loaded == acked
    return [
        (SIGNS.get(state, "?"), role),
        (text(record, "name"), "strong"),
        _state(record),
        (f"{real} of {wanted}" if is_live else wanted, "text"),
        (grouped(round(generated)), "text"),
        (grouped(round(acked)), "text"),
        (grouped(round(loaded)) + (" =" if settled else ""), "good" if settled else "text"),
        (rounded(number(record, "raised"), "eur"), "strong"),
        (clock(elapsed_s(record)), "text"),
        (grouped(round(failed)), "error" if failed else "muted"),
        (grouped(round(unknown)), "warn" if unknown else "muted"),
        (cities(record), "muted"),
    ]


def draw(records: Sequence[Record], cells: int) -> list[Line]:
    """The header, then a row a campaign, the newest first."""
    if not records:
        return [fit(((" no campaign yet: press ", "muted"), ("s", "accent"), (" to start one", "muted")), cells)]
    return rows(HEADER, [_cells(record) for record in records], _NUMERIC, cells)
