"""`rtdash ingest` leaves the donations to the pipeline, and says when nothing loads them."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from rtdash.errors import Unreachable
from rtdash.ingest import pipeline
from rtdash.ingest.housekeeping import housekeeping
from rtdash.ingest.pipeline import PipelineWatch, load_donations
from rtdash.model.engine import Engine
from rtdash.sources import donations
from tests.singlestore.peer import Peer
from tests.singlestore.scripted_pipeline import ScriptedPipeline
from tests.singlestore.wire import Done, Refusal
from tests.world import until


class Stream:
    """Remembers that it was run."""

    def __init__(self) -> None:
        self.is_run = False

    def run(self, stop: threading.Event) -> None:
        self.is_run = True
        stop.wait(15)


@contextmanager
def loading(peer: Peer, stream: Stream) -> Iterator[None]:
    stop = threading.Event()
    watch = PipelineWatch(peer.dsn()).chore
    thread = threading.Thread(target=load_donations, args=(peer.dsn(), stream, watch, stop))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        watch.interrupt()
        thread.join(5)
    assert not thread.is_alive()


@pytest.fixture
def scripted(peer: Peer, monkeypatch: pytest.MonkeyPatch) -> ScriptedPipeline:
    monkeypatch.setattr(pipeline, "_LOOK_S", 0.02)
    return ScriptedPipeline(peer)


@pytest.fixture
def records(caplog: pytest.LogCaptureFixture) -> Callable[[], list[tuple[int, str]]]:
    """Levels and texts of what is logged."""
    caplog.set_level(logging.INFO, "rtdash")
    return lambda: [(record.levelno, record.getMessage()) for record in caplog.records]


STOPPED = (
    "nothing loads the donations: the pipeline donations of SingleStore is Stopped;"
    " `rtdash pipeline status` tells more, `rtdash pipeline start` starts it"
)
RUNNING = "donations are loaded by the pipeline donations of SingleStore: it is running"


def test_the_pipeline_is_watched_and_nothing_is_loaded(scripted, records):
    stream = Stream()
    with loading(scripted.peer, stream):
        until(lambda: len(records()) == 1)
        asked = len(scripted.peer.statements("PIPELINES"))
        scripted.peer.until(lambda: len(scripted.peer.statements("PIPELINES")) > asked + 3)
        scripted.state = "Running"
        until(lambda: len(records()) == 2)
        scripted.state = None
        until(lambda: len(records()) == 3)
    assert not stream.is_run
    assert records()[:2] == [(logging.WARNING, STOPPED), (logging.INFO, RUNNING)]
    level, text = records()[2]
    assert level == logging.WARNING
    assert text.startswith("nothing loads the donations: there is no pipeline donations that this account may see")
    assert not scripted.peer.statements("LOAD DATA|INSERT|UPDATE|START PIPELINE")


def test_a_server_that_is_away_is_waited_for_before_anybody_loads(scripted, records, monkeypatch):
    attempts = iter([Unreachable("away"), Unreachable("away")])
    monkeypatch.setattr(pipeline.donations, "identify", lambda dsn: _raise_next(attempts) or real(dsn))
    stream = Stream()
    with loading(scripted.peer, stream):
        until(lambda: len(records()) == 3)
    assert [text for _, text in records()] == ["donations: away; trying again", "donations: works again", STOPPED]
    assert not stream.is_run


def test_a_stop_ends_the_wait_for_a_server_that_is_away(peer, monkeypatch, records):
    monkeypatch.setattr(pipeline.donations, "identify", lambda _: _raise_next(iter([Unreachable("away")])))
    stream = Stream()
    with loading(peer, stream):
        until(records)
    assert not stream.is_run


def test_a_look_that_hangs_is_broken_off_at_the_end(scripted, records):
    scripted.peer.hold(r"information_schema\.PIPELINES\s")
    with loading(scripted.peer, Stream()):
        scripted.peer.until(scripted.peer.holds)
    assert scripted.peer.holds()
    assert records() == []


def test_so_is_housekeeping(peer):
    peer.hold("^DELETE FROM donation_seconds")
    peer.tell("^DELETE FROM ", Done())
    stop, chore = threading.Event(), housekeeping(peer.dsn())
    thread = threading.Thread(target=chore.run, args=(stop,))
    thread.start()
    peer.until(peer.holds)
    stop.set()
    chore.interrupt()
    thread.join(5)
    assert not thread.is_alive()
    assert peer.holds()


def test_on_mariadb_the_stream_loads_them(peer, records):
    peer.tell("memsql_version", Refusal(1193, "Unknown system variable 'memsql_version'"))
    peer.tell("^SET (time_zone|SESSION TRANSACTION) ", Done())
    stream = Stream()
    with loading(peer, stream):
        until(lambda: stream.is_run)
    assert records() == []


@pytest.mark.parametrize(("engine", "days"), [(Engine.SINGLESTORE, 1), (Engine.MARIADB, 7)])
def test_seconds_are_kept_for_a_day_where_they_are_in_memory(peer, engine, days):
    if engine is Engine.MARIADB:
        peer.tell("memsql_version", Refusal(1193, "Unknown system variable 'memsql_version'"))
        peer.tell("^SET (time_zone|SESSION TRANSACTION) ", Done())
    peer.tell("^DELETE FROM ", Done())
    stop = threading.Event()
    thread = threading.Thread(target=housekeeping(peer.dsn()).run, args=(stop,))
    thread.start()
    seconds = peer.wait_for("^DELETE FROM donation_seconds")
    stop.set()
    thread.join(15)
    assert f"UTC_TIMESTAMP() - INTERVAL {days} DAY LIMIT 5000" in seconds.statement
    assert len(peer.statements("^DELETE FROM donation_arrivals WHERE arrival_id < [0-9]{16} LIMIT 5000$")) == 1


real = donations.identify


def _raise_next(errors: Iterator[Exception]) -> None:
    if (error := next(errors, None)) is not None:
        raise error
