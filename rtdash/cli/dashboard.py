"""`rtdash`: the dashboard on the servers of the settings. `rtdash demo` opens the same with other addresses."""

from __future__ import annotations

import argparse
import asyncio
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import platformdirs

from rtdash import logs
from rtdash.campaigns.control import CampaignControl, Report
from rtdash.cli import flags, signals, terminal
from rtdash.cli.garbage import Garbage, importing
from rtdash.cli.laboratory import laboratory
from rtdash.cli.runner import launcher
from rtdash.errors import SettingsError
from rtdash.lab.layout import layouts
from rtdash.model.campaign import CampaignPlan, RateChange
from rtdash.model.engine import Engine
from rtdash.model.lab import LabReport, Subject
from rtdash.model.slow import Recorded
from rtdash.panels import catalog
from rtdash.panels.spec import Source
from rtdash.panels.workshop import stand_ins
from rtdash.recorder.slow_log import SlowLog, read
from rtdash.scheduler.scheduler import Scheduler
from rtdash.screens.view import View
from rtdash.settings import Settings
from rtdash.sources import citus, donations
from rtdash.sources.connection import Connector
from rtdash.sources.explainer import ServerExplainer, Ways
from rtdash.sources.plans import clickstream as clickstream_plans
from rtdash.sources.plans import donations as donations_plans
from rtdash.sources.views import clickstream as clickstream_views
from rtdash.sources.views import donations as donations_views

if TYPE_CHECKING:
    from rtdash.app import RtdashApp

NOTHING_SET = """\
no database is set: RTDASH_CITUS_DSN, RTDASH_DONATIONS_DSN, or a settings file
  (see `rtdash --help`, and the README for what the databases need)
  to see the dashboard on private servers of its own: rtdash demo"""


@dataclass(frozen=True, slots=True)
class Choices:
    """What differs between the dashboard on real servers and the demo."""

    starts_campaign: bool = False
    plan: CampaignPlan = field(default_factory=CampaignPlan)
    """Of the first campaign."""
    demo: Path | None = None
    """The folder of a demo, whose campaigns end with it; None on servers that stay."""


def connectors(settings: Settings) -> dict[Source, Connector]:
    """How to connect to each database that is set."""
    found: dict[Source, Connector] = {}
    if settings.citus_dsn is not None:
        found[Source.CITUS] = partial(citus.CitusConnection, settings.citus_dsn)
    if settings.donations_dsn is not None:
        found[Source.DONATIONS] = partial(donations.DonationsConnection, settings.donations_dsn)
    return found


def explainer(settings: Settings) -> ServerExplainer:
    """How to have queries explained on each database that is set."""
    found, threshold_ms = connectors(settings), settings.threshold_ms
    servers: dict[Source, Ways] = {}
    if (dsn := settings.citus_dsn) is not None:
        view = partial(clickstream_views.ask, dsn, threshold_ms=threshold_ms)
        servers[Source.CITUS] = Ways(found[Source.CITUS], view, partial(clickstream_plans.explain, dsn))
    if (dsn := settings.donations_dsn) is not None:
        view = partial(donations_views.ask, dsn, threshold_ms=threshold_ms)
        servers[Source.DONATIONS] = Ways(found[Source.DONATIONS], view, partial(donations_plans.explain, dsn))
    return ServerExplainer(servers, settings.deadline_s)


def identify(settings: Settings) -> Mapping[str, str]:
    """Connect once to each database, to learn what it is; raises SourceError with one clear line."""
    asked: dict[str, Callable[[], str]] = {}
    if settings.citus_dsn is not None:
        asked[Source.CITUS] = partial(citus.identify, settings.citus_dsn)
    if settings.donations_dsn is not None:
        asked[Source.DONATIONS] = partial(donations.identify, settings.donations_dsn)
    with ThreadPoolExecutor() as threads:
        answers = {source: threads.submit(ask) for source, ask in asked.items()}
        return {source: answer.result() for source, answer in answers.items()}


def subjects(settings: Settings, engine: Engine) -> tuple[Subject, ...]:
    """The layouts that the lab may compare; none without a database of donations."""
    if settings.donations_dsn is None:
        return ()
    return tuple(Subject(each.name, each.title, each.text, each.why, each.differs) for each in layouts(engine))


