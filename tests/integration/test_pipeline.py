"""`rtdash pipeline` on MariaDB, where ingest stands in for a pipeline; and `rtdash ingest` where it does not."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from clickstream import Clickstream

from rtdash import cli
from rtdash.servers.broker import PrivateBroker
from rtdash.settings import Settings
from tests.messages import donation, event
from tests.singlestore.peer import Peer
from tests.singlestore.scripted_pipeline import ScriptedPipeline
from tests.singlestore.wire import Done
from tests.world import World, until

Run = Callable[..., tuple[int, str, str]]
NO_PIPELINE = "rtdash: on MariaDB there is no pipeline: `rtdash ingest` loads the donations\n"


@pytest.fixture
def rtdash(world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    file = tmp_path / "settings.toml"
    world.settings.save(file)

    def run(*arguments: str) -> tuple[int, str, str]:
        status = cli.main(["pipeline", *arguments, f"--settings={file}"])
        return status, *capsys.readouterr()

    return run


def test_status_tells_of_ingest(world: World, rtdash: Run):
    status, said, _ = rtdash("status")
    assert (status, said) == (
        0,
        "donations on MariaDB: silent, 0 rows/s, exactly once\nlag not told\nno batches\nno errors\n",
    )
    with world.ingest():
        world.send("donations", donation(), donation(transaction_id=2), b"{\x1b[2J")
        until(lambda: world.delivered("loaded") == 2 and world.delivered("dead") == 1)
        found = until(lambda: _when_running(json.loads(rtdash("status", "--json")[1])))
        lines = rtdash("status")[1].splitlines()
    assert (found["pipeline"], found["engine"]) == ("donations", "MariaDB")
    assert found["is_exactly_once"] is True
    assert found["lag"] == 0
    assert found["partitions"] == [{"partition_id": str(number), "lag": 0} for number in range(4)]
    assert found["rows_per_s"] in (0.0, 0.2), "two in 10 s, unless they are longer ago"
    assert sum(batch["rows"] for batch in found["batches"]) == 2
    assert all(batch["state"] == "Succeeded" and batch["took_s"] > 0 for batch in found["batches"])
    (error,) = found["errors"]
    assert (error["type"], error["code"], error["line"]) == ("Dead letter", None, "{\x1b[2J")
    assert lines[0].startswith("donations on MariaDB: ")
    assert lines[-1] == "    {·[2J"
    world.rows("UPDATE ingest_offsets SET updated_at = updated_at - INTERVAL 4 SECOND, latest_offset = next_offset + 5")
    found = json.loads(rtdash("status", "--json")[1])
    assert (found["state"], found["lag"]) == ("silent", 20)


def _when_running(found: dict[str, Any]) -> dict[str, Any] | None:
    """A sign of life may be late."""
    return found if found["state"] == "running" else None


def test_nothing_can_be_started_stopped_or_tested(rtdash: Run):
    for action in ("start", "stop", "test"):
        assert rtdash(action) == (2, "", NO_PIPELINE), action


def test_ingest_leaves_the_donations_to_the_pipeline_and_loads_the_clickstream(
    clickstream: Clickstream, own_broker: PrivateBroker, tmp_path: Path, caplog
):
    with Peer.open() as peer, clickstream.connect() as events:
        ScriptedPipeline(peer, "Error")
        peer.tell("^DELETE FROM ", Done())
        settings = Settings(citus_dsn=clickstream.dsn, donations_dsn=peer.dsn(), **own_broker.addresses())
        world = World(settings, own_broker, None, events, tmp_path)
        world.send("donations", donation())
        world.send("clickstream", event())
        with world.ingest():
            until(lambda: world.events() == 1)
            until(lambda: "nothing loads the donations: the pipeline donations of SingleStore is Error" in caplog.text)
            peer.wait_for("^DELETE FROM donation_seconds")
    assert {heard.purpose for heard in peer.heard} == {"dashboard", "pipeline", "housekeeping"}
    assert not peer.statements("^(INSERT|UPDATE|LOAD|REPLACE|BEGIN|START)")
