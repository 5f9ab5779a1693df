"""A running pipeline rests while `rtdash init` makes its procedure anew, and runs again whatever becomes of that."""

from __future__ import annotations

import errno
import os
import signal
import threading
from collections.abc import Iterator

import pytest

from rtdash.cli import init, signals
from tests.singlestore.wire import Refusal

NO = Refusal(1142, "command denied to user 'owner'")
PROCEDURE = "060_procedure.sql"
LEFT = "  pipeline donations may be at rest: `rtdash pipeline status` tells, `rtdash pipeline start` starts it"


def told(peer):
    """What was done to pipeline and procedure."""
    found = peer.statements("^(STOP PIPELINE|CREATE OR REPLACE PROCEDURE|START PIPELINE)")
    return [heard.statement.split()[0] for heard in found]


@pytest.fixture
def restored() -> Iterator[None]:
    """Signals mean afterwards what they meant before. One that init leaves alone does not end the tests."""
    before = {number: signal.signal(number, signal.SIG_IGN) for number in signals.ENDING}
    signal.signal(signal.SIGINT, before[signal.SIGINT])
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.fixture
def running(scripted):
    scripted.state = "Running"
    return scripted


@pytest.mark.parametrize("kafka", [True, False])
def test_it_rests_while_its_procedure_is_made_anew(peer, running, rtdash_init, kafka):
    status, said, errors = rtdash_init(kafka=kafka)
    assert (status, errors) == (0, "")
    assert "pipeline donations is stopped: donations wait in Kafka" in said
    assert told(peer) == ["STOP", "CREATE", "START"]
    assert running.state == "Running"
    assert LEFT not in said


@pytest.mark.parametrize("kafka", [True, False])
def test_it_runs_again_after_an_init_that_fails(peer, running, rtdash_init, kafka):
    peer.tell("^CREATE OR REPLACE PROCEDURE", NO)
    status, said, errors = rtdash_init(kafka=kafka)
    assert (status, errors) == (2, f"rtdash: {PROCEDURE}: donations database: {NO.text}\n")
    assert told(peer) == ["STOP", "CREATE", "START"]
    assert running.state == "Running"
    assert said.splitlines()[-1].endswith("pipeline donations is running: 1,500 messages in its last batch")


def test_it_runs_again_when_its_terminal_is_gone(peer, running, rtdash_init, monkeypatch):
    def write(*_: object, **__: object) -> None:
        if peer.statements("^CREATE OR REPLACE PROCEDURE"):
            raise OSError(errno.EIO, "its terminal is gone")

    monkeypatch.setattr(init, "print", write, raising=False)
    with pytest.raises(OSError, match="its terminal is gone"):
        rtdash_init()
    assert told(peer) == ["STOP", "CREATE", "START"]
    assert running.state == "Running"


def test_where_it_cannot_be_started_again_that_is_said(peer, running, rtdash_init):
    peer.tell("^(CREATE OR REPLACE PROCEDURE|START)", NO)
    status, said, errors = rtdash_init()
    assert (status, errors) == (2, f"rtdash: {PROCEDURE}: donations database: {NO.text}\n")
    assert said.splitlines()[-2].endswith(f"✗ donations database: {NO.text}")
    assert said.splitlines()[-1] == LEFT
    assert running.state == "Stopped"


@pytest.mark.usefixtures("running")
def test_a_server_that_is_gone_by_then_does_not_hide_what_failed(peer, rtdash_init):
    def vanish(_):
        raise ConnectionResetError

    peer.tell("^CREATE OR REPLACE PROCEDURE", NO)
    peer.tell("^START", vanish)
    status, said, errors = rtdash_init()
    assert (status, errors) == (2, f"rtdash: {PROCEDURE}: donations database: {NO.text}\n")
    assert "✗ donations database: Lost connection" in said.splitlines()[-2]
    assert said.splitlines()[-1] == LEFT


def test_nothing_is_left_to_say_of_one_that_did_not_run(peer, scripted, rtdash_init):
    scripted.state = "Stopped"
    peer.tell("^CREATE OR REPLACE PROCEDURE", NO)
    _, said, _ = rtdash_init()
    assert scripted.state == "Stopped"
    assert told(peer) == ["CREATE"]
    assert LEFT not in said


@pytest.mark.usefixtures("running", "restored")
@pytest.mark.parametrize("at", ["CREATE OR REPLACE PROCEDURE", "^STOP PIPELINE"])
@pytest.mark.parametrize("number", signals.ENDING)
def test_it_runs_again_after_an_interrupt(peer, rtdash_init, at, number):
    peer.hold(at)

    def interrupt() -> None:
        peer.until(peer.holds)
        os.kill(os.getpid(), number)
        peer.wait_for("^START PIPELINE")
        peer.release()

    thread = threading.Thread(target=interrupt)
    thread.start()
    status, said, _ = rtdash_init()
    thread.join()
    assert (status, said.splitlines()[-1]) == (130, "interrupted: `rtdash init` goes on from there")
    assert told(peer)[-1] == "START"
    assert "pipeline donations is running" in said.splitlines()[-2]


@pytest.mark.usefixtures("running")
def test_one_that_may_not_be_stopped_keeps_the_procedure_that_it_has(peer, rtdash_init):
    rtdash_init()
    peer.heard.clear()
    peer.tell("^STOP PIPELINE", NO)
    status, said, errors = rtdash_init()
    assert (status, errors) == (0, "")
    assert f"✗ donations database: {NO.text}" in said
    assert told(peer) == ["STOP", "START"]
    (line,) = [line for line in said.splitlines() if line.strip().startswith(PROCEDURE)]
    assert line.endswith("as applied: left as it is while pipeline donations runs")


def test_nor_is_another_one_made_under_it(peer, running, rtdash_init):
    peer.tell("^STOP PIPELINE", NO)
    status, _, errors = rtdash_init()
    assert status == 2
    assert errors == (
        f"rtdash: {PROCEDURE}: it is not made anew while pipeline donations runs: `rtdash pipeline stop`, then"
        " `rtdash init`\n"
    )
    assert told(peer) == ["STOP", "START"]
    assert running.state == "Running"
