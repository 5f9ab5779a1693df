"""The control pane's hand on the pipeline."""

from __future__ import annotations

from collections.abc import Iterator
from queue import SimpleQueue

import pytest

from rtdash.campaigns.control import CampaignControl
from rtdash.model.campaign import CampaignPlan
from tests.singlestore.peer import Peer
from tests.singlestore.scripted_pipeline import ScriptedPipeline
from tests.singlestore.wire import Done, Refusal, Rows

Said = SimpleQueue[tuple[str, str | None]]


@pytest.fixture
def scripted(peer: Peer) -> ScriptedPipeline:
    # The control looks after campaigns that have fallen silent as well.
    peer.tell("^SELECT 1$", Rows(("1",), [(1,)]))
    peer.tell("^UPDATE campaigns ", Done())
    return ScriptedPipeline(peer)


@pytest.fixture
def said() -> Said:
    return SimpleQueue()


@pytest.fixture
def control(scripted: ScriptedPipeline, said: Said) -> Iterator[CampaignControl]:
    def launch(plan: CampaignPlan) -> object:
        raise AssertionError(plan)

    report = lambda done, error: said.put((done, error))  # noqa: E731
    control = CampaignControl(scripted.peer.dsn(), launch, report, CampaignPlan())
    yield control
    control.close(stop_own=True)


def test_the_key_starts_what_is_stopped_and_stops_what_runs(scripted, control, said):
    control.toggle_pipeline()
    assert said.get(timeout=15) == ("pipeline donations is running: 1,500 messages in its last batch", None)
    control.toggle_pipeline()
    assert said.get(timeout=15) == ("pipeline donations is stopped: donations wait in Kafka", None)
    told = [heard.statement for heard in scripted.peer.statements("^(START|STOP) ", purpose="control")]
    assert told == ["START PIPELINE IF NOT RUNNING donations", "STOP PIPELINE IF RUNNING donations"]


def test_why_it_does_not_start_is_said_and_the_next_command_is_carried_out(scripted, control, said):
    scripted.state = "Error"
    scripted.on_start = lambda: scripted.fail("no broker answers")
    control.toggle_pipeline()
    assert said.get(timeout=15) == ("", "pipeline donations is Error: no broker answers")
    scripted.peer.tell("^START PIPELINE", Refusal(1142, "START PIPELINE command denied"))
    control.toggle_pipeline()
    assert said.get(timeout=15) == ("", "donations database: START PIPELINE command denied")
    scripted.state = "Running"
    control.toggle_pipeline()
    assert said.get(timeout=15) == ("pipeline donations is stopped: donations wait in Kafka", None)
