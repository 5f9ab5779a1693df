"""What SingleStore asks of tables and statements. Each rule names what it rests on: [doc] its documentation, [code]
public code that runs on it, [inf] what follows from those. Those of the pipeline: tests/singlestore/pipeline_rules.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from sqlglot import exp
from sqlglot.errors import ParseError
from sqlglot.generators.singlestore import SingleStoreGenerator
from sqlglot.optimizer.scope import traverse_scope

from tests.singlestore.finding import Finding, of, tables
from tests.singlestore.sql import Statement

Statements = Sequence[Statement]

_OFTEN_MS = 1000


def keys_contain_the_shard_key(statements: Statements) -> Iterator[Finding]:
    """[doc] Every PRIMARY and UNIQUE key contains all columns of the shard key."""
    for table in tables(statements):
        primary = next((key.columns for key in table.keys if key.kind == "PRIMARY"), ())
        shard = next((key.columns for key in table.keys if key.kind == "SHARD"), primary)
        for key in table.keys:
            if key.kind in ("PRIMARY", "UNIQUE") and (missing := set(shard) - set(key.columns)):
                yield of(table.statement, f"{key.kind} KEY lacks {', '.join(sorted(missing))} of the shard key")


def one_sort_key(statements: Statements) -> Iterator[Finding]:
    """[doc] A table has one SORT KEY at most, and only columnstore has one."""
    for table in tables(statements):
        count = sum(key.kind == "SORT" for key in table.keys)
        if count > (0 if table.is_rowstore else 1):
            yield of(table.statement, f"{count} SORT KEYs")


def no_two_hash_keys_alike(statements: Statements) -> Iterator[Finding]:
    """[doc] On columnstore no two hash keys stand over the same columns; PRIMARY, UNIQUE and plain keys are such."""
    for table in tables(statements):
        hashes = [frozenset(key.columns) for key in table.keys if key.kind not in ("SHARD", "SORT")]
        if not table.is_rowstore and len(set(hashes)) < len(hashes):
            yield of(table.statement, "two hash keys over the same columns")


def nothing_altered_that_cannot_be(statements: Statements) -> Iterator[Finding]:
    """[doc] Shard and sort keys are never altered; on columnstore neither are unique keys added nor types changed."""
    pattern = re.compile(r"\b(KEY|INDEX|UNIQUE|PRIMARY|MODIFY|CHANGE)\b")
    for statement in statements:
        if statement.text.startswith("ALTER TABLE") and (found := pattern.search(statement.text)):
            yield of(statement, f"alters {found[0]}")


def updates_by_key(statements: Statements) -> Iterator[Finding]:
    """[doc] An UPDATE of many rows works against the background merger: each is bound to the first column of a key."""
    led_by = {table.name: {key.columns[0] for key in table.keys if key.kind != "SORT"} for table in tables(statements)}
    for statement in statements:
        for name, condition in re.findall(r"\bUPDATE\s+(\w+)\s+SET\b(?:.*?\bWHERE\b(.*))?", statement.text, re.DOTALL):
            columns = set(re.findall(r"`?(\w+)`?\s*(?:=|IN\b)", condition))
            # A condition that is put together when it runs is held to this by tests/singlestore/test_store.py.
            if condition.strip() != "hole" and not columns & led_by.get(name, set()):
                yield of(statement, f"UPDATE of {name} without a condition on a key")


def one_statement_at_once(statements: Statements) -> Iterator[Finding]:
    """[doc] One statement an execute."""
    for statement in statements:
        if not statement.is_procedure and ";" in re.sub(r"'[^']*'", "", statement.text).rstrip().removesuffix(";"):
            yield of(statement, "two statements at once")


def names_in_lower_case(statements: Statements) -> Iterator[Finding]:
    """[doc] Names of tables are case-sensitive."""
    pattern = re.compile(r"\b(?:FROM|JOIN|INTO|UPDATE|TABLE|EXISTS|VIEW)\s+`?([A-Za-z_]\w*)`?(?!\.)\b")
    for statement in statements:
        for name in pattern.findall(statement.text):
            if name != name.lower() and name not in ("IF", "PROCEDURE"):
                yield of(statement, f"{name} is not in lower case")


def no_insert_ignore_with_update(statements: Statements) -> Iterator[Finding]:
    """[doc] INSERT IGNORE … ON DUPLICATE KEY UPDATE is error 1706."""
    pattern = re.compile(r"INSERT\s+IGNORE[^;]*ON\s+DUPLICATE\s+KEY", re.DOTALL)
    for statement in statements:
        if pattern.search(statement.text):
            yield of(statement, "INSERT IGNORE with ON DUPLICATE KEY UPDATE")


def no_auto_increment(statements: Statements) -> Iterator[Finding]:
    """[doc] AUTO_INCREMENT is not monotonic: never a cursor."""
    for statement in statements:
        if "AUTO_INCREMENT" in statement.text.upper():
            yield of(statement, "AUTO_INCREMENT")


def exact_columns(statements: Statements) -> Iterator[Finding]:
    """[doc] Times have 0 or 6 digits of a second; ours: amounts are DECIMAL."""
    for table in tables(statements):
        for name, kind in table.columns.items():
            if "amount" in name and not kind.startswith("DECIMAL"):
                yield of(table.statement, f"{name} is not DECIMAL")
            if re.match(r"(DATETIME|TIME|TIMESTAMP)\([^06]\)", kind):
                yield of(table.statement, f"{name} {kind}: only (6) is known")


def information_schema_alone(statements: Statements) -> Iterator[Finding]:
    """[code] Views of information_schema are not joined with tables of the user (error 1749)."""
    for statement in _queries(statements):
        sources = [table for tree in statement.trees for table in tree.find_all(exp.Table) if table.name]
        if len({table.db.lower() == "information_schema" for table in sources}) > 1:
            yield of(statement, "information_schema together with tables")


def utc_only(statements: Statements) -> Iterator[Finding]:
    """[doc] SET time_zone does nothing. The server's zone is asked only where information_schema tells times in it."""
    pattern = re.compile(r"\bSET\s+(?:SESSION\s+)?time_zone\b|\bCONVERT_TZ\b", re.IGNORECASE)
    local = re.compile(r"\b(NOW|CURRENT_TIMESTAMP|LOCALTIME|LOCALTIMESTAMP|SYSDATE|CURDATE|CURRENT_DATE|CURTIME)\b")
    for statement in statements:
        if found := pattern.search(statement.text):
            yield of(statement, found[0])
        if "information_schema" not in statement.text and (found := local.search(statement.text)):
            yield of(statement, f"{found[0]} is of the server's zone")


