"""The slow log keeps what is slow for a week, for whoever reads it."""

from __future__ import annotations

import logging
import sqlite3
import stat
import threading
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from rtdash.cli import main
from rtdash.errors import SourceError
from rtdash.model.slow import Recorded, SlowQuery, from_json, to_json
from rtdash.recorder import slow_log
from rtdash.recorder.slow_log import KEPT_S, SlowLog, read
from tests.world import until

SLOW = SlowQuery(
    at=datetime.now(UTC),
    panel_id="03_best",
    title="Best city and organisation",
    server="MariaDB",
    threshold_ms=200.0,
    waited_ms=1.0,
    connect_ms=0.0,
    execute_ms=300.0,
    fetch_ms=2.0,
    decode_ms=0.5,
    draw_ms=0.25,
    parameters={"customer_id": 2},
    campaigns=("spring 2,004/s",),
    lag=212,
    behind_s=1.5,
    beside=("Amount by city",),
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "state" / "slow.sqlite"


def write(file: Path, *slow: SlowQuery) -> None:
    with closing(SlowLog(file)) as log:
        for each in slow:
            log.record(each)


def test_a_document_is_read_as_it_was_written():
    assert from_json(to_json(SLOW)) == SLOW
    with pytest.raises(ValueError, match="at"):
        from_json("{}")


def test_what_was_recorded_is_read_newest_first(file):
    older = replace(SLOW, at=SLOW.at - timedelta(minutes=5), panel_id="04_map", execute_ms=900.0)
    write(file, older, SLOW)
    assert read(file, since_s=3600) == Recorded((SLOW, older))
    age_s = (datetime.now(UTC) - SLOW.at).total_seconds()
    assert read(file, since_s=age_s + 60) == Recorded((SLOW,))
    assert read(file, since_s=3600, over_ms=500) == Recorded((older,))
    assert read(file, since_s=3600, panel_id="04_map") == Recorded((older,))
    assert read(file, since_s=3600, most=1) == Recorded((SLOW,), older=1)


def test_nobody_else_may_read_it(file):
    write(file, SLOW)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_what_is_older_than_a_week_goes(file):
    write(file, replace(SLOW, at=SLOW.at - timedelta(seconds=KEPT_S + 60)))
    assert read(file, since_s=10 * KEPT_S) == Recorded(), "it is swept with the first write"
    write(file, replace(SLOW, at=datetime.now(UTC) - timedelta(seconds=KEPT_S - 60)))
    assert len(read(file, since_s=10 * KEPT_S).latest) == 1


def test_two_dashboards_write_one_log(file):
    with closing(SlowLog(file)) as one, closing(SlowLog(file)) as other:
        for number in range(20):
            (one, other)[number % 2].record(replace(SLOW, lag=number))
    assert {slow.lag for slow in read(file, since_s=3600).latest} == set(range(20))


def test_no_more_are_kept_than_the_disk_can_bear(file, monkeypatch):
    monkeypatch.setattr(slow_log, "MOST_KEPT", 3)
    for lag in range(5):
        write(file, replace(SLOW, lag=lag))
    assert [slow.lag for slow in read(file, since_s=3600).latest] == [4, 3, 2]


def test_all_that_waits_is_written_at_once(file, monkeypatch):
    opened: list[sqlite3.Connection] = []
    may_write, is_writing = threading.Event(), threading.Event()
    connect = slow_log._open

    def counted(path: Path) -> sqlite3.Connection:
        is_writing.set()
        assert may_write.wait(5)
        opened.append(connect(path))
        return opened[-1]

    monkeypatch.setattr(slow_log, "_open", counted)
    with closing(SlowLog(file)) as log:
        log.record(SLOW)
        assert is_writing.wait(5)
        for lag in range(500):
            log.record(replace(SLOW, lag=lag))
        may_write.set()
    assert len(read(file, since_s=3600).latest) == 501
    assert len(opened) == 2


def test_a_log_that_cannot_be_written_says_so_once_and_at_the_end_what_is_missing(tmp_path, caplog):
    (tmp_path / "file").write_text("")
    with caplog.at_level(logging.ERROR), closing(SlowLog(tmp_path / "file" / "slow.sqlite")) as log:
        log.record(SLOW)
        until(lambda: caplog.records)
        log.record(SLOW)
    why, missing = (record.getMessage() for record in caplog.records)
    assert why.startswith("slow log ")
    assert missing.endswith("slow.sqlite: 2 slow queries were not recorded")


def test_what_cannot_wait_or_is_still_waiting_at_the_end_is_missing(file, caplog, monkeypatch):
    may_write = threading.Event()

    def locked(_: Path) -> sqlite3.Connection:
        assert may_write.wait(5)
        raise sqlite3.OperationalError("database is locked")

    monkeypatch.setattr(slow_log, "MOST_WAITING", 3)
    monkeypatch.setattr(slow_log, "_BUSY_S", 0.01)
    monkeypatch.setattr(slow_log, "_open", locked)
    with caplog.at_level(logging.ERROR):
        log = SlowLog(file)
        for _ in range(5):
            log.record(SLOW)
        log.close()
        full, missing = (record.getMessage() for record in caplog.records)
        may_write.set()
        log._thread.join(5)
    assert full.endswith("slow.sqlite: 3 wait to be written already")
    assert missing.endswith("slow.sqlite: 5 slow queries were not recorded")


def test_there_may_be_no_log_yet_or_none_with_a_table(file):
    assert read(file, since_s=3600) == Recorded()
    file.parent.mkdir()
    file.touch()
    assert read(file, since_s=3600) == Recorded()


def test_a_file_that_is_no_log_or_cannot_be_looked_for_is_one_clear_error(file, monkeypatch):
    file.parent.mkdir()
    file.write_text("something else, long enough to be no database" * 20)
    with pytest.raises(SourceError, match=r"slow log .*slow\.sqlite: "):
        read(file, since_s=3600)

    def refused(_: Path) -> bool:
        raise PermissionError("not for you")

    monkeypatch.setattr(Path, "exists", refused)
    with pytest.raises(SourceError, match=r"slow log .*slow\.sqlite: not for you"):
        read(file, since_s=3600)


def test_a_row_of_another_version_is_left_out_and_told(file):
    write(file, SLOW, replace(SLOW, lag=1))
    with closing(sqlite3.connect(file)) as log, log:
        log.execute("UPDATE slow_queries SET document = '{}' WHERE number = 1")
    assert read(file, since_s=3600) == Recorded((replace(SLOW, lag=1),), unreadable=1)


# ── rtdash slow ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def named(file, monkeypatch) -> Path:
    monkeypatch.setenv("RTDASH_SLOW_LOG", str(file))
    return file


def test_the_command_tells_parts_and_what_else_went_on(named, capsys):
    write(named, SLOW)
    assert main(["slow"]) == 0
    (line,) = capsys.readouterr().out.splitlines()
    for said in ("302.0 ms", "03_best", "execute 300.0", "fetch 2.0", "spring 2,004/s", "lag 212", "behind 1.5 s"):
        assert said in line
    assert "customer_id = 2" in line
    assert "connect" not in line, "what took no time is not named"


def test_the_command_gives_json(named, capsys):
    write(named, replace(SLOW, execute_ms=250.0), SLOW)
    assert main(["slow", "--since", "1h", "--over", "300", "--json"]) == 0
    (line,) = capsys.readouterr().out.splitlines()
    assert from_json(line) == SLOW


def test_the_command_with_nothing_to_tell(named, capsys):
    assert main(["slow"]) == 0
    assert capsys.readouterr().out == f"nothing in {named} that matches\n"


def test_the_command_finds_the_log_of_a_settings_file(tmp_path, file, capsys):
    settings = tmp_path / "rtdash.toml"
    settings.write_text(f'slow_log = "{file}"\n')
    for typed in (["--settings", str(settings), "slow"], ["slow", "--settings", str(settings)]):
        assert main(typed) == 0
        assert capsys.readouterr().out == f"nothing in {file} that matches\n"


def test_text_of_a_server_is_plain(named, capsys):
    write(named, replace(SLOW, error="bad \x1b[31m text"))
    assert main(["slow"]) == 0
    assert "\x1b" not in capsys.readouterr().out


def test_what_the_command_leaves_out_is_told(named, capsys):
    write(named, *(replace(SLOW, lag=lag) for lag in range(6)))
    with closing(sqlite3.connect(named)) as log, log:
        log.execute("UPDATE slow_queries SET document = '{}' WHERE number = 6")
    for typed in (["slow", "--limit", "4"], ["slow", "--limit", "4", "--json"]):
        assert main(typed) == 0
        said = capsys.readouterr()
        assert len(said.out.splitlines()) == 3
        assert said.err.splitlines() == [
            "1 row was written by another version of rtdash",
            "the latest 4 of 6: --limit gives more",
        ]
