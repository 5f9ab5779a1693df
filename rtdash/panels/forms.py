"""The workshop's questions about the clickstream, in three forms: to raw events, to its rollups, and to live tables."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from rtdash.errors import PanelError
from rtdash.panels.header import read
from rtdash.panels.spec import PanelSpec, Source
from rtdash.panels.texts import query_in
from rtdash.resources import sql_folder


class Form(StrEnum):
    """What is asked."""

    RAW = "raw"
    ROLLUPS = "rollups"
    LIVE = "live"


_FOLDERS = {Form.RAW: "raw", Form.ROLLUPS: "workshop"}
_EVENTS = re.compile(r"\bFROM events\b")
_DISTINCT = re.compile(r"\bcount\(DISTINCT (\w+)\)")
_LIMIT = re.compile(r"\bLIMIT 10$")
_ROLLUP = re.compile(r"\b(?:FROM|JOIN) (rollup_events_5min|rollup_events_1hr|live)(?:_totals|_customers)?\b")

TOP_N = 1000
"""Devices that a counter of the rollups keeps."""


@dataclass(frozen=True, slots=True)
class Forms:
    """What a panel asks, and each form's query; all of them give the columns of the panel."""

    panel: PanelSpec
    texts: Mapping[Form, str]
    path: Path
    """Of the query on raw events."""

    @property
    def id(self) -> str:
        """The panel's."""
        return self.panel.id

    @property
    def title(self) -> str:
        """The panel's, and whom it is about where that is not everybody."""
        return self.panel.title + ", one customer" * self.panel.asks("customer_id")

    def rollup(self, form: Form) -> str:
        """What a form's answer is as old as, by its name in the table `rollups`. Raises PanelError."""
        found = _ROLLUP.search(self.texts[form])
        if found is None:
            raise PanelError(f"{self.path.name}: {form}: allowed: FROM or JOIN of a rollup or a live table")
        return found[1]

    def rolled_up_exactly(self) -> str:
        """The query on raw events as of the last one that a rollup has seen, %(rolled_up_id)s.

        Of top devices it gives as many as a rollup's counters keep. Raises PanelError when that cannot be asked.
        """
        text, events = _EVENTS.subn(
            "FROM (SELECT * FROM events WHERE event_id <= %(rolled_up_id)s) AS events", self.texts[Form.RAW]
        )
        if events != 1:
            raise PanelError(f"{self.path}:1: allowed: `FROM events`, once")
        return _LIMIT.sub(f"LIMIT {TOP_N}", text)

    def rolled_up(self) -> str:
        """The same, and distinct values counted by the sketches of the rollups, which give the very same number."""
        text = _DISTINCT.sub(
            r"coalesce(round(hll_cardinality(hll_add_agg(hll_hash_bigint(\1)))), 0)::bigint", self.rolled_up_exactly()
        )
        if "DISTINCT" in text:
            raise PanelError(f"{self.path}:1: allowed: `count(DISTINCT column)`")
        return text


def workshop_questions() -> tuple[Forms, ...]:
    """All that the workshop asks of its rollups, in the order of the panels. Raises PanelError."""
    return tuple(_forms(path.stem) for path in sorted(sql_folder("citus", "workshop").glob("*.sql")))


def _forms(panel_id: str) -> Forms:
    panel = read(sql_folder("citus", "panels") / f"{panel_id}.sql", source=Source.CITUS)
    paths = {form: sql_folder("citus", folder) / f"{panel_id}.sql" for form, folder in _FOLDERS.items()}
    texts = {form: query_in(path) for form, path in paths.items()}
    return Forms(panel, texts | {Form.LIVE: panel.sql}, paths[Form.RAW])
