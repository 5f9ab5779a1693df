"""Runs one command and ends it, with all that it started, as soon as the lifeline closes.

    python -I -S guard.py USER|- SIGNAL:GRACE_S[,SIGNAL:GRACE_S …] COMMAND [ARGUMENT …]

The lifeline is standard input: a pipe whose other end only the parent holds, so that it closes however the parent goes,
kill -9 included. The guard must have a session of its own, where no Ctrl-C of a terminal reaches it. It takes over what
the command leaves behind, and should the guard itself be killed, the kernel sends the first signal to the command.

A program of its own that needs nothing but the standard library: it starts in milliseconds and stays small.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import pwd
import select
import signal
import sys
import time
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36
_LIFELINE = 0
_ENDED = os.WEXITED | os.WNOHANG | os.WNOWAIT
_LEFTOVERS_GRACE_S = 1.0


def _prctl(option: int, value: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(option, value, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl")


def _become(user: str) -> None:
    account = pwd.getpwnam(user)
    os.initgroups(user, account.pw_gid)
    os.setgid(account.pw_gid)
    os.setuid(account.pw_uid)


def _start(command: list[str], user: str, signal_without_guard: signal.Signals) -> int:
    """Fork and exec the command as leader of a group of its own; returns its process id."""
    guard = os.getpid()
    child = os.fork()
    if child:
        return child
    try:
        os.setpgid(0, 0)
        if user != "-":
            _become(user)
        # After the change of user, which clears it.
        _prctl(_PR_SET_PDEATHSIG, signal_without_guard)
        if os.getppid() != guard:
            os._exit(0)
        # What Python ignores would stay ignored in the command.
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
        signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
        os.dup2(os.open(os.devnull, os.O_RDONLY), _LIFELINE)
        os.execvp(command[0], command)  # noqa: S606 (a list of arguments, no shell)
    except (OSError, KeyError) as error:
        print(f"{command[0]}: {error}", file=sys.stderr, flush=True)  # noqa: T201 (standard error is the log)
    os._exit(127)


class _Watch:
    """Wakes up when the command ends, when the lifeline closes or when somebody sends SIGTERM."""

    def __init__(self, child: int) -> None:
        self.child = child
        self.exit_status: int | None = None
        self._signals, written = os.pipe()
        os.set_blocking(written, False)
        signal.set_wakeup_fd(written)
        for number in (signal.SIGCHLD, signal.SIGTERM):
            signal.signal(number, lambda *_: None)

    def has_ended(self) -> bool:
        # Not yet reaped, so that its number still stands for its group.
        if self.exit_status is None and (end := os.waitid(os.P_PID, self.child, _ENDED)):
            self.exit_status = end.si_status if end.si_code == os.CLD_EXITED else 128 + end.si_status
        return self.exit_status is not None

    def until_called_off(self) -> None:
        while not self.has_ended():
            ready, _, _ = select.select([_LIFELINE, self._signals], [], [])
            if self._signals in ready and signal.SIGTERM in os.read(self._signals, 4096):
                return
            if _LIFELINE in ready and not os.read(_LIFELINE, 4096):
                return

    def until_ended(self, grace_s: float) -> None:
        deadline = time.monotonic() + grace_s
        while not self.has_ended() and (left := deadline - time.monotonic()) > 0:
            if select.select([self._signals], [], [], left)[0]:
                os.read(self._signals, 4096)


def _end_leftovers(leader: int) -> None:
    """Kill what the command left: its group, and orphans of other groups, which the kernel made our children."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(leader, signal.SIGKILL)
    children = Path(f"/proc/self/task/{os.getpid()}/children")
    deadline = time.monotonic() + _LEFTOVERS_GRACE_S
    while time.monotonic() < deadline:
        for pid in children.read_text().split() if children.exists() else []:
            os.kill(int(pid), signal.SIGKILL)
        try:
            if os.waitpid(-1, os.WNOHANG) == (0, 0):
                time.sleep(0.01)
        except ChildProcessError:
            return


def main(user: str, stop_signals: str, *command: str) -> int:
    """Run the command; returns its exit status, or 128 + the signal that ended it."""
    stops = [
        (signal.Signals[f"SIG{name}"], float(grace)) for name, grace in (s.split(":") for s in stop_signals.split(","))
    ]
    signal.pthread_sigmask(signal.SIG_SETMASK, [])
    _prctl(_PR_SET_CHILD_SUBREAPER, 1)
    watch = _Watch(_start(list(command), user, stops[0][0]))
    watch.until_called_off()
    for number, grace_s in stops:
        if not watch.has_ended():
            os.kill(watch.child, number)
            watch.until_ended(grace_s)
    _end_leftovers(watch.child)
    return watch.exit_status if watch.exit_status is not None else 128 + signal.SIGKILL


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
