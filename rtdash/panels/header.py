"""Reads a panel file: `-- key: value` lines at the top, then one SELECT. Other comments follow after a blank line."""

from __future__ import annotations

import re
from pathlib import Path

from pydantic import ValidationError

from rtdash.errors import PanelError
from rtdash.model.text import plain
from rtdash.panels.feature import Feature
from rtdash.panels.spec import COLUMNS, Draw, PanelSpec, Source

VARIABLES = ("customer_id", "after_arrival")
"""What a query may ask of the dashboard."""

# A percent sign that is neither doubled nor one of the variables.
_BAD_PERCENT = re.compile(rf"(?<!%)(?:%%)*(%(?!%|\((?:{'|'.join(VARIABLES)})\)s).{{0,20}})")

_KEYS = ("title", "source", "draw", "every", "deadline", "unit", "needs", "help")


def _explain(kind: str, message: str, key: str) -> str:
    if kind == "missing":
        return f"`-- {key}: …` is missing"
    if key == "id":
        return "the file's name: allowed: letters, digits, - and _"
    if key == "source":
        return f"source: allowed: {', '.join(Source)}"
    if key == "needs":
        return f"needs: allowed: {', '.join(Feature)}"
    if key == "draw":
        return "draw: allowed: " + ", ".join(f"{draw} ({COLUMNS[draw]})" for draw in Draw)
    return f"{key}: {message.removeprefix('Value error, ')}"


def parse(path: Path, text: str, *, source: Source | None = None, is_probe: bool = False) -> PanelSpec:
    """The panel that `text` describes; its id is the file's name without the ending. `source` is its folder's.

    Raises PanelError as `file:line: what, and what is allowed`.
    """
    values: dict[str, str] = {}
    lines: dict[str, int] = {}
    rest = text.splitlines()
    where, number = plain(path), 1
    for number, line in enumerate(rest, start=1):
        if not line.startswith("--"):
            break
        key, colon, value = line[2:].partition(":")
        key = key.strip()
        if not colon or key not in _KEYS:
            raise PanelError(f"{where}:{number}: {key or 'empty'!r} is not a key; allowed: {', '.join(_KEYS)}")
        if key in values:
            raise PanelError(f"{where}:{number}: {key} is given twice")
        values[key], lines[key] = value.strip(), number
    sql = "\n".join(rest[number - 1 :]).strip().rstrip(";")
    if all(not line.strip() or line.lstrip().startswith("--") for line in sql.splitlines()):
        raise PanelError(f"{where}:{number}: no query after the header")
    try:
        spec = PanelSpec.model_validate({"id": path.stem, "sql": sql, "path": path, "is_probe": is_probe} | values)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        key = str(first["loc"][0])
        raise PanelError(f"{where}:{lines.get(key, 1)}: {_explain(first['type'], first['msg'], key)}") from None
    for found, line in enumerate(rest, start=1):
        if (wrong := _BAD_PERCENT.search(line)) and found >= number:
            allowed = ", ".join(f"%({name})s" for name in VARIABLES)
            raise PanelError(f"{where}:{found}: {plain(wrong[0])}: allowed: {allowed}, and %% for a percent sign")
    if source not in (None, spec.source):
        raise PanelError(f"{where}:{lines['source']}: source: allowed in this folder: {source}")
    return spec


def read(path: Path, *, source: Source | None = None, is_probe: bool = False) -> PanelSpec:
    """Read and parse a file; raises PanelError."""
    try:
        return parse(path, path.read_text(encoding="utf-8"), source=source, is_probe=is_probe)
    except (OSError, UnicodeDecodeError) as error:
        raise PanelError(f"{path}:1: cannot be read: {error}") from None
