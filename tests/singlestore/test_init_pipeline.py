"""The pipeline under `rtdash init`: what is said when it is refused, does not begin, or is made without a broker."""

from __future__ import annotations

import os
import signal
import threading

import pytest

from rtdash.cli import init
from rtdash.errors import Unreachable
from tests.singlestore.conftest import SECRET
from tests.singlestore.peer import AGGREGATOR, Heard
from tests.singlestore.wire import Refusal

FILE = "070_pipeline.sql"
NO = Refusal(1142, "command denied to user 'owner'")


class NoBroker:
    """In Kafka's place."""

    def __init__(self, kafka: object) -> None:
        del kafka
        raise Unreachable("Kafka at localhost:9092: nobody answers")


def of_pipeline(said: str) -> str:
    """What was said of it, without the time that it took."""
    (line,) = [line for line in said.splitlines() if line.split()[0] == "pipeline"]
    return line.partition(" ms  ")[2]


@pytest.mark.parametrize("cut", [0, 20, 23])
def test_a_refusal_that_quotes_the_statement_shows_no_credentials(peer, schema, rtdash_init, cut):
    def quote(heard: Heard) -> Refusal:
        start = heard.statement.index("sasl.password") + cut
        return Refusal(1064, f"You have an error in your SQL syntax; near '{heard.statement[start : start + 60]}'")

    peer.tell("^CREATE PIPELINE", quote)
    status, said, errors = rtdash_init()
    assert status == 2
    assert errors.startswith(f"rtdash: {FILE}: donations database: You have an error in your SQL syntax; near ")
    assert "***" in errors
    assert not any(SECRET[place : place + 4] in said + errors for place in range(len(SECRET) - 3))
    assert said.splitlines()[-1].strip() == FILE
    assert f"schema/{FILE}" not in schema.records
    assert peer.statements("^START PIPELINE") == []


def test_an_error_of_the_first_batch_shows_no_credentials(scripted, rtdash_init):
    def begin() -> None:
        scripted.state = "Error"
        scripted.fail(f"\x1b[2JSASL: {SECRET} is no password")

    scripted.on_start = begin
    status, said, errors = rtdash_init()
    assert (status, errors) == (1, "")
    assert of_pipeline(said) == "✗ pipeline donations is Error: ·[2JSASL: *** is no password"


@pytest.mark.parametrize("refused", ["^START PIPELINE", r"FROM information_schema\.PIPELINES\s"])
def test_a_start_that_is_refused_is_a_status(peer, schema, rtdash_init, refused):
    peer.tell(refused, NO)
    status, said, errors = rtdash_init()
    assert (status, errors) == (1, "")
    assert of_pipeline(said) == f"✗ donations database: {NO.text}"
    assert f"schema/{FILE}" in schema.records


def test_a_pipeline_that_is_there_is_not_told_again_how_kafka_is_reached(peer, rtdash_init):
    rtdash_init()
    peer.heard.clear()
    status, said, errors = rtdash_init(password="another")
    assert (status, errors) == (0, "")
    assert not [heard for heard in peer.heard if SECRET in heard.statement or "another" in heard.statement]
    assert peer.statements("^CREATE PIPELINE") == []
    (line,) = [line for line in said.splitlines() if line.strip().startswith(FILE)]
    assert "is there already, as it was made; for other brokers, another password or mapping: " in line
    assert "`rtdash pipeline stop`, DROP PIPELINE donations, `rtdash init`" in line


def test_one_that_may_not_be_seen_is_told(peer, rtdash_init):
    rtdash_init()
    peer.tell(r"FROM information_schema\.PIPELINES\s", NO)
    assert rtdash_init()[0] == 1
    assert len(peer.statements("^CREATE PIPELINE IF NOT EXISTS")) == 2


def test_where_no_broker_is_reached_all_else_is_done(monkeypatch, schema, scripted, rtdash_init):
    monkeypatch.setattr(init, "Broker", NoBroker)
    status, said, errors = rtdash_init()
    assert (status, errors) == (2, "rtdash: Kafka at localhost:9092: nobody answers\n")
    assert said.splitlines()[:3] == ["kafka", "✗ Kafka at localhost:9092: nobody answers", "donations"]
    assert f"schema/{FILE}" in schema.records
    assert scripted.state == "Running"


@pytest.mark.parametrize(
    ("refused", "subject"),
    [("^SHOW VARIABLES", "exactly once"), (r"FROM information_schema\.PIPELINES\s", "pipeline")],
)
def test_a_plan_goes_on_where_something_is_not_told(peer, rtdash_init, refused, subject):
    peer.tell(refused, NO)
    status, said, _ = rtdash_init("--plan", kafka=False)
    assert status == 0
    assert f"  {subject:<34}  the server does not tell: {NO.text}" in said.splitlines()
    assert f"  {FILE:<34}  left out: it needs Kafka, and none is set" in said.splitlines()


@pytest.mark.parametrize(
    ("state", "value", "expected"),
    [
        ("Running", "OFF", ["OFF", "Running"]),
        (None, None, ["not known to this server", "is not there, or this account may not see it"]),
    ],
)
def test_a_plan_says_how_the_pipeline_stands(peer, scripted, rtdash_init, state, value, expected):
    scripted.state, scripted.exactly_once = state, value
    lines = rtdash_init("--plan")[1].splitlines()
    place = next(place for place, line in enumerate(lines) if "exactly once" in line)
    assert [line[38:] for line in lines[place : place + 2]] == expected
    assert peer.statements("CONFIG_JSON") == []


def test_what_an_interrupted_init_has_running_is_killed_where_it_runs(peer, schema, rtdash_init):
    peer.hold("CREATE PIPELINE")

    def interrupt() -> None:
        peer.until(peer.holds)
        os.kill(os.getpid(), signal.SIGINT)

    thread = threading.Thread(target=interrupt)
    thread.start()
    status, said, _ = rtdash_init()
    thread.join()
    assert (status, said.splitlines()[-1]) == (130, "interrupted: `rtdash init` goes on from there")
    (running,) = peer.statements("^CREATE PIPELINE")
    (kill,) = peer.statements("^KILL")
    assert kill.statement == f"KILL QUERY {running.connection} {AGGREGATOR}"
    assert f"schema/{FILE}" not in schema.records
    peer.release()
    assert rtdash_init()[0] == 0
    assert f"schema/{FILE}" in schema.records
