"""Reads a panel file: `-- key: value` lines at the top, then one SELECT. Other comments follow after a blank line."""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError

from rtdash.errors import PanelError
from rtdash.panels.spec import COLUMNS, Draw, PanelSpec, Source

_KEYS = ("title", "source", "draw", "every", "deadline", "unit", "help")


def _explain(kind: str, message: str, key: str) -> str:
    if kind == "missing":
        return f"`-- {key}: …` is missing"
    if key == "source":
        return f"source: allowed: {', '.join(Source)}"
    if key == "draw":
        return "draw: allowed: " + ", ".join(f"{draw} ({COLUMNS[draw]})" for draw in Draw)
    return f"{key}: {message.removeprefix('Value error, ')}"


def parse(path: Path, text: str, *, is_probe: bool = False) -> PanelSpec:
    """The panel that `text` describes; its id is the file's name without the ending.

    Raises PanelError as `file:line: what, and what is allowed`.
    """
    values: dict[str, str] = {}
    lines: dict[str, int] = {}
    rest = text.splitlines()
    number = 0
    for number, line in enumerate(rest, start=1):
        if not line.startswith("--"):
            break
        key, colon, value = line[2:].partition(":")
        key = key.strip()
        if not colon or key not in _KEYS:
            raise PanelError(f"{path}:{number}: {key or 'empty'!r} is not a key; allowed: {', '.join(_KEYS)}")
        if key in values:
            raise PanelError(f"{path}:{number}: {key} is given twice")
        values[key], lines[key] = value.strip(), number
    sql = "\n".join(rest[max(number - 1, 0) :]).strip().rstrip(";") if number <= len(rest) else ""
    if all(not line.strip() or line.lstrip().startswith("--") for line in sql.splitlines()):
        raise PanelError(f"{path}:{number}: no query after the header")
    try:
        return PanelSpec.model_validate({"id": path.stem, "sql": sql, "path": path, "is_probe": is_probe} | values)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        key = str(first["loc"][0])
        raise PanelError(f"{path}:{lines.get(key, 1)}: {_explain(first['type'], first['msg'], key)}") from None


def read(path: Path, *, is_probe: bool = False) -> PanelSpec:
    """Read and parse a file; raises PanelError."""
    try:
        return parse(path, path.read_text(encoding="utf-8"), is_probe=is_probe)
    except (OSError, UnicodeDecodeError) as error:
        raise PanelError(f"{path}:1: cannot be read: {error}") from None
