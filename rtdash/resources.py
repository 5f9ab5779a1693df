"""Finds the SQL and style files: beside the package in a checkout, inside it in an installed wheel."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).parent


def _folder(name: str) -> Path:
    shipped = _PACKAGE / f"_{name}"
    return shipped if shipped.is_dir() else _PACKAGE.parent / name


def sql_folder(*parts: str) -> Path:
    """Folder below `sql/`, e.g. `sql_folder("citus", "schema")`."""
    return _folder("sql").joinpath(*parts)


def style_file(name: str) -> Path:
    """A file of `styles/`."""
    return _folder("styles") / name
