"""A panel is an SQL file with a comment header; this is what the header and the file say."""

from __future__ import annotations

import re
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from rtdash.model.text import plain
from rtdash.panels.feature import Feature

_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|s|min)")
_FACTORS = {"ms": 0.001, "s": 1.0, "min": 60.0}


class Source(StrEnum):
    """The server that a panel asks."""

    CITUS = "citus"
    DONATIONS = "donations"


class Draw(StrEnum):
    """How the rows are drawn; it fixes the columns (see `COLUMNS`)."""

    STAT = "stat"
    BARS = "bars"
    COUNTS = "counts"
    SPARKLINES = "sparklines"
    LINE = "line"
    TABLE = "table"
    MAP = "map"


COLUMNS: dict[Draw, str] = {
    Draw.STAT: "value[, label]",
    Draw.BARS: "label, value[, since]",
    Draw.COUNTS: "label, value, error, since",
    Draw.SPARKLINES: "label, at, value",
    Draw.LINE: "at, value …",
    Draw.TABLE: "any; the first is the row's key, a flag (NULL, warn, error) marks its row, since is not a column",
    Draw.MAP: "label, latitude, longitude, value",
}


def duration_s(text: object) -> float:
    """`250ms`, `5s` or `1min` in seconds; ValueError says what is allowed."""
    if isinstance(text, (int, float)):
        return float(text)
    match = _DURATION.fullmatch(str(text).strip())
    if match is None:
        raise ValueError("allowed: a duration such as 250ms, 5s or 1min")
    seconds = float(match[1]) * _FACTORS[match[2]]
    if seconds < 0.1:
        raise ValueError("allowed: 100ms or more")
    return seconds


Duration = Annotated[float, BeforeValidator(duration_s)]
Text = Annotated[str, AfterValidator(plain)]


class PanelSpec(BaseModel):
    """What to ask, how often, and how to draw it. Durations are in seconds."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(pattern=r"^[A-Za-z0-9_-]+$")
    title: Text = Field(min_length=1, max_length=60)
    source: Source
    draw: Draw
    every: Duration | None = None
    deadline: Duration | None = None
    unit: Text = ""
    needs: Feature | None = None
    help: Text = ""
    sql: str = Field(min_length=1)
    path: Path
    is_probe: bool = False
    stands_for: str = ""
    """The panel in whose place it is shown, when it asks for the same by another query; no file says so."""

    @property
    def place(self) -> str:
        """The panel on the screen that shows it."""
        return self.stands_for or self.id

    @property
    def is_apart(self) -> bool:
        """Whether it is asked on a lane of its own: no matter how long it takes, it holds up no other."""
        return self.is_heavy or bool(self.stands_for)

    @property
    def is_heavy(self) -> bool:
        """Panels of 5 s and slower are meant to be heavy."""
        return self.every is not None and self.every >= 5.0

    def asks(self, variable: str) -> bool:
        """Whether the query depends on a variable of the dashboard."""
        return f"%({variable})s" in self.sql
