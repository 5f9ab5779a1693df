"""What rtdash can send to SingleStore: the statements of its SQL files, and those that stand in its Python.

The Python is read, not run: what is handed to a call, put together from literals and constants of the module. What is
only known when it runs stands there as `hole`, and the rules cannot see into it.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import sqlglot
from sqlglot import exp

from rtdash.panels.texts import live_text, workshop_panels
from rtdash.schema.script import in_head, statements

ROOT = Path(__file__).parents[2]
FILES = ("sql/singlestore/**/*.sql", "sql/donations/**/*.sql")
LAYOUTS = "sql/singlestore/layouts/"
WORKSHOP = "sql/donations/workshop/"
LIVE = "live form of "
MODULES = (
    "rtdash/campaigns/*.py",
    "rtdash/sources/donations.py",
    "rtdash/sources/pipeline.py",
    "rtdash/sources/plans/donations.py",
    "rtdash/sources/singlestore.py",
    "rtdash/sources/views/donations.py",
    "rtdash/schema/mysql.py",
    "rtdash/schema/pipeline.py",
    "rtdash/ingest/donations.py",
    "rtdash/ingest/housekeeping.py",
    "rtdash/ingest/letters.py",
    "rtdash/ingest/load.py",
)
# Said to MariaDB alone: what has one of these in it.
MARIADB_ALONE = (
    "SET max_statement_time",
    "INSERT INTO ingest_batches",
    "DELETE FROM ingest_batches",
    "ANALYZE FORMAT=JSON",
    "SHOW SESSION STATUS",
    "performance_schema",
    "mysql.slow_log",
)
_VERB = re.compile(
    r"\s*(SELECT|WITH|INSERT|REPLACE|UPDATE|DELETE|CREATE|ALTER|DROP|SET|SHOW|START|STOP|TEST|KILL|USE|PROFILE|EXPLAIN"
    r"|ANALYZE)\s",
    re.IGNORECASE,
)
_READ = r"(?:SELECT|WITH|INSERT|UPDATE|DELETE)\b.*"
_WHOLE = re.compile(rf"[\s(]*{_READ}|CREATE\s+(?:OR\s+REPLACE\s+)?VIEW\b.*", re.DOTALL | re.IGNORECASE)
_WITHIN = re.compile(rf"(?:^|=|\b(?:BEGIN|THEN|ELSE|LOOP)\b)\s*({_READ})", re.DOTALL | re.IGNORECASE)


@dataclass(frozen=True)
class Statement:
    """One statement, without its comments and with a value for each parameter."""

    file: str
    text: str
    may_fail: bool = False
    is_optional: bool = False
    """Whether its file is no failure where the server refuses it."""
    every_ms: int | None = None
    """How often a panel asks it; None: by the dashboard's interval, which may be 250 ms."""

    @property
    def begins(self) -> str:
        """Enough of it to find it."""
        return " ".join(self.text.split())[:60]

    @property
    def is_of_layout(self) -> bool:
        """Whether it makes a layout: once, in an empty database, and as the workshop has it."""
        return self.file.startswith(LAYOUTS)

    @property
    def is_procedure(self) -> bool:
        return re.match(r"CREATE\s+(OR\s+REPLACE\s+)?PROCEDURE\b", self.text, re.IGNORECASE) is not None

    @property
    def trees(self) -> list[exp.Expr]:
        """What asks or writes rows, as the parser of SingleStore's dialect reads it: the statement, be it a view; of a
        procedure its own query and each statement. Raises ParseError.
        """
        if self.is_procedure:
            pieces = [found[1] for piece in _pieces(self.text) if (found := _WITHIN.search(piece.strip()))]
        else:
            pieces = [self.text] if _WHOLE.match(self.text) else []
        return [tree for piece in pieces for tree in _parsed(piece)]


def _pieces(text: str) -> list[str]:
    """What stands between semicolons, but for those in quotes."""
    return re.findall(r"(?:'[^']*'|[^';])+", text)


