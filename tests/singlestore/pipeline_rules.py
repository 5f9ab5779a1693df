"""What SingleStore asks of the pipeline, of the procedure behind it, of pools and of the trace; and that they keep in
step with the message that the producer writes. Marks as in tests/singlestore/rules.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, get_type_hints

from annotated_types import Ge, Gt, Le, Lt

from rtdash.model.donation import Donation
from rtdash.model.pipeline import PIPELINE
from rtdash.model.places import CITIES, ORGANIZATIONS
from rtdash.settings import Settings
from rtdash.sources.kafka import DONATIONS_TOPIC
from rtdash.sources.singlestore import POOL
from tests.singlestore.finding import Finding, of, parts
from tests.singlestore.sql import Statement

Statements = Sequence[Statement]

MESSAGE = "message"
"""The whole of a message, beside its keys."""
_MOST_INTERVAL_MS = 200
_DEADLINE_S = float(Settings.model_fields["deadline_s"].default)
_NEW = "c.reason IS NULL AND c.copy_number = 1 AND c.known_id IS NULL"
_SUMS = ("donation_totals", "donation_seconds", "donation_arrivals")
_FILLED = {
    "ingest_offsets": (
        f"COUNT(CASE WHEN {_NEW} THEN 1 END), COUNT(c.reason),"
        " COUNT(CASE WHEN c.reason IS NULL AND (c.copy_number > 1 OR c.known_id IS NOT NULL) THEN 1 END),"
        " 0, UTC_TIMESTAMP(6), UTC_TIMESTAMP(6) FROM checked c ON DUPLICATE"
    ),
    "dead_letters": "WHERE c.reason IS NOT NULL",
}
_KEYS = tuple(get_type_hints(Donation))
_SCHEMA = "sql/singlestore/schema"
_PROCEDURE = "ingest_donations"
_POOL_OF_PIPELINE = "rtdash_pipeline"
# By its file: how each begins that is neither table nor view.
_ONCE = (
    # [doc] Only so INTO PROCEDURE is exactly-once.
    ("050_exactly_once.sql", "SET GLOBAL pipelines_stored_proc_exactly_once = ON"),
    ("060_procedure.sql", f"CREATE OR REPLACE PROCEDURE {_PROCEDURE}"),
    # [code] The workshop's first pipeline reads a topic that nobody writes: ours is bound by `kafka_values`.
    ("070_pipeline.sql", f"CREATE PIPELINE IF NOT EXISTS {PIPELINE} AS LOAD DATA KAFKA 'kafka_source'"),
    # [doc] A batch that keeps failing is passed over unless the pipeline stops on errors.
    ("075_stop_on_error.sql", f"ALTER PIPELINE {PIPELINE} STOP_ON_ERROR ON"),
    ("080_dashboard_pool.sql", f"CREATE RESOURCE POOL {POOL}"),
    ("080_dashboard_pool.sql", f"ALTER RESOURCE POOL {POOL}"),
    ("085_pipeline_pool.sql", f"CREATE RESOURCE POOL {_POOL_OF_PIPELINE}"),
    ("085_pipeline_pool.sql", f"ALTER RESOURCE POOL {_POOL_OF_PIPELINE}"),
    ("085_pipeline_pool.sql", f"ALTER PIPELINE {PIPELINE} SET RESOURCE POOL {_POOL_OF_PIPELINE}"),
    # [doc] Query_completion is the only trace there is, and one that others have made may be in use: none is dropped.
    (
        "090_event_trace.sql",
        "CREATE EVENT TRACE Query_completion WITH (Query_text = on, Duration_threshold_ms = 200)",
    ),
)


def _pipelines(statements: Statements) -> Iterator[Statement]:
    return (one for one in statements if re.match(r"CREATE\s+(\w+\s+)*?PIPELINE\b", one.text, re.IGNORECASE))


def _procedures(statements: Statements) -> Iterator[Statement]:
    return (one for one in statements if one.is_procedure)


def one_of_each(statements: Statements) -> Iterator[Finding]:
    """Beside tables and views the schema has each of these once, where it belongs, and nothing else."""
    schema = [statement for statement in statements if statement.file.startswith(_SCHEMA)]
    if not schema:
        return  # the database of a layout
    others = [
        (statement, " ".join(statement.text.split()))
        for statement in schema
        if not re.match(r"(CREATE|DROP)\s+(ROWSTORE\s+)?(TABLE|VIEW)\b", statement.text, re.IGNORECASE)
    ]
    for file, begin in _ONCE:
        count = sum(one.file == f"{_SCHEMA}/{file}" and f"{text} ".startswith(f"{begin} ") for one, text in others)
        if count != 1:
            yield Finding(f"{_SCHEMA}/{file}", begin, f"is there {count} times")
    for statement, text in others:
        if not any(f"{text} ".startswith(f"{begin} ") for _, begin in _ONCE):
            yield of(statement, "is nothing that the schema should have")


def mapping_in_step(statements: Statements) -> Iterator[Finding]:
    """[doc] Without a mapping a renamed key silently becomes NULL, and one that is missing without DEFAULT is an error:
    each key of the message under its own name, the whole message beside them, and as many fields in the procedure.
    """
    for statement in _pipelines(statements):
        mapping = re.search(r"FORMAT\s+JSON\s*\(", statement.text)
        pairs = (
            [re.split(r"\s*<-\s*", pair.strip()) for pair in parts(statement.text[mapping.end() :])] if mapping else []
        )
        if pairs != [*([key, f"{key} DEFAULT NULL"] for key in _KEYS), [MESSAGE, "%"]]:
            yield of(statement, f"its mapping is not that of the message: {pairs}")
    for statement in _procedures(statements):
        fields = re.search(r"\(\s*\w+\s+QUERY\s*\(", statement.text)
        names = [field.split()[0] for field in parts(statement.text[fields.end() :])] if fields else []
        if names != [*_KEYS, MESSAGE]:
            yield of(statement, f"its fields are not those of the mapping: {names}")


def texts_of_any_length(statements: Statements) -> Iterator[Finding]:
    """[doc] A value of another type than its field is cast, and one that does not fit is an error, which fails all:
    what comes is text of any length, and the procedure's own query has no bound for texts either.
    """
    for statement in _procedures(statements):
        for found in re.finditer(r"(\w+)\s+QUERY\s*\(", statement.text):
            kinds = {field.split()[1] for field in parts(statement.text[found.end() :])}
            allowed = {"LONGTEXT", "LONGBLOB"}
            if found[1] == "checked":
                allowed |= {"BIGINT", "TINYINT", "DOUBLE", "DATETIME(6)", "DECIMAL(10,"}
            if others := sorted(kinds - allowed):
                yield of(statement, f"{', '.join(others)} in {found[1]}")


def batches_are_short(statements: Statements) -> Iterator[Finding]:
    """[doc] BATCH_INTERVAL is 2500 ms unless it is said: the screen would be so much behind."""
    for statement in _pipelines(statements):
        said = re.search(r"BATCH_INTERVAL\s+(\d+)", statement.text)
        if said is None or not 0 < int(said[1]) <= _MOST_INTERVAL_MS:
            yield of(statement, f"BATCH_INTERVAL is not from 1 to {_MOST_INTERVAL_MS} ms")


def names_in_step(statements: Statements) -> Iterator[Finding]:
    """Whatever names topic, pipeline or procedure means ours; the account is kept under the topic's name."""
    named = (
        (rf"\btopic`?\s*=\s*'(?!{DONATIONS_TOPIC}')[^']*'", DONATIONS_TOPIC),
        (rf"\bPIPELINE_NAME`?\s*=\s*'(?!{PIPELINE}')[^']*'", PIPELINE),
        (rf"\bINTO\s+(?:PROCEDURE\s+(?!{_PROCEDURE}\b)|TABLE\b)\w*", _PROCEDURE),
    )
    for statement in statements:
        for pattern, ours in named:
            if found := re.search(pattern, statement.text, re.IGNORECASE):
                yield of(statement, f"{found[0]}: not {ours}")
    for statement in _procedures(statements):
        if set(re.findall(r"'pipeline', '(\w+)'", statement.text)) != {DONATIONS_TOPIC}:
            yield of(statement, f"its account is not that of {DONATIONS_TOPIC}")


