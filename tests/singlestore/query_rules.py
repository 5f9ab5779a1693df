"""What SingleStore asks of what reads and writes rows, as the parser of its dialect reads it: queries, views, the
procedure's own query and statements. Marks as in tests/singlestore/rules.py.
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


def in_its_dialect(statements: Statements) -> Iterator[Finding]:
    """What reads and writes rows is read by a parser of SingleStore's dialect."""
    for statement in statements:
        try:
            _ = statement.trees
        except ParseError as error:
            yield of(statement, str(error).splitlines()[0])


def written_by_key(statements: Statements) -> Iterator[Finding]:
    """[doc] An UPDATE of many rows works against the background merger: each is bound to the first column of a key, and
    so is each DELETE, be it to a range of it.
    """
    led_by = {
        table.name: {key.columns[0] for key in table.keys if key.kind not in ("SHARD", "SORT")}
        for table in tables(statements)
    }
    for statement, tree in _read(statements):
        for written in tree.find_all(exp.Update, exp.Delete):
            name, where = written.this.name, written.args.get("where")
            ranges = (exp.LT, exp.LTE) if isinstance(written, exp.Delete) else ()
            bound = {
                condition.this.name if isinstance(condition.this, exp.Column) else ""
                for condition in _all_of(where and where.this)
                if isinstance(condition, (exp.EQ, exp.In, *ranges))
                and not (condition.args.get("expression") or exp.null()).find(exp.Column)
            }
            # A condition that is put together when it runs is held to this by tests/singlestore/test_store.py.
            is_hole = where is not None and where.this == exp.column("hole")
            if not is_hole and not bound & led_by.get(name, set()):
                yield of(statement, f"{written.key.upper()} of {name} without a condition on a key")


def updated_where_they_are(statements: Statements) -> Iterator[Finding]:
    """[doc] An UPDATE changes no column of the shard key, and has no LIMIT."""
    shards = {table.name: {*key.columns} for table in tables(statements) for key in table.keys if key.kind == "SHARD"}
    for statement, tree in _read(statements):
        for update in tree.find_all(exp.Update):
            changed = {one.this.name for one in update.expressions} & shards.get(update.this.name, set())
            if changed or update.args.get("limit"):
                yield of(statement, f"UPDATE of {', '.join(sorted(changed)) or 'so many rows'}")


def upserts_in_rowstore(statements: Statements) -> Iterator[Finding]:
    """[doc] ON DUPLICATE KEY UPDATE cannot change a unique key. Ours: what is updated in place is rowstore."""
    by_name = {table.name: table for table in tables(statements)}
    for statement, tree in _read(statements):
        for insert in tree.find_all(exp.Insert):
            conflict, table = insert.args.get("conflict"), by_name.get(insert.find(exp.Table).name)
            if conflict is None or table is None:
                continue
            if not table.is_rowstore:
                yield of(table.statement, f"columnstore, and updated in place: {statement.begins}")
            unique = {column for key in table.keys if key.kind in ("PRIMARY", "UNIQUE") for column in key.columns}
            if changed := unique & {one.this.name for one in conflict.expressions}:
                yield of(statement, f"ON DUPLICATE KEY UPDATE of {', '.join(sorted(changed))}, which is of a key")


def information_schema_alone(statements: Statements) -> Iterator[Finding]:
    """[code] Views of information_schema are not joined with tables of the user (error 1749)."""
    for statement, tree in _read(statements):
        named = {query.alias for query in tree.find_all(exp.CTE)}
        sources = [table for table in tree.find_all(exp.Table) if table.name and table.name not in named]
        if len({table.db.lower() == "information_schema" for table in sources}) > 1:
            yield of(statement, "information_schema together with tables")


