"""The panels of SingleStore's pipeline: one look for both engines, and nothing broken looks as if it were empty."""

from __future__ import annotations

import pytest
from pipeline_desk import SPECS, Desk

from rtdash.model.engine import Engine

BOTH = ("delivery", "25_pipeline", "26_lag", "27_batches", "28_dead_letters")


@pytest.fixture
def pipeline(desk_of) -> Desk:
    """Its clock is not in UTC, and cannot be set."""
    desk = desk_of(Engine.SINGLESTORE)
    desk.run("SET time_zone = '+05:30'")
    return desk


@pytest.mark.parametrize("panel_id", BOTH)
def test_both_engines_have_one_look(desk_of, panel_id):
    one, other = (SPECS[engine][panel_id] for engine in Engine)
    assert (one.title, one.draw, one.unit, one.help if not one.is_probe else "") == (
        other.title, other.draw, other.unit, other.help if not other.is_probe else "",
    )  # fmt: skip
    assert one.every == other.every or one.is_probe
    assert desk_of(Engine.MARIADB).ask(panel_id).columns == desk_of(Engine.SINGLESTORE).ask(panel_id).columns


def test_a_pipeline_that_is_not_there_is_not_one_that_has_nothing_to_do(pipeline):
    pipeline.put("PIPELINES", PIPELINE_NAME="others", STATE="Running")
    pipeline.put("PIPELINES", DATABASE_NAME="elsewhere", STATE="Running")
    found = pipeline.record("25_pipeline")
    assert (found["state"], found["lag"], found["flag"]) == ("no pipeline seen", None, "error")
    found = pipeline.record("delivery")
    assert (found["silent_s"], found["unseen_s"], found["trouble"]) == (None, None, "no pipeline seen")


def test_a_pipeline_at_work_says_what_it_does(pipeline):
    now_s = pipeline.epoch_s
    pipeline.put("PIPELINES", STATE="Running")
    for partition, cursor, latest in (("0", 100, 350), ("10", 7, 7), ("2", 50, 49)):
        pipeline.put(
            "PIPELINES_CURSORS",
            SOURCE_PARTITION_ID=partition, CURSOR_OFFSET=cursor, LATEST_OFFSET=latest,
            UPDATED_UNIX_TIMESTAMP=now_s - 7.5,
        )  # fmt: skip
    put_batches(pipeline)
    found = pipeline.record("25_pipeline")
    assert (found["pipeline"], found["state"], found["flag"]) == ("donations", "running", None)
    assert (found["lag"], found["rows/s"], str(found["batches/s"]), found["errors"]) == (250, 100, "0.2", 0)
    assert found["seen"].timestamp() == pytest.approx(now_s - 7.5, abs=0.01)
    rows = pipeline.ask("26_lag").rows
    assert [row[:5] for row in rows] == [(0, 100, 350, 250, 0), (2, 50, 49, 0, 0), (10, 7, 7, 0, 0)]
    delivery = pipeline.record("delivery")
    assert (delivery["lag"], delivery["silent_s"], delivery["unseen_s"]) == (250, 0, 0)


def put_batches(desk: Desk) -> None:
    """Two that are over, one of which failed, and two more; their begin is in the server's local time."""
    for batch_id, state, ago, rows in ((4, "In Progress", 1, None), (3, "Succeeded", 2, 700), (2, "Succeeded", 5, 301),
                                       (1, "Failed", 6, 50), (0, "Succeeded", 11, 9000)):  # fmt: skip
        desk.run(
            "INSERT INTO PIPELINES_BATCHES_SUMMARY VALUES (DATABASE(), 'donations', %s, %s,"
            " NOW(6) - INTERVAL %s SECOND, 0.05, 20 * %s, %s)",
            batch_id, state, ago, rows, rows,
        )  # fmt: skip


def put_error(desk: Desk, s_ago: float, type_: str, message: str, **more: object) -> None:
    """What the pipeline logged then."""
    desk.put(
        "PIPELINES_ERRORS",
        **{"ERROR_UNIX_TIMESTAMP": desk.epoch_s - s_ago, "ERROR_TYPE": type_, "ERROR_MESSAGE": message} | more,
    )


def test_batches_of_the_pipeline(pipeline):
    put_batches(pipeline)
    put_error(pipeline, 60, "Warning", "Invalid JSON", BATCH_ID=3)
    put_error(pipeline, 60, "Warning", "LEAF ERROR (leaf:3306): Invalid JSON", BATCH_ID=3)
    found = pipeline.ask("27_batches")
    assert [(row["state"], row["rows"], row["rows/s"], str(row["ms"]), row["errors"]) for row in found.records()] == [
        ("in progress", None, None, "50.0", 0),
        ("succeeded", 700, 14_000, "50.0", 1),
        ("succeeded", 301, 6020, "50.0", 0),
        ("failed", 50, 1000, "50.0", 0),
        ("succeeded", 9000, 180_000, "50.0", 0),
    ]
    assert found.flags == (None, "warn", None, "error", None)
    assert found.records()[0]["begun"].timestamp() == pytest.approx(pipeline.epoch_s - 1, abs=10)


def test_of_all_batches_only_one_that_failed_is_an_error(pipeline):
    """Those that were under way are cancelled by STOP PIPELINE."""
    for batch_id, state in enumerate(("Failed", "Queued", "Cancelled", "Canceled", "No Data")):
        pipeline.put("PIPELINES_BATCHES_SUMMARY", BATCH_ID=-batch_id, BATCH_STATE=state)
    assert pipeline.ask("27_batches").flags == ("error", None, None, None, None)


