"""The lab's process: its reports are read line by line, and it ends when it is told to, or when nobody is left to."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from rtdash.cli import laboratory
from rtdash.cli.arguments import parse
from rtdash.model.lab import LabReport, Phase, to_json
from rtdash.model.lab_plan import LabPlan
from rtdash.settings import load
from tests.unit.lab_reports import NAMES, SUBJECTS, filling
from tests.unit.server import eventually

PASSWORD = "hunter2-geheim"
PLAN = LabPlan(100_000, ("baseline", "rollup"))
CLEANING = replace(filling(), phase=Phase.CLEANING)
STOPPED = replace(filling(), phase=Phase.STOPPED)
DONE = replace(filling(), phase=Phase.DONE)

START = """
import os, signal, sys, time
from contextlib import suppress
from pathlib import Path
folder = Path(sys.argv[1])
def say(text, end="\\n"):
    # print() is not to be called again in a signal's handler; and nobody may read any more.
    with suppress(BrokenPipeError):
        os.write(1, (text + end).encode())
def report(phase):
    return (folder / phase).read_text()
"""
ENDS_ORDERLY = """
def on_signal(*_):
    say(report("cleaning"))
    # Until the test has seen it.
    while not (folder / "seen").exists():
        time.sleep(0.01)
    (folder / "gone").touch()
    say(report("stopped"))
    os._exit(130)
signal.signal(signal.SIGTERM, on_signal)
say(report("filling"))
while True:
    signal.pause()
"""


@dataclass
class Heard:
    """What the app would have been told."""

    folder: Path
    reports: list[LabReport] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    threads: set[threading.Thread] = field(default_factory=set)

    def report(self, report: LabReport) -> None:
        self.threads.add(threading.current_thread())
        self.reports.append(report)

    def end(self, error: str) -> None:
        self.errors.append(error)


@pytest.fixture
def heard(tmp_path: Path) -> Heard:
    for report in (filling(), CLEANING, STOPPED, DONE):
        (tmp_path / report.phase).write_text(to_json(report))
    return Heard(tmp_path)


@pytest.fixture
def lab(heard, monkeypatch) -> Callable[..., object]:
    """`with lab(PROGRAM) as found:` a laboratory whose command is this program."""

    @contextmanager
    def opened(program: str) -> Iterator[laboratory.ChildLaboratory]:
        command = (sys.executable, "-I", "-S", "-c", START + program, str(heard.folder))
        monkeypatch.setattr(laboratory, "_COMMAND", command)
        settings = load(donations_dsn=f"mysql://u:{PASSWORD}@h/d")
        with laboratory.laboratory(settings, heard.folder, SUBJECTS, heard.report, heard.end) as found:
            yield found

    return opened


def test_lines_come_in_pieces_and_what_is_no_report_is_logged(heard, lab, caplog):
    program = """
