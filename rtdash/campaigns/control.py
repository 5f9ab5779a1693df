"""The dashboard's hand on the campaigns: commands go to the table, runners are processes. A thread of its own."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from dataclasses import replace
from functools import partial
from queue import Empty, SimpleQueue
from typing import Any, Protocol, TypeAlias

from pydantic import SecretStr
from pymysql import MySQLError
from pymysql.connections import Connection

from rtdash.campaigns.stale import StaleWatch
from rtdash.campaigns.store import CampaignStore
from rtdash.errors import RtdashError, SourceError
from rtdash.model.campaign import CampaignPlan, CampaignState, RateChange
from rtdash.model.pipeline import PipelineState
from rtdash.model.text import plain
from rtdash.model.typed import shown_rate
from rtdash.sources import donations
from rtdash.sources.pipeline import Pipeline

log = logging.getLogger(__name__)

Report = Callable[[str, str | None], object]
"""Called on the control's thread with what was done and, when it could not be, why."""

_Command: TypeAlias = partial[str]
"""A method of the control with its arguments; it returns what was done."""

_WATCH_S = 1.0
_LAUNCH_S = 1.5
"""A runner needs about a second to enter its campaign; a key pressed again meanwhile means the same one."""
_DEADLINE_S = 5.0
_PIPELINE_S = 3.0
"""How long a command waits until the pipeline is seen to do what it was told; those behind it wait as well."""


class Runner(Protocol):
    """The process of one campaign."""

    title: str

    @property
    def returncode(self) -> int | None:
        """Exit status; None while it runs."""
        ...

    def log_tail(self) -> list[str]:
        """The last lines of its log."""
        ...

    def stop(self) -> None:
        """Ask it to end its campaign, and wait until it has; from any thread. Raises RtdashError when it takes long."""
        ...


