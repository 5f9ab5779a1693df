"""The lab behind the dashboard: the same `rtdash lab run` that a user may type, whose reports are read line by line."""

from __future__ import annotations

import logging
import os
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from signal import SIGKILL, SIGTERM
from typing import BinaryIO

from rtdash.campaigns.control import why_ended
from rtdash.cli.runner import child_environment, in_memory, log_folder, new_log
from rtdash.model.lab import LabReport, Phase, Subject, from_json
from rtdash.model.lab_plan import LabPlan
from rtdash.model.text import plain
from rtdash.servers.process import GuardedProcess, StopSignals
from rtdash.settings import Settings

_log = logging.getLogger(__name__)

_COMMAND = (sys.executable, "-P", "-m", "rtdash", "lab", "run", "--stream")
# What runs is broken off at once, but dropping tables of millions of rows takes its time.
_STOP: StopSignals = ((SIGTERM, 60.0), (SIGKILL, 0.5))
_DOUBTFUL, _STOPPED = 1, 130
"""Exit statuses of `rtdash lab run`."""
_LONGEST_LINE = 4_000_000
_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Place:
    """Where a lab finds its settings, and where it logs."""

    settings_file: Path
    keep_open: int
    """The descriptor by which that file can be read."""
    logs: Path


class ChildLaboratory:
    """One lab at a time, below a guard. `reported` and `ended` (with what went wrong) are called in a thread."""

    def __init__(
        self,
        place: Place,
        subjects: Sequence[Subject],
        reported: Callable[[LabReport], object],
        ended: Callable[[str], object],
    ) -> None:
        self.subjects = subjects
        self._place = place
        self._reported = reported
        self._ended = ended
        self._process: GuardedProcess | None = None
        self._thread: threading.Thread | None = None
        self._is_running = False
        self._is_called_off = False

    @property
    def is_running(self) -> bool:
        """Until all that it has made is gone again."""
        return self._is_running

    def start(self, plan: LabPlan) -> None:
        """Start it, unless it runs."""
        if self._is_running:
            return
        self._is_running, self._is_called_off = True, False
        self._thread = threading.Thread(target=self._run, args=(plan,), name="lab")
        self._thread.start()

    def stop(self) -> None:
        """Have it end; it removes what it has made first."""
        # First, for the thread that may be about to start it.
        self._is_called_off = True
        if (process := self._process) is not None:
            threading.Thread(target=process.stop, name="lab stop").start()

    def close(self) -> None:
        """The same, and wait until it has."""
        self.stop()
        if self._thread is not None:
            self._thread.join()

    def _run(self, plan: LabPlan) -> None:
        try:
            process, lines = self._started(plan)
        except OSError as error:
            trouble = f"the lab could not be started: {error}"
        else:
            trouble = self._follow(process, lines)
        self._process = None
        self._is_running = False
        self._ended(trouble)

    def _started(self, plan: LabPlan) -> tuple[GuardedProcess, BinaryIO]:
        """Its process, and what it says. Raises OSError."""
        read, write = os.pipe()
        try:
            process = GuardedProcess.start(
                [*_COMMAND, "--settings", self._place.settings_file, *arguments(plan)],
                log_file=new_log(self._place.logs, "lab"),
                title="lab",
                env=child_environment(),
                stop_signals=_STOP,
                keep_open=(self._place.keep_open,),
                output=write,
            )
        except OSError:
            os.close(read)
            raise
        finally:
            os.close(write)
        return process, os.fdopen(read, "rb")

    def _follow(self, process: GuardedProcess, lines: BinaryIO) -> str:
        """Hand on what it reports until it has ended; what went wrong, in one line."""
        self._process = process
        if self._is_called_off:
            self.stop()
        try:
            try:
                with lines:
                    last = self._read(lines)
            finally:
                # Nobody holds the other end any more: it has ended, or ends now.
                process.stop()
            return self._trouble(process, last)
        except Exception as error:  # noqa: BLE001 (each is said, and logged)
            _log.exception("the lab could not be followed")
            return f"the lab could not be followed: {type(error).__name__} (see the log)"

    def _read(self, lines: BinaryIO) -> LabReport | None:
        """Hand every report on; returns the last one."""
        last = None
        while line := lines.readline(_LONGEST_LINE):
            try:
                last = from_json(line)
            except ValueError:
                _log.warning("the lab has said what is no report: %s", plain(line[:_SHOWN].decode(errors="replace")))
                continue
            self._reported(last)
        return last

    def _trouble(self, process: GuardedProcess, last: LabReport | None) -> str:
        """What went wrong, in one line; nothing when it has come to its end, or was called off and has cleaned up."""
        status = process.returncode or 0
        is_called_off = self._is_called_off and (last is None or last.phase.is_end)
        # What makes figures doubtful, and why it had to stop, is in the report.
        is_told = last is not None and (last.phase, status) in {(Phase.DONE, _DOUBTFUL), (Phase.STOPPED, _STOPPED)}
        if not status or is_called_off or is_told:
            return ""
        return f"the lab {why_ended(process, status)}"


def arguments(plan: LabPlan) -> list[str]:
    """The plan as it would be typed after `rtdash lab run`."""
    return [f"--rows={plan.rows}", *([f"--layouts={','.join(plan.layouts)}"] if plan.layouts else [])]


@contextmanager
def laboratory(
    settings: Settings,
    demo: Path | None,
    subjects: Sequence[Subject],
    reported: Callable[[LabReport], object],
    ended: Callable[[str], object],
) -> Iterator[ChildLaboratory]:
    """A lab that may be started, with these settings, and is stopped at the end; it ends with us, however we do."""
    with in_memory(settings) as (file, descriptor):
        found = ChildLaboratory(Place(file, descriptor, log_folder(demo)), subjects, reported, ended)
        try:
            yield found
        finally:
            found.close()
