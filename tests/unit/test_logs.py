"""While the screen is ours, records of rtdash go to a file and nowhere else."""

from __future__ import annotations

import logging

import pytest

from rtdash import logs


@pytest.fixture(autouse=True)
def logger() -> logging.Logger:
    made = logging.getLogger("rtdash")
    made.handlers = []
    return made


def test_to_a_file(tmp_path, logger, capsys):
    file = tmp_path / "state" / "rtdash.log"
    logs.to_file(file)
    logging.getLogger("rtdash.scheduler.lane").info("panel %s", "a")
    logging.getLogger("rtdash.scheduler.lane").debug("too much")
    assert file.read_text().endswith(" INFO rtdash.scheduler.lane: panel a\n")
    assert len(file.read_text().splitlines()) == 1
    assert capsys.readouterr() == ("", "")
    assert not logger.propagate


def test_a_log_is_bounded(tmp_path):
    file = tmp_path / "rtdash.log"
    logs.to_file(file)
    for _ in range(120):
        logging.getLogger("rtdash").info("x" * 100_000)
    files = sorted(tmp_path.iterdir())
    assert [each.name for each in files] == ["rtdash.log", "rtdash.log.1"]
    assert all(each.stat().st_size <= 5_000_000 for each in files)


def test_to_standard_error(capsys):
    logs.to_stderr(logging.WARNING)
    logging.getLogger("rtdash.ingest").warning("late")
    logging.getLogger("rtdash.ingest").info("fine")
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.endswith(" WARNING rtdash.ingest: late\n")
    assert captured.err.count("\n") == 1


def test_what_others_say_steers_no_terminal(tmp_path, capsys):
    file, said = tmp_path / "rtdash.log", "broker \x1b[2J\u202e says\n2026 INFO rtdash: fine"
    logs.to_file(file)
    logs.to_stderr()

    def fail() -> None:
        raise ValueError(said)

    try:
        fail()
    except ValueError:
        logging.getLogger("rtdash.ingest").exception("%s", said)
    for text in (file.read_text(), capsys.readouterr().err):
        lines = text.splitlines()
        assert lines[0].endswith(" ERROR rtdash.ingest: broker ·[2J· says·2026 INFO rtdash: fine")
        assert lines[1] == "Traceback (most recent call last):"
        assert lines[-2:] == ["ValueError: broker ·[2J· says", "2026 INFO rtdash: fine"]