class CampaignControl:
    """Methods return at once and are carried out in order; `close` waits. `launch` starts a runner by a plan."""

    def __init__(
        self, dsn: SecretStr, launch: Callable[[CampaignPlan], Runner], report: Report, plan: CampaignPlan
    ) -> None:
        self._dsn = dsn
        self._launch = launch
        self._report = report
        self.plan = plan
        """With which a campaign was last started here, or the next one will be; changed by this thread alone."""
        self._runners: list[Runner] = []
        self._latest: Runner | None = None
        self._launched_at = 0.0
        self._connection: Connection[Any] | None = None
        self._stale = StaleWatch()
        self._complaint = ""
        self._commands: SimpleQueue[_Command | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="control", daemon=True)
        self._thread.start()

    @property
    def own(self) -> int:
        """How many campaigns that were started here have not ended."""
        return sum(runner.returncode is None for runner in tuple(self._runners))

    def start_campaign(self, plan: CampaignPlan | None = None, *, beside: bool = False) -> None:
        """Start a campaign in a process of its own, by `plan` or with the last settings.

        Its runner stops those that run unless it runs beside them.
        """
        self._commands.put(partial(self._start, plan, beside=beside))

    def stop_campaign(self, campaign_id: int) -> None:
        """Ask this campaign to stop, whoever has started it."""
        self._commands.put(partial(self._stop_one, campaign_id))

    def stop_campaigns(self) -> None:
        """Ask all campaigns that run or are planned to stop, also those of other dashboards."""
        self._commands.put(partial(self._stop))

    def change_rate(self, change: RateChange, campaign_id: int | None = None) -> None:
        """Another rate for this campaign, while it runs or is planned, or else for the next one."""
        self._commands.put(partial(self._change_rate, change, campaign_id))

    def toggle_pipeline(self) -> None:
        """Start the pipeline that loads the donations, or stop it when it runs."""
        self._commands.put(partial(self._toggle_pipeline))

    def close(self, *, stop_own: bool) -> None:
        """End the thread; with `stop_own` the campaigns started here end first, with all their delivery reports.

        Of the commands that wait only the stops are still carried out, each once: a command may take its deadline on
        a server that hangs.
        """
        stops: dict[object, _Command] = {}
        with suppress(Empty):
            while True:
                command = self._commands.get_nowait()
                if command is not None and command.func in (self._stop, self._stop_one):
                    stops[command.func, command.args] = command
        for command in stops.values():
            self._commands.put(command)
        if stop_own:
            self._commands.put(partial(self._stop_own))
        self._commands.put(None)
        self._thread.join()

    def _run(self) -> None:
        """The one place where any exception becomes a report: the thread must outlive all but its end."""
        while True:
            command: Callable[[], str] | None = self._watch
            with suppress(Empty):
                command = self._commands.get(timeout=_WATCH_S)
            if command is None:
                self._forget_connection()
                return
            try:
                if done := command():
                    self._report(done, None)
                self._complaint = ""
            except Exception as error:  # noqa: BLE001 (each is said, and one that is not ours is logged)
                self._forget_connection()
                # The watch may meet it again each second; it is said once.
                before, self._complaint = self._complaint, repr(error)
                if command != self._watch or self._complaint != before:
                    self._report("", _said(error))

    def _watch(self) -> str:
        """Nobody asked for it: what is found is reported where it is found."""
        self._watch_runners()
        self._give_up_stale()
        return ""

    def _watch_runners(self) -> None:
        for runner in [runner for runner in self._runners if runner.returncode is not None]:
            self._runners.remove(runner)
            if runner.returncode:
                self._report("", f"the campaign's runner {why_ended(runner, runner.returncode)}")
            # It has ended: the lifeline to its guard is closed.
            runner.stop()

    def _give_up_stale(self) -> None:
        try:
            if lost := self._stale.look(self._store()):
                self._report("", f"{lost} campaign(s) fell silent and were given up as lost")
        except SourceError as error:
            # The panels say that the database is away; here it is only that nothing can be judged meanwhile.
            if self._connection is not None:
                log.info("campaigns cannot be watched: %s", error)
            self._forget_connection()

    def _database(self) -> Connection[Any]:
        if self._connection is None:
            self._connection = donations.connect(self._dsn, "control", deadline_s=_DEADLINE_S)
        return self._connection

    def _store(self) -> CampaignStore:
        return CampaignStore(self._database())

    def _forget_connection(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            # It may be broken: its end is nobody's news.
            with suppress(MySQLError):
                connection.close()

    @property
    def _starting(self) -> Runner | None:
        """The runner that was launched last, until it can have entered its campaign."""
        is_young = time.monotonic() - self._launched_at < _LAUNCH_S
        return self._latest if is_young and self._latest is not None and self._latest.returncode is None else None

    def _start(self, plan: CampaignPlan | None, *, beside: bool) -> str:
        if self._starting is not None:
            return "a campaign is starting already"
        plan = plan or replace(self.plan, beside=beside)
        self._latest = self._launch(plan)
        self._launched_at = time.monotonic()
        self._runners.append(self._latest)
        self.plan = replace(plan, beside=False, delay_s=0.0)
        when = f", to begin in {plan.delay_s:,.0f} s," if plan.delay_s else ""
        rate = shown_rate(plan.rate_per_s)
        return f"starting {plan.name or 'a campaign'}{when} at {rate}/s{', beside' * plan.beside}"

    def _stop_one(self, campaign_id: int) -> str:
        store = self._store()
        if (campaign := store.get(campaign_id)) is None:
            return f"there is no campaign {campaign_id}"
        if not store.request_stop(campaign_id):
            return f"{campaign.name} is {campaign.state} already"
        return f"stopping {campaign.name}: waiting for its last delivery reports"

    def _stop(self) -> str:
        starting, self._latest = self._starting, None
        try:
            asked = self._store().stop_all()
        finally:
            # It may not have entered its campaign yet, and would start it after all.
            if starting is not None and self._end([starting]):
                self._runners.remove(starting)
        is_asked = asked or starting is not None
        return "stopping: waiting for the last delivery reports" if is_asked else "no campaign is running"

    def _change_rate(self, change: RateChange, campaign_id: int | None) -> str:
        campaign = self._store().get(campaign_id) if campaign_id is not None else None
        if campaign is None or campaign.state not in (CampaignState.PLANNED, CampaignState.RUNNING):
            self.plan = replace(self.plan, rate_per_s=change(self.plan.rate_per_s))
            return f"next campaign: {shown_rate(self.plan.rate_per_s)}/s"
        rate_per_s = change(campaign.rate_per_s)
        self._store().set_rate(campaign.campaign_id, rate_per_s)
        self.plan = replace(self.plan, rate_per_s=rate_per_s)
        return f"{campaign.name}: {shown_rate(rate_per_s)}/s"

    def _toggle_pipeline(self) -> str:
        pipeline = Pipeline(self._database())
        is_running = pipeline.state() == PipelineState.RUNNING
        return pipeline.stop(_PIPELINE_S) if is_running else pipeline.start(_PIPELINE_S)

    def _stop_own(self) -> str:
        return "campaigns stopped" if self._end(self._runners) else ""

    def _end(self, runners: Sequence[Runner]) -> bool:
        """Stop them all at once, as one may be slow to end; whether all have ended: of any other it is said why."""
        with ThreadPoolExecutor(max(1, len(runners))) as threads:
            left = [why for why in threads.map(_stopped, runners) if why]
        for why in left:
            self._report("", why)
        return not left


def _stopped(runner: Runner) -> str:
    """Stop a runner; why it has not ended, or nothing."""
    try:
        runner.stop()
    except RtdashError as error:
        return str(error)
    return ""


def _said(error: Exception) -> str:
    if isinstance(error, RtdashError):
        return str(error)
    log.error("control", exc_info=error)
    return f"{type(error).__name__} (see the log)"


def why_ended(runner: Runner, status: int) -> str:
    """What became of a process; a status below 0 or above 128 is that of a signal, any other its log explains."""
    if status < 0 or status > 128:
        return f"was ended by signal {abs(status) % 128}"
    said = runner.log_tail()
    return f"failed: {plain(said[-1].partition(': ')[2] or said[-1])}" if said else f"failed with status {status}"


def close_stale(dsn: SecretStr, silent_s: float) -> int:
    """Give up what runners that are gone have left, before the first screen; how many campaigns it was."""
    with closing(donations.connect(dsn, "control", deadline_s=_DEADLINE_S)) as connection:
        return CampaignStore(connection).close_stale(silent_s)
