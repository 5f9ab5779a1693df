"""All panels and probes: the shipped ones, then the user's own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from rtdash.errors import PanelError
from rtdash.panels.header import read
from rtdash.panels.spec import PanelSpec, Source
from rtdash.resources import sql_folder


def _folder(path: Path, source: Source, *, is_probe: bool = False) -> Iterator[PanelSpec]:
    for file in sorted(path.glob("*.sql")):
        spec = read(file, is_probe=is_probe)
        if spec.source is not source:
            raise PanelError(f"{file}:1: source: a panel of this folder asks {source}, not {spec.source}")
        yield spec


def load(own: Path | None = None) -> tuple[PanelSpec, ...]:
    """Probes and panels of both sources, shipped and, below `own`, the user's.

    Raises PanelError, also when two files have one name: the id must be unique.
    """
    if own is not None and not own.is_dir():
        raise PanelError(f"{own}:1: panels_folder: there is no such folder")
    specs: list[PanelSpec] = []
    for source in (Source.DONATIONS, Source.CITUS):
        specs += _folder(sql_folder(source, "probes"), source, is_probe=True)
        specs += _folder(sql_folder(source, "panels"), source)
        if own is not None:
            specs += _folder(own / source, source)
    seen: dict[str, PanelSpec] = {}
    for spec in specs:
        if spec.id in seen:
            raise PanelError(f"{spec.path}:1: {seen[spec.id].path} has the same name; a panel's name must be unique")
        seen[spec.id] = spec
    return tuple(specs)
