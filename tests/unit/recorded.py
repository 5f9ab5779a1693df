"""Plans as servers gave them: PostgreSQL 15 and MariaDB 10.11. Those of Citus and SingleStore are made by hand."""

from __future__ import annotations

import json
from pathlib import Path

from rtdash.model.plan import Plan
from rtdash.sources.plans import mariadb, postgresql, singlestore

_FOLDER = Path(__file__).parent / "plans"
PARENTS = {"ev_a": "ev", "ev_b": "ev", "ev_c": "ev", "events_p20251122": "events"}
NAMES = sorted(file.stem for file in _FOLDER.glob("*.json"))


def recorded(name: str, took_ms: float = 260.0, rows: int | None = 4) -> Plan:
    """The plan in the file of this name."""
    text = (_FOLDER / f"{name}.json").read_text()
    if name.startswith("mariadb"):
        return mariadb.parse(text, "SELECT 1 FROM `donation_transactions` AS d", took_ms, rows)
    if name.startswith("singlestore"):
        return singlestore.parse(text, took_ms)
    return postgresql.parse(json.loads(text), PARENTS, {"ev": 3, "events": 9}, took_ms)
