"""`rtdash campaign start|stop|list`: campaigns without a screen."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict
from typing import Any

from pymysql.connections import Connection

from rtdash import logs
from rtdash.campaigns.run import run as run_campaign
from rtdash.campaigns.stale import StaleWatch
from rtdash.campaigns.store import CampaignStore
from rtdash.cli import flags
from rtdash.cli.progress import CampaignProgress
from rtdash.errors import SettingsError, UsageError
from rtdash.model.campaign import Campaign, CampaignPlan, CampaignState
from rtdash.model.text import plain
from rtdash.model.typed import shown_rate
from rtdash.settings import Settings
from rtdash.sources import donations

_LOOK_S = 0.25


def run(options: argparse.Namespace) -> int:
    """Start one and stay with it, or speak to the table `campaigns`."""
    settings = flags.settings(options)
    if options.action == "start":
        return _start(settings, options)
    dsn = settings.dsn_of_control
    if dsn is None:
        raise SettingsError("no donations database is set: RTDASH_DONATIONS_DSN")
    with closing(donations.connect(dsn, "control", deadline_s=settings.deadline_s)) as connection:
        return _stop(connection, options) if options.action == "stop" else _list(connection, options)


def plan_of(options: argparse.Namespace) -> CampaignPlan:
    """What was typed, as a plan. Raises UsageError when it cannot be run."""
    try:
        return CampaignPlan(
            name=options.name,
            rate_per_s=options.rate,
            cities=tuple(options.city),
            organizations=tuple(options.organization),
            beside=options.beside,
            count=options.count,
            duration_s=options.duration,
            delay_s=options.delay,
        )
    except ValueError as error:
        raise UsageError(str(error)) from None


def _start(settings: Settings, options: argparse.Namespace) -> int:
    """0 when every donation was acknowledged, 1 when some were not."""
    plan = plan_of(options)
    if sys.stderr.isatty():
        ended = run_campaign(settings, plan, CampaignProgress)
    else:
        logs.to_stderr()
        ended = run_campaign(settings, plan)
    if options.json:
        print(json.dumps(_record(ended)))
    return 0 if ended.acked == ended.generated else 1


def _stop(connection: Connection[Any], options: argparse.Namespace) -> int:
    """0 when all that were asked have ended, 1 when one was given up as lost, or was none that could be stopped."""
    store = CampaignStore(connection)

    def say(line: str) -> None:
        print(plain(line), file=sys.stderr if options.json else sys.stdout, flush=True)

    wanted = list(dict.fromkeys(options.campaign_id)) or [each.campaign_id for each in store.active()]
    asked = [campaign_id for campaign_id in wanted if store.request_stop(campaign_id)]
    stopping = [each.campaign_id for each in store.active() if each.campaign_id in wanted]
    say(f"asked {len(asked)} campaign(s) to stop")
    ended = [] if options.no_wait else _wait(store, stopping, say)
    if options.json:
        print(json.dumps({"asked": asked, "ended": [_record(each) for each in ended]}))
    is_lost = any(each.state is CampaignState.LOST for each in ended)
    return int(is_lost or (bool(options.campaign_id) and len(stopping) < len(wanted)))


def _wait(store: CampaignStore, campaign_ids: Sequence[int], say: Callable[[str], None]) -> list[Campaign]:
    """Wait for the end of these campaigns, or until their runners are known to be gone; says what is waited for."""
    watch = StaleWatch()
    said = ""
    while True:
        found = [each for campaign_id in campaign_ids if (each := store.get(campaign_id)) is not None]
        if not (active := [each for each in found if each.is_active]):
            for each in found:
                say(f"{each.name} {each.state}: {each.generated:,} generated, {each.acked:,} acked")
            return found
        waiting = "; ".join(f"{each.name}: {each.note or 'waiting for its runner'}" for each in active)
        if waiting != said:
            say(waiting)
            said = waiting
        watch.look(store)
        time.sleep(_LOOK_S)


def _list(connection: Connection[Any], options: argparse.Namespace) -> int:
    campaigns = CampaignStore(connection).latest()
    if options.json:
        print(json.dumps([_record(each) for each in campaigns]))
        return 0
    for each in campaigns:
        print(
            f"{each.campaign_id:>4}  {each.state:<9} {plain(each.name):<20} {shown_rate(each.rate_per_s):>7}/s  "
            f"generated {each.generated:,}  acked {each.acked:,}  {plain(' '.join(each.cities))}"
        )
    return 0


def _record(campaign: Campaign) -> Mapping[str, object]:
    """The campaign as JSON has it: times in ISO 8601, UTC."""
    times = ("starts_at", "ends_at", "started_at", "ended_at", "heartbeat_at")
    values = asdict(campaign)
    return values | {name: at.isoformat() + "Z" if (at := values[name]) is not None else None for name in times}