text = report("filling")
say(text[:7], end="")
time.sleep(0.05)
say(text[7:] + "\\nno \\x1b[2J json\\n{}\\n" + report("done")[:9], end="")
time.sleep(0.05)
say(report("done")[9:])
"""
    with caplog.at_level(logging.WARNING), lab(program) as found:
        found.start(PLAN)
        assert found.is_running
        eventually(lambda: heard.errors)
        assert heard.reports == [filling(), DONE]
        assert heard.errors == [""]
        assert not found.is_running
    assert [record.message for record in caplog.records] == [
        "the lab has said what is no report: no ·[2J json·",
        "the lab has said what is no report: {}·",
    ]
    assert threading.main_thread() not in heard.threads


def test_a_lab_whose_reports_nobody_can_take_in_runs_no_more(heard, lab, caplog):
    def refuse(report: LabReport) -> None:
        raise ValueError(report.phase)

    heard.report = refuse
    with lab("say(report('filling'))") as found:
        found.start(PLAN)
        eventually(lambda: heard.errors)
        assert heard.errors == ["the lab could not be followed: ValueError (see the log)"]
        assert not found.is_running
    assert caplog.records[-1].exc_info is not None


@pytest.mark.parametrize(
    ("program", "error"),
    [
        ("print('rtdash: no database is set', file=sys.stderr); sys.exit(2)", "the lab failed: no database is set"),
        ("say(report('filling')); sys.exit(1)", "the lab failed with status 1"),
        ("say(report('filling')); os.kill(os.getpid(), signal.SIGKILL)", "the lab was ended by signal 9"),
        # What makes its figures doubtful is in the report.
        ("say(report('done')); sys.exit(1)", ""),
        ("say(report('stopped')); sys.exit(130)", ""),
        # Of the store before this one.
        ("say(report('done')); print('rtdash: no', file=sys.stderr); sys.exit(2)", "the lab failed: no"),
    ],
)
def test_one_that_fails_says_why_in_one_line(heard, lab, program, error):
    with lab(program) as found:
        found.start(PLAN)
        eventually(lambda: heard.errors)
        assert heard.errors == [error]


def test_one_that_cannot_be_started_says_so(heard, lab):
    (heard.folder / "logs").touch()
    with lab("") as found:
        found.start(PLAN)
        eventually(lambda: heard.errors)
        assert not found.is_running
    assert len(heard.errors) == 1
    assert heard.errors[0].startswith("the lab could not be started: ")


@pytest.mark.parametrize("is_called_off", [False, True])
def test_whoever_starts_it_waits_for_no_file(heard, lab, monkeypatch, is_called_off):
    may_open = threading.Event()

    def slow(*arguments: str) -> Path:
        assert may_open.wait(10)
        return new_log(*arguments)

    new_log = laboratory.new_log
    monkeypatch.setattr(laboratory, "new_log", slow)
    with lab("signal.pause()" if is_called_off else "say(report('done'))") as found:
        found.start(PLAN)
        assert found.is_running
        if is_called_off:
            found.stop()
        may_open.set()
        eventually(lambda: heard.errors)
        assert heard.errors == [""]
        assert not found.is_running


def test_it_is_told_to_stop_and_removes_its_tables_first(heard, lab):
    with lab(ENDS_ORDERLY) as found:
        found.start(PLAN)
        eventually(lambda: heard.reports)
        found.start(PLAN)
        found.stop()
        eventually(lambda: heard.reports[-1] == CLEANING)
        assert found.is_running, "until it has ended"
        assert heard.errors == []
        (heard.folder / "seen").touch()
        eventually(lambda: heard.errors)
        assert heard.reports == [filling(), CLEANING, STOPPED]
        assert heard.errors == [""]
        # And it may be started again.
        (heard.folder / "gone").unlink()
        found.start(PLAN)
        eventually(lambda: len(heard.reports) == 4)
    assert (heard.folder / "gone").exists(), "the end waits for it"
    assert heard.errors == ["", ""]


def test_one_that_does_not_end_is_killed(heard, lab, monkeypatch):
    monkeypatch.setattr(laboratory, "_STOP", ((signal.SIGTERM, 0.1), (signal.SIGKILL, 0.5)))
    with lab(ENDS_ORDERLY) as found:
        found.start(PLAN)
        eventually(lambda: heard.reports)
        found.close()
    assert heard.errors == ["the lab was ended by signal 9"]


def test_it_can_be_called_off_before_it_has_said_anything(heard, lab):
    with lab("(folder / 'here').touch(); signal.pause()") as found:
        found.start(PLAN)
        eventually((heard.folder / "here").exists)
        found.stop()
        eventually(lambda: heard.errors)
    assert heard.errors == [""]


def test_it_reads_its_settings_from_memory_and_no_file_holds_the_password(heard, lab, monkeypatch):
    monkeypatch.setenv("RTDASH_DONATIONS_DSN", "mysql://other@h/d")
    program = """
print("told", *[each for each in sys.argv[2:] if each.startswith("-")], file=sys.stderr)
print("environment", [name for name in os.environ if name.startswith("RTDASH")], file=sys.stderr)
settings = open(sys.argv[sys.argv.index("--settings") + 1]).read()
print("password", "hunter2-geheim" in settings, file=sys.stderr)
"""
    with lab(program) as found:
        found.start(PLAN)
        eventually(lambda: heard.errors)
        (log,) = (heard.folder / "logs").glob("lab-*.log")
        assert log.read_text().splitlines() == [
            "told --settings --rows=100000 --layouts=baseline,rollup",
            "environment []",
            "password True",
        ]
        assert log.stat().st_mode & 0o077 == 0
        assert not [file for file in heard.folder.rglob("*") if file.is_file() and PASSWORD in file.read_text()]


def test_it_ends_with_us_however_we_end(heard):
    """Kill -9 of whoever started it: it is told to end, in order."""
    program = f"""
import signal, sys, threading
from pathlib import Path
from rtdash.cli import laboratory
from rtdash.model.lab_plan import LabPlan
from rtdash.settings import load
folder = Path({str(heard.folder)!r})
laboratory._COMMAND = (sys.executable, "-I", "-S", "-c", {START + ENDS_ORDERLY!r}, str(folder))
said = lambda report: (folder / "started").touch()
with laboratory.laboratory(load(), folder, (), said, print) as found:
    found.start(LabPlan(1))
    threading.Event().wait()
"""
    (heard.folder / "seen").touch()
    parent = subprocess.Popen([sys.executable, "-c", program])
    try:
        eventually((heard.folder / "started").exists)
    finally:
        parent.kill()
        parent.wait()
    eventually((heard.folder / "gone").exists)


@pytest.mark.parametrize("plan", [PLAN, LabPlan(10_000_000)])
def test_it_is_told_the_whole_plan(plan):
    options = parse(["lab", "run", "--stream", *laboratory.arguments(plan)])
    assert (options.rows, options.layouts) == (plan.rows, plan.layouts or NAMES)


def test_of_last_weeks_logs_none_is_kept(heard, lab):
    logs = heard.folder / "logs"
    logs.mkdir()
    old = logs / "lab-old.log"
    old.touch()
    os.utime(old, (0.0, 0.0))
    with lab("") as found:
        found.start(PLAN)
        eventually(lambda: heard.errors)
    assert not old.exists()
