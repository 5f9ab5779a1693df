"""`rtdash lab run` over two stores: what one has found is told, whatever becomes of the other."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path

import pytest

from rtdash.cli import lab as command
from rtdash.cli import main
from rtdash.errors import Refused, Unreachable
from rtdash.lab.account import Account, Say
from rtdash.lab.stop import Stop
from rtdash.lab.study import Study
from rtdash.model.lab import LabReport
from tests.unit import lab_reports

Work = Callable[[Account, Stop], None]


class Found(Study):
    """Has this report from the first moment."""

    def __init__(self, report: LabReport, work: Work = lambda _account, _stop: None) -> None:
        self._report = report
        self._does = work

    def _account(self, say: Say) -> Account:
        return Account(replace(self._report, phase=lab_reports.filling().phase), [], say)

    def _work(self, account: Account, stop: Stop) -> None:
        self._does(account, stop)


def fails(_account: Account, _stop: Stop) -> None:
    raise Refused("donations database: no")


def interrupted(_account: Account, stop: Stop) -> None:
    os.kill(os.getpid(), signal.SIGINT)
    while True:
        stop.check()


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """Exit status, and what was written as JSON."""

    def run_these(*studies: object) -> tuple[int, list[str]]:
        monkeypatch.setattr(command, "_studies", lambda _settings, _options: list(studies))
        file = tmp_path / "lab.json"
        status = main(["lab", "run", f"--json={file}"])
        return status, list(json.loads(file.read_text(encoding="utf-8"))) if file.stat().st_size else []

    return run_these


def test_what_one_has_found_is_kept_when_the_other_fails(run, capsys):
    clickstream, donations = Found(lab_reports.clickstream()), Found(lab_reports.done(), fails)
    for studies in ((clickstream, donations), (donations, clickstream)):
        assert run(*map(nullcontext, studies)) == (2, ["clickstream"])
        told = capsys.readouterr()
        assert "Top devices" in told.out
        assert "Best city" not in told.out
        assert [line for line in told.err.splitlines() if line.startswith("rtdash")] == [
            "rtdash: donations database: no"
        ]


def test_what_one_has_found_is_kept_when_the_other_is_stopped(run, capsys):
    studies = (Found(lab_reports.done()), Found(lab_reports.clickstream(), interrupted))
    assert run(*map(nullcontext, studies)) == (130, ["donations"])
    assert "Best city" in capsys.readouterr().out


def test_every_failure_is_told(run, capsys):
    @contextmanager
    def away() -> Iterator[Study]:
        raise Unreachable("clickstream: nobody is there")
        yield

    assert run(nullcontext(Found(lab_reports.done(), fails)), away()) == (2, [])
    assert [line for line in capsys.readouterr().err.splitlines() if line.startswith("rtdash")] == [
        "rtdash: clickstream: nobody is there",
        "rtdash: donations database: no",
    ]


def test_what_a_server_says_of_a_failure_cannot_steer_the_terminal(run, capsys):
    def hostile(_account: Account, _stop: Stop) -> None:
        raise Unreachable("a server says \x1b[2J")

    clickstream, donations = Found(lab_reports.clickstream(), hostile), Found(lab_reports.done(), hostile)
    assert run(nullcontext(clickstream), nullcontext(donations))[0] == 2
    told = capsys.readouterr().err
    assert told.count("rtdash: a server says") == 2
    assert "\x1b" not in told


def test_a_server_of_one_is_gone_before_the_other_begins(run):
    done = []

    @contextmanager
    def server(report: LabReport) -> Iterator[Study]:
        done.append(f"{report.store} begins")
        yield Found(report)
        done.append(f"{report.store} is gone")

    assert run(server(lab_reports.done()), server(lab_reports.clickstream()))[0] == 0
    assert done == ["donations begins", "donations is gone", "clickstream begins", "clickstream is gone"]