class NoControl:
    """Stands in where there is no donations database to start a campaign in."""

    own = 0
    plan = CampaignPlan()

    def __init__(self, report: Report) -> None:
        self._report = report

    def start_campaign(self, plan: CampaignPlan | None = None, *, beside: bool = False) -> None:
        """Say why not."""
        del plan, beside
        self.stop_campaigns()

    def stop_campaign(self, campaign_id: int) -> None:
        """Say why not."""
        del campaign_id
        self.stop_campaigns()

    def stop_campaigns(self) -> None:
        """Say why not."""
        self._report("", "campaigns need RTDASH_DONATIONS_DSN and RTDASH_KAFKA_BOOTSTRAP_SERVERS")

    def change_rate(self, change: RateChange, campaign_id: int | None = None) -> None:
        """Say why not."""
        del change, campaign_id
        self.stop_campaigns()

    def toggle_pipeline(self) -> None:
        """Say why not."""
        self.stop_campaigns()

    def close(self, *, stop_own: bool) -> None:
        """Nothing runs."""


@contextmanager
def compose(settings: Settings, choices: Choices) -> Iterator[RtdashApp]:
    """Put scheduler, control and app together; raises SourceError when a database does not answer now."""
    with ThreadPoolExecutor(1) as thread:
        identified = thread.submit(identify, settings)
        # While the servers are asked what they are.
        with importing():
            from rtdash.app import RtdashApp
            from rtdash.messages import CommandEnded, LabEnded, LabReported

        servers = identified.result()
    found = connectors(settings)
    engine = Engine(servers.get(Source.DONATIONS, Engine.MARIADB))
    shown = [spec for spec in catalog.load(settings.panels_folder, engine) if spec.source in found]
    shown += stand_ins(shown)
    scheduler = Scheduler(
        shown,
        found,
        interval_s=settings.interval_ms / 1000,
        lanes=settings.lanes,
        deadline_s=settings.deadline_s,
        budget=settings.budget_percent / 100 if settings.budget_percent is not None else None,
        # Arrival ids are microseconds of the server's clock; from the first answer on it is the server's own.
        variables={"customer_id": 1, "after_arrival": time.time_ns() // 1000},
    )
    garbage = Garbage()
    view = View(
        threshold_ms=settings.threshold_ms,
        zone=ZoneInfo(settings.time_zone),
        servers=servers,
        asks_before_leaving=choices.demo is None,
        starts_campaign=choices.starts_campaign,
        diffs=settings.diff,
        is_ascii=not terminal.reads_utf8(),
        sweeps=settings.charts == "sweep",
        has_meter=settings.meter,
        line_budget=settings.line_budget,
        frame_rate=settings.frame_rate,
        after_frame=garbage.collect,
    )

    def read_slow(since_s: float) -> Recorded:
        return read(settings.slow_log_file, since_s=since_s)

    def report(done: str, error: str | None) -> None:
        app.post_message(CommandEnded(done, error))

    def lab_reported(report: LabReport) -> None:
        app.post_message(LabReported(report))

    def lab_ended(error: str) -> None:
        app.post_message(LabEnded(error))

    with (
        garbage,
        closing(SlowLog(settings.slow_log_file)) as slow_log,
        launcher(settings, choices.demo) as launch,
        laboratory(settings, choices.demo, subjects(settings, engine), lab_reported, lab_ended) as lab,
    ):
        dsn = settings.dsn_of_control
        control = (
            CampaignControl(dsn, launch, report, choices.plan)
            if dsn is not None and settings.kafka_bootstrap_servers is not None
            else NoControl(report)
        )
        app = RtdashApp(
            shown, scheduler, control, view, explainer(settings), slow_log.record, read_slow, laboratory=lab
        )
        try:
            yield app
        finally:
            # The app has done both, unless it broke.
            scheduler.stop()
            control.close(stop_own=choices.demo is not None)


async def _run(app: RtdashApp) -> int | None:
    """A signal ends the app as `q` does, also while it starts: an exception in the midst of that would not."""
    loop = asyncio.get_running_loop()
    held = ExitStack()

    def end() -> None:
        if terminal.is_gone():
            # Nothing is painted any more: nobody takes it.
            held.enter_context(app.batch_update())
        app.call_later(app.leave, "stop")

    for number in signals.ENDING:
        loop.add_signal_handler(number, end)
    return await app.run_async()


def open_dashboard(settings: Settings, choices: Choices) -> int:
    """Run the app until it is left; returns its exit status."""
    with compose(settings, choices) as app:
        status = asyncio.run(_run(app))
        signals.ignore()
    return status or app.return_code or 0


def run(options: argparse.Namespace) -> int:
    """The dashboard on real servers."""
    settings = flags.settings(options)
    if settings.citus_dsn is None and settings.donations_dsn is None:
        raise SettingsError(NOTHING_SET)
    # A wrong panel is said before any server is asked.
    catalog.load(settings.panels_folder)
    terminal.require()
    signals.interrupt()
    logs.to_file(platformdirs.user_state_path("rtdash") / "rtdash.log")
    return open_dashboard(settings, Choices())
