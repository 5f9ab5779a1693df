"""All panels and probes: the shipped ones, then the user's own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from rtdash.errors import PanelError
from rtdash.model.engine import Engine
from rtdash.panels.header import read
from rtdash.panels.spec import PanelSpec, Source
from rtdash.resources import sql_folder


def _folder(path: Path, source: Source, *, is_probe: bool = False) -> Iterator[PanelSpec]:
    return (read(file, source=source, is_probe=is_probe) for file in sorted(path.glob("*.sql")))


def load(own: Path | None = None, engine: Engine = Engine.MARIADB) -> tuple[PanelSpec, ...]:
    """Probes and panels of both sources: the shipped ones, then those below `own`, the user's.

    What the engines of the donations must be asked differently is in the folder of each, by one name and with one look.

    Raises PanelError, also when two files have one name: the id must be unique.
    """
    if own is not None and not own.is_dir():
        raise PanelError(f"{own}: panels_folder: there is no such folder")
    specs: list[PanelSpec] = []
    for source, folders in ((Source.DONATIONS, (Source.DONATIONS, engine.lower())), (Source.CITUS, (Source.CITUS,))):
        for folder in folders:
            specs += _folder(sql_folder(folder, "probes"), source, is_probe=True)
        for folder in folders:
            specs += _folder(sql_folder(folder, "panels"), source)
    if own is not None:
        for source in (Source.DONATIONS, Source.CITUS):
            specs += _folder(own / source, source)
    seen: dict[str, PanelSpec] = {}
    for spec in specs:
        if spec.id in seen:
            raise PanelError(f"{spec.path}:1: {seen[spec.id].path} has the same name; a panel's name must be unique")
        seen[spec.id] = spec
    return tuple(specs)
