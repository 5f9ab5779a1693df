"""SIGTERM ends ingest within 2 s, whatever answers it no more."""

from __future__ import annotations

import time
from contextlib import nullcontext

import pytest

from tests.delivery.killing import frozen
from tests.messages import donation, event
from tests.world import World, until

# And half a second for the end of a process on a busy machine.
LONGEST_END_S = 2.5


@pytest.mark.long
@pytest.mark.parametrize("silent", ["none", "mariadb", "postgres", "own_broker"])
def test_ingest_ends_in_time(world: World, silent: str, request: pytest.FixtureRequest):
    with world.ingest_process() as ingest:
        world.send("donations", donation())
        world.send("clickstream", event())
        until(lambda: world.delivered("loaded") == world.events() == 1)
        with nullcontext() if silent == "none" else frozen(request.getfixturevalue(silent)):
            # Both topics have something to store, and cannot.
            if silent != "own_broker":
                world.send("donations", donation(transaction_id=2))
                world.send("clickstream", event())
            begun_s = time.monotonic()
            ingest.terminate()
            assert ingest.wait(10) == 0
            ended_s = time.monotonic() - begun_s
    print(f"{silent}: {ended_s:.2f} s")
    assert ended_s < LONGEST_END_S
