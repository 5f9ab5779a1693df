"""Starts campaign runners: the same `rtdash campaign start` that a user may type."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from signal import SIGKILL, SIGTERM
from tempfile import mkstemp

import platformdirs

from rtdash.campaigns.control import Runner
from rtdash.errors import RtdashError
from rtdash.model.campaign import CampaignPlan
from rtdash.model.typed import shown_rate, shown_seconds
from rtdash.servers.process import GuardedProcess, StopSignals
from rtdash.settings import Settings

_COMMAND = (sys.executable, "-P", "-m", "rtdash", "campaign", "start")
_STOP_S = 15.0
_KEPT_S = 7 * 24 * 3600.0
# When we are killed the database goes as well: a runner would try for longer to enter the end of its campaign.
_GUARDED_STOP: StopSignals = ((SIGTERM, 3.0), (SIGKILL, 0.5))


class DetachedRunner:
    """A runner that may outlive the dashboard: its campaign can be left running."""

    title = "campaign"

    def __init__(
        self, command: list[str], log_file: Path, environment: dict[str, str], keep_open: Sequence[int]
    ) -> None:
        self._log_file = log_file
        with log_file.open("wb") as log:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                env=environment,
                pass_fds=keep_open,
            )

    @property
    def returncode(self) -> int | None:
        """Exit status; None while it runs."""
        return self._process.poll()

    def log_tail(self) -> list[str]:
        """The last lines of its log."""
        return self._log_file.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-5:]

    def stop(self) -> None:
        """Ask it to end its campaign, and wait until it has. Raises RtdashError after 15 s: it goes on by itself."""
        self._process.send_signal(SIGTERM)
        try:
            self._process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            what = f"the campaign has not ended within {_STOP_S:g} s: it waits for its last delivery reports"
            raise RtdashError(what) from None


def arguments(plan: CampaignPlan) -> list[str]:
    """The plan as it would be typed after `rtdash campaign start`."""
    given = [f"--rate={shown_rate(plan.rate_per_s)}"]
    given += [f"--name={plan.name}"] * bool(plan.name)
    given += [f"--city={name}" for name in plan.cities]
    given += [f"--organization={name}" for name in plan.organizations]
    given += ["--beside"] * plan.beside
    given += [] if plan.count is None else [f"--count={plan.count}"]
    given += [] if plan.duration_s is None else [f"--duration={shown_seconds(plan.duration_s)}"]
    return given + [f"--in={shown_seconds(plan.delay_s)}"] * (plan.delay_s > 0)


def child_environment() -> dict[str, str]:
    """Our environment without our settings: a child reads them from the file that it is given."""
    return {name: value for name, value in os.environ.items() if not name.upper().startswith("RTDASH_")}


@contextmanager
def in_memory(settings: Settings) -> Iterator[tuple[Path, int]]:
    """The settings, with their secrets, as a file in memory, and the descriptor that a child must keep open to read it.

    It is gone with the last who has it open.
    """
    secrets = os.memfd_create("rtdash")
    file = Path(f"/proc/self/fd/{secrets}")
    try:
        settings.save(file)
        yield file, secrets
    finally:
        os.close(secrets)


def log_folder(demo: Path | None) -> Path:
    """Where children log: in the folder of a demo, or the user's own."""
    return platformdirs.user_state_path("rtdash") if demo is None else demo / "logs"


def new_log(folder: Path, what: str) -> Path:
    """An empty file for one child alone; those that nobody has written to for a week are removed."""
    folder.mkdir(parents=True, exist_ok=True)
    for log_file in folder.glob(f"{what}*.log"):
        # Another dashboard may be quicker.
        with suppress(FileNotFoundError):
            if log_file.stat().st_mtime < time.time() - _KEPT_S:
                log_file.unlink()
    opened, name = mkstemp(prefix=time.strftime(f"{what}-%Y%m%d-%H%M%S-"), suffix=".log", dir=folder)
    os.close(opened)
    return Path(name)


@contextmanager
def launcher(settings: Settings, demo: Path | None) -> Iterator[Callable[[CampaignPlan], Runner]]:
    """Gives a function that starts a runner by a plan. In the folder of a `demo` it ends with us, however we end."""
    logs = log_folder(demo)
    with in_memory(settings) as (file, secrets):

        def launch(plan: CampaignPlan) -> Runner:
            command = [*_COMMAND, "--settings", str(file), *arguments(plan)]
            log_file, environment = new_log(logs, "campaign"), child_environment()
            if demo is None:
                return DetachedRunner(command, log_file, environment, keep_open=(secrets,))
            return GuardedProcess.start(
                command,
                log_file=log_file,
                title="campaign",
                env=environment,
                stop_signals=_GUARDED_STOP,
                keep_open=(secrets,),
            )

        yield launch
