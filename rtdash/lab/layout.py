"""A layout: one physical design of the donations, as a folder of DDL. Its first file says in its head what it is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from itertools import chain
from pathlib import Path

from rtdash.errors import SchemaError
from rtdash.model.engine import Engine
from rtdash.resources import sql_folder
from rtdash.schema.script import in_head, statements

NAMES = ("baseline", "indexed", "sharded", "timesorted", "rollup")
"""In the order in which they are shown; all are compared with the first."""


class Text(StrEnum):
    """Whose SQL a layout is asked."""

    WORKSHOP = "workshop"
    OURS = "ours"


@dataclass(frozen=True, slots=True)
class Layout:
    """One design, in a database of its own."""

    name: str
    title: str
    text: Text
    why: str
    """What it is to do, in one sentence."""
    differs: str
    """Where the engine has but the nearest form of it; nothing where it is the very thing."""
    statements: tuple[str, ...]
    """What makes its tables in an empty database; each is sent alone."""


def layouts(engine: Engine) -> tuple[Layout, ...]:
    """The five, as `engine` has them. Raises SchemaError when a head or a file is missing."""
    schema = sql_folder(engine.lower(), "schema")
    return tuple(layout(sql_folder(engine.lower(), "layouts", name), schema) for name in NAMES)


def layout(folder: Path, schema: Path) -> Layout:
    """The one that `folder` describes; files of `schema` that it names come first. Raises SchemaError."""
    own = sorted(folder.glob("*.sql"))
    if not own:
        raise SchemaError(f"no layout in {folder}")
    head = _script(own[0])

    def said(word: str) -> str:
        if text := in_head(head, word):
            return text
        raise SchemaError(f"{own[0]}: `-- {word}: …` is missing")

    if (text := said("text")) not in list(Text):
        raise SchemaError(f"{own[0]}: text: allowed: {', '.join(Text)}")
    shipped = [schema / f"{name}.sql" for name in (in_head(head, "schema") or "").split()]
    made = chain.from_iterable(statements(_script(path)) for path in (*shipped, *own))
    return Layout(
        name=folder.name,
        title=said("title"),
        text=Text(text),
        why=said("why"),
        differs=in_head(head, "differs") or "",
        statements=tuple(statement.text for statement in made),
    )


def _script(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SchemaError(f"{path}: cannot be read: {error}") from None
