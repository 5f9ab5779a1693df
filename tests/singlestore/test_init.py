"""`rtdash init` on SingleStore: what is asked, said and recorded, with and without what a server may refuse."""

from __future__ import annotations

import json
import re

import pytest

from rtdash.resources import sql_folder
from rtdash.schema.files import SchemaFile, schema_files
from rtdash.schema.script import statements
from tests.singlestore.conftest import SECRET
from tests.singlestore.peer import Peer
from tests.singlestore.wire import Refusal

FILES = schema_files(sql_folder("singlestore", "schema"))
OPTIONAL = [file for file in FILES if file.cost]
# A statement of each optional file that does not say that it may fail.
ASKED = {
    "050_exactly_once.sql": "^SET GLOBAL",
    "075_stop_on_error.sql": "^ALTER PIPELINE donations STOP_ON_ERROR",
    "080_dashboard_pool.sql": "^ALTER RESOURCE POOL rtdash_dashboard",
    "085_pipeline_pool.sql": "^ALTER PIPELINE donations SET RESOURCE POOL",
    "090_event_trace.sql": "^CREATE EVENT TRACE",
}
NO = Refusal(1227, "Access denied; you need \x1b[2J the SUPER privilege")
WORDS = "Access denied; you need ·[2J the SUPER privilege (1227)"


def lines_of(said: str, files: list[SchemaFile]) -> dict[str, str]:
    """What was said of each file."""
    lines = {line.split()[0].removesuffix(":"): line for line in said.splitlines() if line.split()}
    return {file.name: lines[file.name] for file in files}


def changes(peer: Peer) -> list[str]:
    """What was asked that is neither a question nor the connection's own."""
    return [
        heard.statement
        for heard in peer.heard
        if not re.match(r"(--[^\n]*\n)*(SELECT|SHOW|SET NAMES|SET AUTOCOMMIT)\b", heard.statement)
    ]


def test_everything_is_made_and_recorded(peer, schema, scripted, rtdash_init):
    status, said, errors = rtdash_init()
    assert (status, errors) == (0, "")
    assert schema.records.keys() == {file.key for file in FILES}
    assert schema.tables >= {"campaigns", "donation_transactions", "ingest_offsets", "schema_steps"}
    assert "refused" not in said
    assert scripted.state == "Running"
    assert re.search(r"pipeline +\d+ ms  pipeline donations is running: 1,500 messages in its last batch", said)
    assert changes(peer)[-1] == "START PIPELINE IF NOT RUNNING donations"


def test_kafka_reaches_the_pipeline_and_no_other_place(peer, rtdash_init):
    _, said, errors = rtdash_init()
    (created,) = peer.statements("^CREATE PIPELINE")
    assert "LOAD DATA KAFKA 'kafka:9092/donations'" in created.statement
    config, credentials = (
        json.loads(found.replace(r"\"", '"'))
        for found in re.findall(r"^(?:CONFIG|CREDENTIALS) '(.*)'$", created.statement, re.MULTILINE)
    )
    assert config == {
        "security.protocol": "SASL_SSL",
        "sasl.mechanism": "PLAIN",
        "sasl.username": "rtdash",
        "ssl.ca.location": "/etc/pki/kafka.pem",
    }
    assert credentials == {"sasl.password": SECRET}
    assert "message <- %\n" in created.statement
    assert [heard for heard in peer.heard if SECRET in heard.statement] == [created]
    assert SECRET not in said + errors


def test_without_kafka_there_is_no_pipeline(peer, schema, scripted, rtdash_init):
    status, said, errors = rtdash_init(kafka=False)
    assert (status, errors) == (0, "")
    needs = [file for file in FILES if file.needs_kafka]
    assert needs
    assert schema.records.keys() == {file.key for file in FILES if file not in needs}
    for line in lines_of(said, needs).values():
        assert line.endswith("left out: it needs Kafka, and none is set")
    assert peer.statements("PIPELINE donations") == []
    assert scripted.state is None