def parse_errors_alone_skipped(statements: Statements) -> Iterator[Finding]:
    """[doc] SKIP DUPLICATE KEY ERRORS drops rows without a word; before a procedure it covers parse errors alone, and
    without it these stop the pipeline.
    """
    pattern = re.compile(r"\b(?:SKIP\s+[\w ]+ERRORS|IGNORE|REPLACE)\b", re.IGNORECASE)
    for statement in _pipelines(statements):
        if (found := pattern.findall(statement.text)) != ["SKIP PARSER ERRORS"]:
            yield of(statement, f"{', '.join(found) or 'nothing'} instead of SKIP PARSER ERRORS")


def body_is_set_based(statements: Statements) -> Iterator[Finding]:
    """[doc] One parameter of type QUERY; no DDL, no transaction of its own, no ECHO; COLLECT and loops pull rows to the
    aggregator.
    """
    pattern = re.compile(
        r"\b(CREATE|ALTER|DROP|TRUNCATE|START\s+TRANSACTION|BEGIN\s+TRANSACTION|COMMIT|ROLLBACK|ECHO|COLLECT|LOOP|FOR|WHILE"
        r"|TO_QUERY|EXECUTE\s+IMMEDIATE)\b",
        re.IGNORECASE,
    )
    unfinished = re.compile(r"\bBEGIN\b(?!.*\bEND\s*$)", re.DOTALL | re.IGNORECASE)
    for statement in _procedures(statements):
        head, _, body = statement.text.partition(" AS\n")
        if found := pattern.search(body) or unfinished.search(body):
            yield of(statement, f"{found[0]} in a procedure of a pipeline")
        if len(re.findall(r"\bQUERY\s*\(", head)) != 1 or len(list(parts(head.partition("(")[2]))) != 1:
            yield of(statement, "more than one parameter, or none of type QUERY")


