"""Stand-ins: panels that ask for the numbers of shipped ones by the workshop's SQL, and are shown in their place."""

from __future__ import annotations

from collections.abc import Iterable

from rtdash.panels.spec import PanelSpec
from rtdash.panels.texts import live_text, workshop_panels
from rtdash.resources import sql_folder

DEADLINE_S = 30.0
"""Each of them reads every donation there is: of ten million that takes seconds, and an answer is worth waiting for."""


def stand_ins(specs: Iterable[PanelSpec]) -> tuple[PanelSpec, ...]:
    """One for each of `specs` that has a text of the workshop. Raises PanelError."""
    known = frozenset(workshop_panels())
    return tuple(_stand_in(spec) for spec in specs if spec.id in known)


def _stand_in(spec: PanelSpec) -> PanelSpec:
    return spec.model_copy(
        update={
            # No file of a panel can have this name.
            "id": f"{spec.id}.workshop",
            "stands_for": spec.id,
            # The tables cut names at their end.
            "title": f"Workshop's: {spec.title}",
            "deadline": DEADLINE_S,
            "sql": live_text(spec.id),
            "path": sql_folder("donations", "workshop") / f"{spec.id}.sql",
        }
    )