def no_credentials_read(statements: Statements) -> Iterator[Finding]:
    """[doc] PIPELINES.CONFIG_JSON shows the pipeline's credentials: it is not read, also not by the * of a view; nor is
    what SHOW tells of the pipeline.
    """
    pattern = re.compile(r"\b(CONFIG_JSON|SHOW\s+CREATE\s+PIPELINE|SHOW\s+PIPELINES)\b", re.IGNORECASE)
    for statement in statements:
        if found := pattern.search(statement.text):
            yield of(statement, f"{found[0]} may show credentials")
    for statement, tree in _read(statements):
        for query in tree.find_all(exp.Select):
            of_server = any(table.db.lower() == "information_schema" for table in query.find_all(exp.Table))
            if of_server and any(column.is_star for column in query.expressions):
                yield of(statement, "* of information_schema may show credentials")


def no_subquery_for_each_row(statements: Statements) -> Iterator[Finding]:
    """[doc] Many correlated subqueries are refused: joins instead."""
    for statement, tree in _read(statements):
        for query in tree.find_all(exp.Query):
            if query.find_ancestor(exp.Query):
                continue
            for scope in traverse_scope(query):
                # A bare column is taken for one of the subquery's own.
                outer = [str(column) for column in scope.external_columns if column.table]
                if scope.is_subquery and outer:
                    yield of(statement, f"a subquery for each row: {', '.join(outer)} is of the outer query")


def outer_joins_by_equality(statements: Statements) -> Iterator[Finding]:
    """[inf] An outer join that has no equality of columns to go by may be refused."""
    for statement, tree in _read(statements):
        for join in tree.find_all(exp.Join):
            equal = [one for one in _all_of(join.args.get("on")) if isinstance(one, exp.EQ)]
            if join.side and not any(len({column.table for column in one.find_all(exp.Column)}) > 1 for one in equal):
                yield of(statement, f"{join.sql()} goes by no equality")


def a_unions_limit_in_brackets(statements: Statements) -> Iterator[Finding]:
    """[doc] UNION … LIMIT binds to the second part."""
    for statement, tree in _read(statements):
        for union in tree.find_all(exp.Union):
            if union.args.get("limit") or union.args.get("order"):
                yield of(statement, "LIMIT or ORDER BY of a UNION without brackets")


def restricted_words_in_quotes(statements: Statements) -> Iterator[Finding]:
    """[doc] A restricted keyword is a name only in backticks, or behind a full stop; the parser has the list."""
    for statement in statements:
        for name in _bare_names(statement):
            if name.lower() in SingleStoreGenerator.RESERVED_KEYWORDS:
                yield of(statement, f"{name} is a restricted keyword")


def _bare_names(statement: Statement) -> Iterator[str]:
    for table in tables([statement]):
        yield from (name for name in table.columns if not name.startswith("`"))
    for _, tree in _read([statement]):
        for name in tree.find_all(exp.Identifier):
            parent = name.parent
            before = {exp.Column: "table", exp.Table: "db"}.get(type(parent))
            is_behind = before is not None and parent.args.get(before) is not None and parent.this is name
            if not name.quoted and not is_behind and not isinstance(parent, exp.Parameter | exp.SessionParameter):
                yield name.name


def _read(statements: Statements) -> Iterator[tuple[Statement, exp.Expr]]:
    """What the parser reads; the rest is found by `in_its_dialect`."""
    for statement in statements:
        try:
            trees = statement.trees
        except ParseError:
            continue
        yield from ((statement, tree) for tree in trees)


def _all_of(condition: exp.Expr | None) -> Iterator[exp.Expr]:
    """What must all hold for the condition to hold."""
    if condition is None:
        return
    if isinstance(condition := condition.unnest(), exp.And):
        yield from _all_of(condition.left)
        yield from _all_of(condition.right)
    else:
        yield condition


RULES = (
    in_its_dialect,
    written_by_key,
    updated_where_they_are,
    upserts_in_rowstore,
    information_schema_alone,
    no_credentials_read,
    no_subquery_for_each_row,
    outer_joins_by_equality,
    a_unions_limit_in_brackets,
    restricted_words_in_quotes,
)
