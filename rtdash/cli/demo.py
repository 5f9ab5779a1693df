"""`rtdash demo`: the real program on private servers."""

from __future__ import annotations

import argparse

from rtdash.cli import signals, terminal
from rtdash.cli.backend import Progress, backend
from rtdash.cli.flags import flags
from rtdash.model.campaign import CampaignPlan
from rtdash.panels import catalog
from rtdash.settings import load


def run(options: argparse.Namespace) -> int:
    """Start the servers, open the dashboard, and leave nothing behind."""
    display = flags(options)
    terminal.require()
    # A wrong setting or panel is said before anything is started.
    catalog.load(load(**display).panels_folder)
    signals.interrupt()
    with backend(options.data, Progress(), fresh=options.fresh, history=not options.no_history, **display) as demo:
        from rtdash.cli.dashboard import Choices, open_dashboard

        choices = Choices(starts_campaign=options.start, plan=CampaignPlan(rate_per_s=options.rate), demo=demo.folder)
        return open_dashboard(demo.settings, choices)