def no_activities_often(statements: Statements) -> Iterator[Finding]:
    """[doc] MV_ACTIVITIES waits for its sampling interval: nothing asks it more often than once a second."""
    for statement in statements:
        if "MV_ACTIVITIES" in statement.text.upper() and (statement.every_ms or 0) < _OFTEN_MS:
            yield of(statement, "MV_ACTIVITIES more often than once a second")


def no_subquery_for_each_row(statements: Statements) -> Iterator[Finding]:
    """[doc] Many correlated subqueries are refused: joins instead."""
    for statement in _queries(statements):
        for tree in statement.trees:
            for scope in traverse_scope(tree):
                # A bare column is taken for one of the subquery's own.
                outer = [str(column) for column in scope.external_columns if column.table]
                if scope.is_subquery and outer:
                    yield of(statement, f"a subquery for each row: {', '.join(outer)} is of the outer query")


def a_unions_limit_in_brackets(statements: Statements) -> Iterator[Finding]:
    """[doc] UNION … LIMIT binds to the second part."""
    for statement in _queries(statements):
        for tree in statement.trees:
            for union in tree.find_all(exp.Union):
                if union.args.get("limit") or union.args.get("order"):
                    yield of(statement, "LIMIT or ORDER BY of a UNION without brackets")


def nothing_locked(statements: Statements) -> Iterator[Finding]:
    """[doc] READ COMMITTED alone, no savepoints, and FOR UPDATE is refused with a join: none is used."""
    pattern = re.compile(r"\b(SAVEPOINT|FOR\s+UPDATE|ISOLATION\s+LEVEL)\b")
    for statement in statements:
        if found := pattern.search(statement.text):
            yield of(statement, found[0])


