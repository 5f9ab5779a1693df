"""What SingleStore asks of tables and statements. Each rule names what it rests on: [doc] its documentation, [code]
public code that runs on it, [inf] what follows from those. Of what reads and writes rows: query_rules.py; of the
pipeline: pipeline_rules.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from tests.singlestore import query_rules
from tests.singlestore.finding import Finding, of, tables
from tests.singlestore.sql import Statement

Statements = Sequence[Statement]

_OFTEN_MS = 1000
_SPREADING = ("SHARD", "PRIMARY")


def keys_contain_the_shard_key(statements: Statements) -> Iterator[Finding]:
    """[doc] Every PRIMARY and UNIQUE key contains all columns of the shard key, which the PRIMARY key is where none is
    said; without either rows go anywhere, and no UNIQUE key can be. Ours: every table says its own.
    """
    for table in tables(statements):
        said = {kind: {one for key in table.keys if key.kind == kind for one in key.columns} for kind in _SPREADING}
        shard = said["SHARD"] or said["PRIMARY"]
        if not (shard if table.statement.is_of_layout else said["SHARD"]) and table.statement.file.endswith(".sql"):
            yield of(table.statement, "no SHARD KEY")
        for key in table.keys:
            if key.kind in ("PRIMARY", "UNIQUE") and (missing := shard - set(key.columns)):
                yield of(table.statement, f"{key.kind} KEY lacks {', '.join(sorted(missing))} of the shard key")


def options_of_tables(statements: Statements) -> Iterator[Finding]:
    """[doc] CREATE TABLE knows COLLATE behind its bracket, which brings the character set, and no CHARACTER SET. Unless
    it is said it differs by version: where there are texts, it is said.
    """
    for table in tables(statements):
        has_texts = any(re.match(r"(VAR)?CHAR|\w*TEXT|JSON", kind, re.IGNORECASE) for kind in table.columns.values())
        if table.options != ("COLLATE utf8mb4_bin" if has_texts else ""):
            yield of(table.statement, f"{table.options or 'nothing'} behind its bracket")


def one_sort_key(statements: Statements) -> Iterator[Finding]:
    """[doc] A table has one SORT KEY at most, and only columnstore has one."""
    for table in tables(statements):
        count = sum(key.kind == "SORT" for key in table.keys)
        if count > (0 if table.is_rowstore else 1):
            yield of(table.statement, f"{count} SORT KEYs")


def no_two_hash_keys_alike(statements: Statements) -> Iterator[Finding]:
    """[doc] On columnstore no two hash keys stand over the same columns; PRIMARY, UNIQUE and plain keys are such, and
    so is what CREATE INDEX makes.
    """
    for table in tables(statements):
        hashes = [frozenset(key.columns) for key in table.keys if key.kind not in ("SHARD", "SORT")]
        if not table.is_rowstore and len(set(hashes)) < len(hashes):
            yield of(table.statement, "two hash keys over the same columns")


def keys_of_columns(statements: Statements) -> Iterator[Finding]:
    """[doc] A key stands over columns of its table, and over each once."""
    for table in tables(statements):
        columns = {name.strip("`") for name in table.columns}
        for key in table.keys:
            if wrong := [name for name in key.columns if name not in columns or key.columns.count(name) > 1]:
                yield of(table.statement, f"a key over {wrong[0]}, which is no column, or there twice")


def no_table_altered(statements: Statements) -> Iterator[Finding]:
    """[doc] Shard and sort keys are never altered; on columnstore neither are unique keys added nor types changed; and
    ADD COLUMN fails the second time, since it knows no IF NOT EXISTS. So tables stay as they were made. [code] A plain
    CREATE INDEX is accepted: the workshop has it, and ours have no use for it.
    """
    index = re.compile(r"CREATE\s+INDEX\b", re.IGNORECASE)
    pattern = re.compile(
        r"(ALTER|DROP|RENAME|TRUNCATE)\s+(\w+\s+)*?TABLE\b|(CREATE|DROP)\s+\w*\s*INDEX\b", re.IGNORECASE
    )
    for statement in statements:
        is_workshops = statement.is_of_layout and index.match(statement.text)
        if not is_workshops and (found := pattern.match(statement.text)):
            yield of(statement, found[0])


def one_statement_at_once(statements: Statements) -> Iterator[Finding]:
    """[doc] One statement an execute."""
    for statement in statements:
        if not statement.is_procedure and ";" in re.sub(r"'[^']*'", "", statement.text).rstrip().removesuffix(";"):
            yield of(statement, "two statements at once")


def names_in_lower_case(statements: Statements) -> Iterator[Finding]:
    """[doc] Names of tables are case-sensitive."""
    pattern = re.compile(r"\b(?:FROM|JOIN|INTO|UPDATE|TABLE|EXISTS|VIEW)\s+`?([A-Za-z_]\w*)`?(?!\.)\b", re.IGNORECASE)
    for statement in statements:
        for name in pattern.findall(statement.text):
            if name != name.lower() and name.upper() not in ("IF", "PROCEDURE"):
                yield of(statement, f"{name} is not in lower case")


def no_insert_ignore_with_update(statements: Statements) -> Iterator[Finding]:
    """[doc] INSERT IGNORE … ON DUPLICATE KEY UPDATE is error 1706."""
    pattern = re.compile(r"INSERT\s+IGNORE[^;]*ON\s+DUPLICATE\s+KEY", re.DOTALL | re.IGNORECASE)
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
            if "amount" in name.lower() and not kind.upper().startswith("DECIMAL"):
                yield of(table.statement, f"{name} is not DECIMAL")
            if re.match(r"(DATETIME|TIME|TIMESTAMP)\([^06]\)", kind, re.IGNORECASE):
                yield of(table.statement, f"{name} {kind}: only (6) is known")


def utc_only(statements: Statements) -> Iterator[Finding]:
    """[doc] SET time_zone does nothing. The server's zone is asked only where information_schema tells times in it."""
    pattern = re.compile(r"\bSET\s+(?:SESSION\s+)?time_zone\b|\bCONVERT_TZ\b", re.IGNORECASE)
    local = re.compile(
        r"\b(NOW|CURRENT_TIMESTAMP|LOCALTIME|LOCALTIMESTAMP|SYSDATE|CURDATE|CURRENT_DATE|CURTIME)\b", re.IGNORECASE
    )
    for statement in statements:
        if found := pattern.search(statement.text):
            yield of(statement, found[0])
        if "information_schema" not in statement.text.lower() and (found := local.search(statement.text)):
            yield of(statement, f"{found[0]} is of the server's zone")