@pytest.mark.parametrize("file", OPTIONAL, ids=lambda file: file.name)
def test_an_optional_file_that_is_refused_costs_what_it_says(peer, schema, scripted, rtdash_init, file):
    peer.tell(ASKED[file.name], NO)
    status, said, errors = rtdash_init()
    assert (status, errors) == (0, "")
    assert lines_of(said, [file])[file.name].endswith(f"ms  refused: {WORDS}: {file.cost}")
    assert said.splitlines()[-1] == "1 optional file refused by the server: the next `rtdash init` tries again"
    assert schema.records.keys() == {one.key for one in FILES if one != file}
    assert scripted.state == "Running"


def test_all_of_them_refused_and_then_granted(peer, schema, rtdash_init):
    assert ASKED.keys() == {file.name for file in OPTIONAL}
    for pattern in ASKED.values():
        peer.tell(pattern, NO)
    status, said, _ = rtdash_init()
    assert status == 0
    assert said.splitlines()[-1].startswith(f"{len(OPTIONAL)} optional files refused")
    peer.forget(NO)
    status, said, _ = rtdash_init()
    assert (status, "refused" in said) == (0, False)
    assert schema.records.keys() == {file.key for file in FILES}


def test_what_may_fail_fails_in_silence(peer, schema, rtdash_init):
    peer.tell("^CREATE RESOURCE POOL", Refusal(1780, "Resource pool already exists"))
    status, said, errors = rtdash_init()
    assert (status, errors, "refused" in said) == (0, "", False)
    assert schema.records.keys() == {file.key for file in FILES}


@pytest.mark.parametrize("file", [file for file in FILES if not file.cost], ids=lambda file: file.name)
def test_a_file_that_is_needed_ends_init(peer, schema, scripted, rtdash_init, file):
    first = next(statements(file.script)).text
    peer.tell(f"^{re.escape(first.splitlines()[0])}", NO)
    status, _, errors = rtdash_init()
    assert (status, errors) == (2, f"rtdash: {file.name}: donations database: {WORDS}\n")
    assert schema.records.keys() == {one.key for one in FILES[: FILES.index(file)]}
    assert scripted.state is None
    assert SECRET not in errors


def test_a_pipeline_that_stops_again_is_an_error(scripted, rtdash_init):
    scripted.on_start = lambda: scripted.fail("Cannot get source metadata for pipeline: no brokers")
    status, said, _ = rtdash_init()
    assert status == 1
    assert "✗" in said
    assert "no brokers" in said


def test_a_second_init_changes_nothing_that_is_there(peer, rtdash_init):
    rtdash_init()
    first = changes(peer)
    status, _, errors = rtdash_init()
    assert (status, errors) == (0, "")
    # What is not CREATE … IF NOT EXISTS may be said again, and ALTER TABLE is not among it.
    again = set(changes(peer)[len(first) :]) - {"STOP PIPELINE IF RUNNING donations"}
    assert again <= set(first)
    assert peer.statements("^(ALTER TABLE|DROP TABLE|UPDATE|DELETE)") == []


@pytest.mark.parametrize("is_applied", [False, True])
def test_a_plan_changes_nothing(peer, rtdash_init, is_applied):
    if is_applied:
        rtdash_init()
    before = len(changes(peer))
    status, said, errors = rtdash_init("--plan")
    assert (status, errors) == (0, "")
    assert changes(peer)[before:] == []
    assert "SingleStore 8.9.12" in said
    for file in FILES:
        line = lines_of(said, FILES)[file.name]
        assert ("as applied" if is_applied else "new") in line
        assert not file.cost or line.endswith(f"optional, without it: {file.cost}")
    assert SECRET not in said


def test_somebody_elses_tables_are_left_alone(peer, schema, rtdash_init):
    schema.tables.add("donation_transactions")
    status, _, errors = rtdash_init()
    assert status == 2
    assert "donations has donation_transactions, not made by rtdash" in errors
    assert changes(peer) == []
