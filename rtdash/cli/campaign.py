"""`rtdash campaign start|stop|list`: campaigns without a screen."""

from __future__ import annotations

import argparse
from contextlib import closing

from rtdash import logs
from rtdash.campaigns.run import run as run_campaign
from rtdash.campaigns.runner import CampaignOptions
from rtdash.campaigns.store import CampaignStore
from rtdash.cli import flags
from rtdash.errors import SettingsError
from rtdash.model.text import plain
from rtdash.settings import Settings
from rtdash.sources import donations


def _start(settings: Settings, options: argparse.Namespace) -> int:
    logs.to_stderr()
    return run_campaign(
        settings,
        CampaignOptions(
            name=options.name,
            rate_per_s=options.rate,
            cities=tuple(options.city),
            beside=options.beside,
            count=options.count,
            duration_s=options.duration,
        ),
    )


def run(options: argparse.Namespace) -> int:
    """Start one and stay with it, or speak to the table `campaigns`."""
    settings = flags.settings(options)
    if options.action == "start":
        return _start(settings, options)
    dsn = settings.dsn_of_control
    if dsn is None:
        raise SettingsError("no donations database is set: RTDASH_DONATIONS_DSN")
    with closing(donations.connect(dsn, "control", deadline_s=settings.deadline_s)) as connection:
        store = CampaignStore(connection)
        if options.action == "stop":
            print(f"asked {store.stop_all()} campaign(s) to stop")
            return 0
        for each in store.latest():
            print(
                f"{each.campaign_id:>4}  {each.state:<9} {plain(each.name):<20} {each.rate_per_s:>7,}/s  "
                f"generated {each.generated:,}  acked {each.acked:,}  {plain(' '.join(each.cities))}"
            )
    return 0
