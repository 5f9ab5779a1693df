"""The workshop's texts of the donation panels: as the lab asks its tables, and as a dashboard may ask its own."""

from __future__ import annotations

from pathlib import Path

from rtdash.errors import PanelError
from rtdash.resources import sql_folder

_FILTER = "is_campaign_active = 1"
_NOW = "UTC_TIMESTAMP()"
_CURRENT = "campaign_id IN (SELECT campaign_id FROM current_campaigns)"
# A board at rest shows its last campaign as it ended; cut to the second, as what it takes the place of.
_WINDOW_END = "(SELECT window_end - INTERVAL MICROSECOND(window_end) MICROSECOND FROM donation_window)"


def workshop_panels() -> tuple[str, ...]:
    """Ids of the panels that have a text of the workshop, in order: `01_donations` … `07_organizations_live`."""
    return tuple(sorted(path.stem for path in _folder().glob("*.sql")))


def workshop_text(panel_id: str) -> str:
    """The workshop's query over the `donation_transactions` of a layout; its columns are those of the panel.

    Raises PanelError when the panel has none.
    """
    return query_in(_folder() / f"{panel_id}.sql")


def live_text(panel_id: str) -> str:
    """The same query over a dashboard's own `donation_transactions`: of its current campaigns, to its window's end.

    Nobody updates the flag there, so the filter by it is exchanged. Raises PanelError when it is not there to be.
    """
    text = workshop_text(panel_id)
    live = text.replace(_FILTER, _CURRENT).replace(_NOW, _WINDOW_END)
    if text.count(_FILTER) != 1 or "is_campaign_active" in live or "UTC_TIMESTAMP" in live:
        raise PanelError(
            f"{_folder() / panel_id}.sql:1: allowed: `{_FILTER}`, once, and {_NOW}, which take the campaigns' place"
        )
    return live


def query_in(path: Path) -> str:
    """The query of a file, without the comment before it. Raises PanelError when it cannot be read."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise PanelError(f"{path}:1: cannot be read: {error}") from None
    return "\n".join(line for line in lines if not line.startswith("--")).strip()


def _folder() -> Path:
    return sql_folder("donations", "workshop")