@cache
def _parsed(text: str) -> list[exp.Expr]:
    return [tree for tree in sqlglot.parse(text, dialect="singlestore") if tree is not None]


def files() -> dict[str, str]:
    """The text of each file, by its path in the project, and the live form of each text of the workshop."""
    paths = [path for pattern in (*FILES, *MODULES) for path in sorted(ROOT.glob(pattern))]
    texts = {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in paths}
    return texts | {f"{LIVE}{WORKSHOP}{name}.sql": live_text(name) for name in workshop_panels()}


def databases(texts: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """These files by the database that they are for: rtdash's own, then that of each layout with what it is asked."""
    yield {file: text for file, text in texts.items() if not file.startswith((LAYOUTS, WORKSHOP))}
    for folder in sorted({str(Path(file).parent) for file in texts if file.startswith(LAYOUTS)}):
        yield {file: text for file, text in texts.items() if file.startswith((f"{folder}/", WORKSHOP))}


def read(texts: Mapping[str, str]) -> list[Statement]:
    """Every statement of these files."""
    return [statement for file, text in texts.items() for statement in _statements(file, text)]


@cache
def _statements(file: str, text: str) -> list[Statement]:
    return list(_of_python(file, text) if file.endswith(".py") else _of_sql(file, text))


def _of_sql(file: str, script: str) -> Iterator[Statement]:
    every = re.search(r"^-- every: (\d+)(ms|s)$", script, re.MULTILINE)
    every_ms = int(every[1]) * (1000 if every[2] == "s" else 1) if every else None
    is_optional = in_head(script, "optional") is not None
    for one in statements(script):
        yield Statement(file, _bound(_without_comments(one.text)), one.may_fail, is_optional, every_ms)


def _without_comments(text: str) -> str:
    return "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("--"))


def _bound(text: str) -> str:
    text = re.sub(r"\bIN %(\(\w+\))?s", "IN (1)", text)
    return re.sub(r"%\((kafka_\w+)\)s", r"'\1'", text).replace("%%", "%") if "%(kafka_" in text else _valued(text)


def _valued(text: str) -> str:
    return re.sub(r"%(\(\w+\))?s", "1", text).replace("%%", "%")


def _of_python(file: str, source: str) -> Iterator[Statement]:
    module = ast.parse(source)
    constants = _assigned(module.body, {})
    for function in ast.walk(module):
        if isinstance(function, ast.FunctionDef):
            known = _assigned(list(ast.walk(function)), constants)
            for call in ast.walk(function):
                text = _text(call.args[0], known) if isinstance(call, ast.Call) and call.args else None
                if text and _VERB.match(text) and not any(said in text for said in MARIADB_ALONE):
                    yield Statement(file, _bound(text.strip()))


def _assigned(nodes: list[ast.stmt] | list[ast.AST], known: Mapping[str, str]) -> dict[str, str]:
    """Names that are given a text, beside those that are known."""
    names = dict(known)
    for node in nodes:
        if isinstance(node, ast.Assign) and isinstance(target := node.targets[0], ast.Name):
            names |= {target.id: text} if (text := _text(node.value, names)) else {}
    return names


def _text(node: ast.expr, known: Mapping[str, str]) -> str | None:
    """The text that an expression stands for; None when it is none."""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.Name(id=name):
            return known.get(name)
        case ast.JoinedStr(values=parts):
            return "".join(_part(part, known) for part in parts)
        case ast.BinOp(left=left, op=ast.Add(), right=right) if (text := _text(left, known)) is not None:
            return text + (_text(right, known) or "hole")
        case ast.Call(func=ast.Attribute(value=value, attr="format"), keywords=words) if text := _text(value, known):
            for word in words:
                text = text.replace(f"{{{word.arg}}}", _text(word.value, known) or "hole")
            return text
    return None


def _part(part: ast.expr, known: Mapping[str, str]) -> str:
    if isinstance(part, ast.FormattedValue):
        return _text(part.value, known) or "hole"
    return _text(part, known) or ""
