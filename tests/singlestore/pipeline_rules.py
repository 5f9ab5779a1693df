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
_SLOW_MS = 200
_DEADLINE_S = float(Settings.model_fields["deadline_s"].default)
_NEW = "c.reason IS NULL AND c.copy_number = 1 AND c.known_id IS NULL"
_SUMS = ("donation_totals", "donation_seconds", "donation_arrivals", "donation_transactions")
_KEYS = tuple(get_type_hints(Donation))


def _pipelines(statements: Statements) -> Iterator[Statement]:
    return (one for one in statements if one.text.startswith("CREATE PIPELINE"))


def _procedures(statements: Statements) -> Iterator[Statement]:
    return (one for one in statements if one.is_procedure)


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
            if found[1] != "batch":
                allowed |= {"BIGINT", "TINYINT", "DOUBLE", "DATETIME(6)", "DECIMAL(10,"}
            if others := sorted(kinds - allowed):
                yield of(statement, f"{', '.join(others)} in {found[1]}")


def stops_on_errors(statements: Statements) -> Iterator[Finding]:
    """[doc] A batch that keeps failing is passed over unless the pipeline stops on errors."""
    for statement in statements:
        if statement.text.startswith("ALTER PIPELINE") and re.search(r"STOP_ON_ERROR\s+(?!ON\b)", statement.text):
            yield of(statement, "failing batches are passed over")


def batches_are_short(statements: Statements) -> Iterator[Finding]:
    """[doc] BATCH_INTERVAL is 2500 ms unless it is said: the screen would be so much behind."""
    for statement in _pipelines(statements):
        said = re.search(r"BATCH_INTERVAL\s+(\d+)", statement.text)
        if said is None or int(said[1]) > _MOST_INTERVAL_MS:
            yield of(statement, f"BATCH_INTERVAL is not {_MOST_INTERVAL_MS} ms or less")


def topic_of_the_producer(statements: Statements) -> Iterator[Finding]:
    """[code] The workshop's first pipeline reads a topic that nobody writes. Ours is bound by `kafka_values`, and the
    account is kept under its name.
    """
    for statement in _pipelines(statements):
        if "LOAD DATA KAFKA 'kafka_source'" not in statement.text:
            yield of(statement, "its source is not the one that is bound")
    for statement in _procedures(statements):
        if set(re.findall(r"'pipeline', '(\w+)'", statement.text)) != {DONATIONS_TOPIC}:
            yield of(statement, f"its account is not that of {DONATIONS_TOPIC}")


def no_errors_skipped(statements: Statements) -> Iterator[Finding]:
    """[doc] SKIP DUPLICATE KEY ERRORS drops rows without a word; before a procedure it covers parse errors alone."""
    pattern = re.compile(r"\b(SKIP\s+(?!PARSER\b)\w[\w ]*ERRORS|IGNORE|REPLACE)\b")
    for statement in _pipelines(statements):
        if found := pattern.search(statement.text):
            yield of(statement, found[0])


def body_is_set_based(statements: Statements) -> Iterator[Finding]:
    """[doc] One parameter of type QUERY; no DDL, no transaction of its own, no ECHO; COLLECT and loops pull rows to the
    aggregator.
    """
    pattern = re.compile(
        r"\b(CREATE|ALTER|DROP|TRUNCATE|START\s+TRANSACTION|BEGIN\s+TRANSACTION|COMMIT|ROLLBACK|ECHO|COLLECT|LOOP|FOR|WHILE"
        r"|TO_QUERY|EXECUTE\s+IMMEDIATE)\b"
    )
    for statement in _procedures(statements):
        head, _, body = statement.text.partition(" AS\n")
        if (found := pattern.search(body)) or (found := re.search(r"\bBEGIN\b(?!.*\bEND\s*$)", body, re.DOTALL)):
            yield of(statement, f"{found[0]} in a procedure of a pipeline")
        if len(re.findall(r"\bQUERY\s*\(", head)) != 1 or len(list(parts(head.partition("(")[2]))) != 1:
            yield of(statement, "more than one parameter, or none of type QUERY")


def each_donation_once(statements: Statements) -> Iterator[Finding]:
    """[doc] A pipeline into a procedure leaves duplicates to it, those of one batch too: a row number by id, an
    anti-join with the table, which is filled last, and every sum over what is new by both.
    """
    for statement in _procedures(statements):
        text = " ".join(statement.text.split())
        if "ROW_NUMBER() OVER (PARTITION BY v.reason, v.transaction_id ORDER BY v.message)" not in text:
            yield of(statement, "copies in one batch are not told apart")
        if "LEFT JOIN donation_transactions k ON k.transaction_id = v.transaction_id" not in text:
            yield of(statement, "what is in the table is not looked for")
        inserts = re.findall(r"INSERT INTO (\w+) (.*?);", text)
        if [name for name, _ in inserts if name in _SUMS] != list(_SUMS) or inserts[-1][0] != "donation_transactions":
            yield of(statement, "the table of the donations is not filled last, and once")
        for name, insert in inserts:
            if name in _SUMS and f"WHERE {_NEW}" not in insert:
                yield of(statement, f"{name}: not what is new alone")


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
        if found := re.match(r"(?:CREATE|ALTER) RESOURCE POOL (\w+)", statement.text):
            limit = re.search(r"QUERY_TIMEOUT\s*=\s*(\S+)", statement.text)
            if found[1] == POOL and not (limit and limit[1].isdigit() and int(limit[1]) > _DEADLINE_S):
                yield of(statement, f"QUERY_TIMEOUT is not a whole number of seconds above {_DEADLINE_S:g}")
            if found[1] != POOL and limit:
                yield of(statement, "QUERY_TIMEOUT ends batches")


def exactly_once(statements: Statements) -> Iterator[Finding]:
    """[doc] INTO PROCEDURE is exactly-once only while pipelines_stored_proc_exactly_once is ON."""
    variable = "pipelines_stored_proc_exactly_once"
    for statement in statements:
        if statement.text.startswith("SET GLOBAL") and not statement.text.endswith(f" {variable} = ON"):
            yield of(statement, f"not {variable} = ON")


def trace_of_what_is_slow(statements: Statements) -> Iterator[Finding]:
    """[doc] There is one trace of a kind: it is dropped before, which may fail. It takes what is slower than 200 ms."""
    before: Statement | None = None
    for statement in statements:
        if statement.text.startswith("CREATE EVENT TRACE"):
            if f"Duration_threshold_ms = {_SLOW_MS})" not in statement.text:
                yield of(statement, f"its threshold is not {_SLOW_MS} ms")
            if before is None or not (before.may_fail and before.text == "DROP EVENT TRACE Query_completion"):
                yield of(statement, "the trace that is there already is not dropped before")
        before = statement


RULES = (
    mapping_in_step,
    texts_of_any_length,
    stops_on_errors,
    batches_are_short,
    topic_of_the_producer,
    no_errors_skipped,
    body_is_set_based,
    each_donation_once,
    checks_in_step,
    pools_bound_the_dashboard_alone,
    exactly_once,
    trace_of_what_is_slow,
)