def no_activities_often(statements: Statements) -> Iterator[Finding]:
    """[doc] MV_ACTIVITIES waits for its sampling interval: nothing asks it more often than once a second."""
    for statement in statements:
        if "MV_ACTIVITIES" in statement.text.upper() and (statement.every_ms or 0) < _OFTEN_MS:
            yield of(statement, "MV_ACTIVITIES more often than once a second")


def nothing_locked(statements: Statements) -> Iterator[Finding]:
    """[doc] READ COMMITTED alone, no savepoints, and FOR UPDATE is refused with a join: none is used."""
    pattern = re.compile(r"\b(SAVEPOINT|FOR\s+UPDATE|LOCK\s+IN|LOCK\s+TABLES|ISOLATION\s+LEVEL)\b", re.IGNORECASE)
    for statement in statements:
        if found := pattern.search(statement.text):
            yield of(statement, found[0])


def created_again_and_again(statements: Statements) -> Iterator[Finding]:
    """[doc] Every file may be applied again, unless it makes a layout; CREATE OR REPLACE VIEW does not exist. IF NOT
    EXISTS is not for all: pools that are there may fail, and a trace that is there is a refusal that its file may get.
    """
    again = re.compile(
        r"CREATE (ROWSTORE )?TABLE IF NOT EXISTS|CREATE OR REPLACE PROCEDURE|CREATE PIPELINE IF NOT EXISTS",
        re.IGNORECASE,
    )
    before = ""
    for statement in statements:
        text = " ".join(statement.text.split())
        view = re.match(r"CREATE VIEW (\w+) ", text, re.IGNORECASE)
        if re.match("CREATE ", text, re.IGNORECASE) and not (
            again.match(text)
            or statement.is_of_layout
            or (view and before.upper() == f"DROP VIEW IF EXISTS {view[1]}".upper())
            or (text.upper().startswith("CREATE RESOURCE POOL ") and statement.may_fail)
            or (text.upper().startswith("CREATE EVENT TRACE ") and statement.is_optional)
        ):
            yield of(statement, "cannot be applied a second time")
        before = text


RULES = (
    *query_rules.RULES,
    keys_contain_the_shard_key,
    options_of_tables,
    one_sort_key,
    no_two_hash_keys_alike,
    keys_of_columns,
    no_table_altered,
    one_statement_at_once,
    names_in_lower_case,
    no_insert_ignore_with_update,
    no_auto_increment,
    exact_columns,
    utc_only,
    no_activities_often,
    nothing_locked,
    created_again_and_again,
)