def created_again_and_again(statements: Statements) -> Iterator[Finding]:
    """[doc] Every file may be applied again; CREATE OR REPLACE VIEW does not exist."""
    before: Statement | None = None
    for statement in statements:
        text = " ".join(statement.text.split())
        replaced = re.sub(r"^CREATE VIEW (\w+) .*", r"DROP VIEW IF EXISTS \1", text)
        is_dropped = before is not None and " ".join(before.text.split()) == replaced
        if text.startswith("CREATE") and not (
            re.match(
                r"CREATE (ROWSTORE )?TABLE IF NOT EXISTS|CREATE OR REPLACE PROCEDURE|CREATE PIPELINE IF NOT EX", text
            )
            or (text.startswith("CREATE VIEW") and is_dropped)
            or (text.startswith("CREATE RESOURCE POOL") and statement.may_fail)
            or (text.startswith("CREATE EVENT TRACE") and before is not None and before.may_fail)
        ):
            yield of(statement, "cannot be applied a second time")
        before = statement


def queries_in_its_dialect(statements: Statements) -> Iterator[Finding]:
    """Queries are read by a parser of SingleStore's dialect."""
    for statement in statements:
        if statement.is_query:
            try:
                _ = statement.trees
            except ParseError as error:
                yield of(statement, str(error).splitlines()[0])


def restricted_words_in_quotes(statements: Statements) -> Iterator[Finding]:
    """[doc] A restricted keyword is a name only in backticks, or behind a full stop; the parser has the list."""
    for statement in statements:
        for name in _bare_names(statement):
            if name.lower() in SingleStoreGenerator.RESERVED_KEYWORDS:
                yield of(statement, f"{name} is a restricted keyword")


def _bare_names(statement: Statement) -> Iterator[str]:
    for table in tables([statement]):
        yield from (name for name in table.columns if not name.startswith("`"))
    for columns in re.findall(r"\bINTO\s+\w+\s*\(([^)]*)\)", statement.text):
        yield from (name.strip() for name in columns.split(",") if "`" not in name)
    if re.search(r"\bUPDATE\b", statement.text):
        yield from re.findall(r"(?:\bUPDATE|\bSET|\bAND|\bWHERE|,)\s+(\w+)\s*(?:=|IN\b|<)", statement.text)
    for readable in _queries([statement]):
        for tree in readable.trees:
            for name in tree.find_all(exp.Identifier):
                parent = name.parent
                before = {exp.Column: "table", exp.Table: "db"}.get(type(parent))
                is_behind = before is not None and parent.args.get(before) is not None and parent.this is name
                if not name.quoted and not is_behind and not isinstance(parent, exp.Parameter | exp.SessionParameter):
                    yield name.name


def _queries(statements: Statements) -> Iterator[Statement]:
    """Those that the parser reads; the others are found by `queries_in_its_dialect`."""
    for statement in statements:
        if statement.is_query:
            try:
                _ = statement.trees
            except ParseError:
                continue
            yield statement


RULES = (
    keys_contain_the_shard_key,
    one_sort_key,
    no_two_hash_keys_alike,
    nothing_altered_that_cannot_be,
    updates_by_key,
    one_statement_at_once,
    names_in_lower_case,
    no_insert_ignore_with_update,
    no_auto_increment,
    exact_columns,
    information_schema_alone,
    utc_only,
    no_activities_often,
    no_subquery_for_each_row,
    a_unions_limit_in_brackets,
    nothing_locked,
    created_again_and_again,
    queries_in_its_dialect,
    restricted_words_in_quotes,
)