@pytest.mark.parametrize(("state", "flag"), [("Stopped", "warn"), ("Error", "error")])
def test_a_pipeline_at_rest_knows_no_lag(pipeline, state, flag):
    pipeline.put("PIPELINES", STATE=state)
    pipeline.put("PIPELINES_CURSORS", SOURCE_PARTITION_ID="0", CURSOR_OFFSET=1, LATEST_OFFSET=2)
    found = pipeline.record("25_pipeline")
    assert (found["state"], found["flag"]) == (state.lower(), flag)
    delivery = pipeline.record("delivery")
    assert (delivery["lag"], delivery["silent_s"], delivery["unseen_s"]) == (1, None, None)
    assert delivery["trouble"] == f"pipeline {state.lower()}"


def test_a_lag_that_is_not_known_of_each_partition_is_not_known(pipeline):
    pipeline.put("PIPELINES", STATE="Running")
    pipeline.put("PIPELINES_CURSORS", SOURCE_PARTITION_ID="0", CURSOR_OFFSET=1, LATEST_OFFSET=2)
    pipeline.put("PIPELINES_CURSORS", SOURCE_PARTITION_ID="1", CURSOR_OFFSET=1, LATEST_OFFSET=None)
    assert pipeline.record("25_pipeline")["lag"] is None
    delivery = pipeline.record("delivery")
    assert (delivery["lag"], delivery["silent_s"], delivery["unseen_s"]) == (None, 0, None)


@pytest.mark.parametrize(
    ("error", "begun_s_ago", "is_seen"),
    [
        ((2, "Error"), None, False),
        ((2, "Error"), 30, False),
        ((4, "Error"), 6, True),
        ((90, "Error"), None, True),
        ((2, "Warning"), None, True),
    ],
    ids=["never loaded", "fails", "loads again", "was long ago", "skipped"],
)
def test_the_lag_is_not_known_while_a_batch_that_failed_is_tried_again(pipeline, error, begun_s_ago, is_seen):
    """The pipeline is said to run all the while; a batch that loads again has begun before the error, and took 5 s."""
    pipeline.put("PIPELINES", STATE="Running")
    pipeline.put("PIPELINES_CURSORS", SOURCE_PARTITION_ID="0", CURSOR_OFFSET=5, LATEST_OFFSET=5)
    put_error(pipeline, *error, "Could not fetch Kafka metadata")
    for state, ago in (("Failed", 1), ("Succeeded", begun_s_ago)):
        if ago is not None:
            pipeline.run(
                "INSERT INTO PIPELINES_BATCHES_SUMMARY VALUES (DATABASE(), 'donations', %s, %s,"
                " NOW(6) - INTERVAL %s SECOND, 5, 20, 100)",
                ago, state, ago,
            )  # fmt: skip
    delivery = pipeline.record("delivery")
    assert (delivery["lag"], delivery["silent_s"], delivery["unseen_s"], delivery["trouble"]) == (
        (0, 0, 0, "pipeline running") if is_seen else (0, None, None, "pipeline failing")
    )


def test_what_was_skipped_is_one_error_wherever_it_is_counted_and_no_failure(pipeline):
    pipeline.put("PIPELINES", STATE="Running")
    pipeline.put("PIPELINES_CURSORS", SOURCE_PARTITION_ID="0", CURSOR_OFFSET=5, LATEST_OFFSET=5)
    pipeline.put("PIPELINES_BATCHES_SUMMARY", BATCH_ID=1, BATCH_STATE="Succeeded")
    for message in ("Invalid JSON", "LEAF ERROR (leaf:3306): Invalid JSON"):
        put_error(pipeline, 1, "Warning", message, LOAD_DATA_LINE="{", BATCH_ID=1, BATCH_SOURCE_PARTITION_ID="0")
    for panel_id in ("25_pipeline", "26_lag", "27_batches"):
        assert pipeline.record(panel_id)["errors"] == 1, panel_id
    for panel_id in ("25_pipeline", "27_batches", "29_pipeline_errors"):
        assert pipeline.record(panel_id)["flag"] == "warn", panel_id
    assert pipeline.record("delivery")["dead"] == 1
    put_error(pipeline, 1, "Error", "Cannot reach the broker", BATCH_ID=2)
    assert pipeline.record("25_pipeline")["flag"] == "error"


def test_errors_of_the_pipeline_are_shown_and_what_is_no_json_is_counted_once(pipeline):
    pipeline.put("PIPELINES", STATE="Error")
    pipeline.put("PIPELINES_CURSORS", SOURCE_PARTITION_ID="3", CURSOR_OFFSET=9, LATEST_OFFSET=9)
    for ago, type_, code, message, line in (
        (20, "Error", 1934, "Cannot reach the broker", None),
        (30, "Warning", 2620, "Invalid JSON", "{\x1b[2J"),
        (30, "Warning", 2620, "LEAF ERROR (leaf:3306): Invalid JSON", "{\x1b[2J"),
        (900, "Warning", 2620, "Invalid JSON", "oops"),
    ):
        put_error(
            pipeline, ago, type_, message,
            ERROR_CODE=code, LOAD_DATA_LINE=line, BATCH_ID=17, BATCH_SOURCE_PARTITION_ID="3",
        )  # fmt: skip
    found = pipeline.ask("29_pipeline_errors")
    assert [row[1:] for row in found.rows][:2] == [
        (17, "3", "1934", "Cannot reach the broker", None),
        (17, "3", "2620", "Invalid JSON", "{·[2J"),
    ]
    assert found.flags == ("error", "warn", "warn")
    assert pipeline.record("25_pipeline")["errors"] == 2
    assert pipeline.record("26_lag")["errors"] == 3
    delivery = pipeline.record("delivery")
    assert delivery["dead"] == 2
    assert 19 < delivery["silent_s"] < 35
