"""The panels of the pipeline on MariaDB, where `rtdash ingest` loads: nothing broken looks as if it were empty."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from pipeline_desk import Desk

from rtdash.model.engine import Engine


@pytest.fixture
def ingest(desk_of) -> Desk:
    return desk_of(Engine.MARIADB)


def test_an_ingest_that_never_was_is_not_one_that_has_nothing_to_do(ingest):
    found = ingest.record("25_pipeline")
    assert (found["state"], found["seen"], found["flag"]) == ("no ingest yet", None, "error")
    assert (ingest.record("delivery")["silent_s"], ingest.record("delivery")["trouble"]) == (None, "no ingest yet")


def test_an_ingest_at_work_says_what_it_does(ingest):
    ingest.put_offsets(0, 100, 350)
    ingest.put_offsets(1, 10, 10)
    ingest.put_batch(2, loaded=700)
    ingest.put_batch(5, loaded=301)
    ingest.put_batch(11, loaded=9000)
    found = ingest.record("25_pipeline")
    assert (found["pipeline"], found["state"], found["flag"]) == ("rtdash ingest", "running", None)
    assert (found["lag"], found["rows/s"], str(found["batches/s"]), found["errors"]) == (250, 100, "0.2", 0)
    assert found["last error"] is None
    assert abs((found["seen"] - datetime.now(UTC)).total_seconds()) < 5


def test_a_silent_ingest_says_since_when(ingest):
    ingest.put_offsets(0, 100, 350, s_ago=42)
    found = ingest.record("25_pipeline")
    assert (found["state"], found["flag"]) == ("silent since", "error")
    assert 41 < (datetime.now(UTC) - found["seen"]).total_seconds() < 60
    assert ingest.record("delivery")["trouble"] == "ingest silent"


@pytest.mark.parametrize(("s_ago", "state"), [(3.0, "running"), (3.1, "silent")])
def test_the_panel_and_the_command_call_the_same_ingest_silent(ingest, s_ago, state):
    ingest.run("SET timestamp = 1700000000")
    ingest.put_offsets(0, 100, 350, s_ago=s_ago)
    assert ingest.state() == state
    assert ingest.record("25_pipeline")["state"].split()[0] == state


def test_dead_letters_of_the_last_minutes_are_errors(ingest):
    ingest.put_offsets(0, 100, 100)
    ingest.put_batch(301, loaded=1, dead=100)
    ingest.put_batch(200, loaded=1, dead=2)
    ingest.put_batch(90, loaded=1)
    found = ingest.record("25_pipeline")
    assert (found["errors"], found["flag"]) == (2, "warn")
    assert 199 < (datetime.now(UTC) - found["last error"]).total_seconds() < 215


@pytest.mark.parametrize(("lag", "loaded", "flag"), [(1000, 0, None), (1001, 0, "warn"), (9999, 50_000, None)])
def test_a_lag_of_more_than_two_seconds_is_marked(ingest, lag, loaded, flag):
    ingest.put_offsets(0, 0, lag)
    ingest.put_batch(1, loaded=loaded)
    assert ingest.record("25_pipeline")["flag"] == flag
    assert ingest.record("26_lag")["flag"] == flag


def test_the_lag_of_each_partition_is_that_of_the_latest_life(ingest):
    ingest.put_offsets(0, 5, 9, s_ago=60, life="earlier")
    ingest.put_offsets(1, 40, 30)
    ingest.put_offsets(0, 10, 17)
    assert [row[:5] for row in ingest.ask("26_lag").rows] == [(0, 10, 17, 7, 3), (1, 40, 30, 0, 3)]


def test_batches_stand_the_newest_first(ingest):
    ingest.put_batch(60, loaded=10, dead=1)
    ingest.put_batch(30, loaded=500)
    found = ingest.ask("27_batches")
    assert [(row["state"], row["rows"], row["rows/s"], str(row["ms"]), row["errors"]) for row in found.records()] == [
        ("succeeded", 500, 10_000, "50.0", 0),
        ("succeeded", 10, 200, "50.0", 1),
    ]
    assert found.flags == (None, "warn")
    assert 30 < (datetime.now(UTC) - found.records()[0]["begun"]).total_seconds() < 45


def test_dead_letters_that_wait_are_shown_with_their_message(ingest):
    for offset, payload, ago, replayed in ((1, b"\xff\x1b[2J", 1, None), (2, b"old", 3600, None), (3, b"gone", 2, 1)):
        ingest.run(
            "INSERT INTO dead_letters (incarnation, topic, partition_id, message_offset, payload, reason, recorded_at,"
            " replayed_at) VALUES ('a', 'donations', 0, %s, %s, 'no JSON', UTC_TIMESTAMP(6) - INTERVAL %s SECOND,"
            " UTC_TIMESTAMP(6) + INTERVAL %s SECOND)",
            offset,
            payload,
            ago,
            replayed,
        )
    found = ingest.ask("28_dead_letters")
    assert [row[1:] for row in found.rows] == [
        ("donations:0:1", "no JSON", "\ufffd·[2J"),
        ("donations:0:2", "no JSON", "old"),
    ]
    assert found.flags == ("error", None)
