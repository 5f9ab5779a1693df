"""The guard: what it starts ends with us, however we go."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from subprocess import PIPE

import pytest

from rtdash.errors import ServerError
from rtdash.servers.process import GuardedProcess

QUICK = ((signal.SIGTERM, 0.2), (signal.SIGKILL, 0.5))


def eventually(condition: Callable[[], object], within_s: float = 5.0) -> bool:
    deadline = time.monotonic() + within_s
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def shell(script: str, log: Path, **options) -> GuardedProcess:
    return GuardedProcess.start(["sh", "-c", script], log_file=log, **options)


def number_in(log: Path) -> int:
    """The process id that the script has written."""
    assert eventually(lambda: log.exists() and log.read_text().endswith("\n"))
    return int(log.read_text())


def runs(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


def test_the_exit_status_is_the_commands(tmp_path):
    with shell("exit 3", tmp_path / "log") as process:
        assert eventually(lambda: not process.alive)
        assert process.returncode == 3
    with shell("kill -KILL $$", tmp_path / "log") as process:
        assert eventually(lambda: not process.alive)
        assert process.returncode == 128 + signal.SIGKILL


def test_an_early_end_is_told_with_the_last_lines_of_this_run(tmp_path):
    with shell("echo of the run before", tmp_path / "log") as process:
        process.wait(5)
    with shell("echo disk full; exit 1", tmp_path / "log", title="PostgreSQL") as process:
        assert eventually(lambda: not process.alive)
        with pytest.raises(ServerError, match=r"PostgreSQL ended with status 1; .*log says:\n  disk full$"):
            process.check()
        assert process.log_tail() == ["disk full"]


def test_a_command_that_is_not_there(tmp_path):
    process = GuardedProcess.start(["/no/such/server"], log_file=tmp_path / "log")
    with pytest.raises(ServerError, match=r"server ended with status 127;(.|\n)*No such file"):
        process.wait(5)


def test_a_command_that_takes_too_long_is_ended(tmp_path):
    process = shell("echo $$; sleep 300", tmp_path / "log", stop_signals=QUICK)
    pid = number_in(tmp_path / "log")
    with pytest.raises(ServerError, match="took longer than 0 s"):
        process.wait(0.1)
    assert not runs(pid)


def test_a_command_ends_in_its_own_way_when_it_can(tmp_path):
    script = "trap 'echo tidied; exit 7' TERM; echo started; while :; do sleep 0.05; done"
    with shell(script, tmp_path / "log") as process:
        assert eventually(lambda: process.log_tail() == ["started"])
    assert process.returncode == 7
    assert process.log_tail() == ["started", "tidied"]


def test_a_command_that_ignores_the_first_signal_gets_the_next(tmp_path):
    with shell("trap '' TERM; echo $$; while :; do sleep 0.05; done", tmp_path / "log", stop_signals=QUICK) as process:
        pid = number_in(tmp_path / "log")
    assert process.returncode == 128 + signal.SIGKILL
    assert not runs(pid)


def test_nothing_is_left_of_what_the_command_started(tmp_path):
    """Neither in its group nor in a session of its own, as PostgreSQL's processes are."""
    with shell("setsid sleep 300 & echo $!; exec sleep 300", tmp_path / "log", stop_signals=QUICK):
        pid = number_in(tmp_path / "log")
    assert not runs(pid)
    with shell("setsid sleep 300 & echo $! >&2; exit 4", tmp_path / "other", stop_signals=QUICK) as process:
        pid = number_in(tmp_path / "other")
        assert eventually(lambda: not process.alive)
        assert process.returncode == 4
    assert not runs(pid)


PARENT = """
import signal, sys
from pathlib import Path
from rtdash.servers.process import GuardedProcess
signal.signal(signal.SIGINT, signal.SIG_IGN)
signal.signal(signal.SIGHUP, signal.SIG_IGN)
one = GuardedProcess.start(["sh", "-c", "echo $PPID; exec sleep 300"], log_file=Path(sys.argv[1]))
two = GuardedProcess.start(["sh", "-c", "echo $$; exec sleep 300"], log_file=Path(sys.argv[2]))
sys.stdin.read()
"""


@pytest.fixture
def parent(tmp_path):
    """A process with two guarded ones: its id, the first one's guard, the second one."""
    logs = [tmp_path / "one", tmp_path / "two"]
    command = [sys.executable, "-c", PARENT, *logs]
    with subprocess.Popen(command, stdin=PIPE, start_new_session=True) as process:
        try:
            yield process, number_in(logs[0]), number_in(logs[1])
        finally:
            process.kill()


def children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def test_kill_9_of_the_parent_ends_all(parent):
    process, guard, second = parent
    (first,) = children(guard)
    process.kill()
    assert eventually(lambda: not any(map(runs, (guard, first, second))))


def test_kill_9_of_the_guard_ends_its_command(parent):
    _, guard, second = parent
    (first,) = children(guard)
    os.kill(guard, signal.SIGKILL)
    assert eventually(lambda: not runs(first))
    assert runs(second)


def test_the_signals_of_a_terminal_do_not_reach_the_command(parent):
    process, guard, second = parent
    for number in (signal.SIGINT, signal.SIGHUP):
        os.killpg(process.pid, number)
    assert not eventually(lambda: not (runs(guard) and runs(second)), within_s=0.3)
    for pid in (guard, *children(guard), second):
        assert os.getsid(pid) != os.getsid(process.pid)


def test_nobody_else_holds_the_lifeline(tmp_path):
    """A process that we start later and that outlives the end of the first must not keep the first alive."""
    first = shell("echo $$; exec sleep 300", tmp_path / "first")
    with shell("exec sleep 300", tmp_path / "second") as second, subprocess.Popen(["sleep", "300"]) as plain:
        pid = number_in(tmp_path / "first")
        first.stop()
        assert not runs(pid)
        assert second.alive
        plain.kill()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may run a command as another user")
def test_root_runs_a_command_as_another_user(tmp_path):
    with shell("id -un; id -Gn", tmp_path / "log", user="nobody") as process:
        process.wait(5)
    assert process.log_tail() == ["nobody", "nogroup"]