def each_donation_once(statements: Statements) -> Iterator[Finding]:
    """[doc] A pipeline into a procedure leaves duplicates to it, those of one batch too: a row number by id, an
    anti-join with the table, which is filled last, and every sum over what is new by both. Whatever is received is in
    the account once: as new, as dead, of which each is a dead letter, or as a duplicate.
    """
    for statement in _procedures(statements):
        text = " ".join(statement.text.split())
        if "ROW_NUMBER() OVER (PARTITION BY v.reason, v.transaction_id ORDER BY v.message)" not in text:
            yield of(statement, "copies in one batch are not told apart")
        if "LEFT JOIN donation_transactions k ON k.transaction_id = v.transaction_id" not in text:
            yield of(statement, "what is in the table is not looked for")
        inserts = re.findall(r"INSERT INTO (\w+) (.*?);", text)
        if [name for name, _ in inserts] != [*_SUMS, "ingest_offsets", "dead_letters", "donation_transactions"]:
            yield of(statement, "not each table once, that of the donations last")
        for name, insert in inserts:
            if (wanted := _FILLED.get(name, f"WHERE {_NEW}")) not in insert:
                yield of(statement, f"{name}: not {wanted}")


def checks_in_step(statements: Statements) -> Iterator[Finding]:
    """What counts as a donation is what the message's model says: names and ranges."""
    for statement in _procedures(statements):
        text = " ".join(statement.text.split())
        for wanted in _checks():
            if wanted not in text:
                yield of(statement, f"not in step with the model: {wanted}")


def _checks() -> Iterator[str]:
    for column, places in (("city", CITIES), ("organization", ORGANIZATIONS)):
        names = ", ".join(f"'{place.name}'" for place in places)
        yield f"w.{column} IN ( {names} )" if column == "city" else f"w.{column} IN ({names})"
    for name, column in (("transaction_id", "id"), ("latitude", ""), ("longitude", ""), ("campaign_id", "")):
        bounds = _bounds(name)
        most = bounds[Le] if Le in bounds else bounds[Lt] - 1
        yield f"w.{column or name} BETWEEN {bounds[Ge]} AND {most}, 0 "
    amount, made = _bounds("total_amount"), _bounds("transaction_date")
    yield f"w.total_amount > {amount[Gt]} AND w.total_amount <= {amount[Le]}, 0"
    yield f"w.made_at >= '{_moment(made[Ge])}' AND w.made_at < '{_moment(made[Lt])}'"


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S}"


def _bounds(name: str) -> dict[type, Any]:
    """The bounds that the model sets, by their kind."""
    found: dict[type, Any] = {}
    for extra in get_type_hints(Donation, include_extras=True)[name].__metadata__:
        for bound in getattr(extra, "metadata", []):
            if isinstance(bound, Ge | Gt | Le | Lt):
                found[type(bound)] = getattr(bound, type(bound).__name__.lower())
    return found


def pools_bound_the_dashboard_alone(statements: Statements) -> Iterator[Finding]:
    """[doc] QUERY_TIMEOUT is in whole seconds: above the dashboard's own deadline, and none where batches run."""
    for statement in statements:
        if found := re.match(r"(?:CREATE|ALTER)\s+RESOURCE\s+POOL\s+`?(\w+)", statement.text, re.IGNORECASE):
            limit = re.search(r"QUERY_TIMEOUT\s*=\s*([^\s,]+)", statement.text, re.IGNORECASE)
            if found[1] == POOL and not (limit and limit[1].isdigit() and int(limit[1]) > _DEADLINE_S):
                yield of(statement, f"QUERY_TIMEOUT is not a whole number of seconds above {_DEADLINE_S:g}")
            if found[1] != POOL and limit:
                yield of(statement, "QUERY_TIMEOUT ends batches")


RULES = (
    one_of_each,
    mapping_in_step,
    texts_of_any_length,
    batches_are_short,
    names_in_step,
    parse_errors_alone_skipped,
    body_is_set_based,
    each_donation_once,
    checks_in_step,
    pools_bound_the_dashboard_alone,
)
