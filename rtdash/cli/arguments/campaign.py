"""What may be typed after `rtdash campaign`."""

from __future__ import annotations

import argparse

from rtdash.cli.arguments.command import Commands, runs
from rtdash.cli.arguments.values import told, whole
from rtdash.model import typed
from rtdash.model.campaign import DEFAULT_RATE_PER_S, PRESETS

_seconds = told(typed.seconds)


def add_rate(parser: argparse.ArgumentParser, whose: str = "", default: int = DEFAULT_RATE_PER_S) -> None:
    """The flag --rate."""
    presets = ", ".join(f"{name} = {rate_per_s:,}" for name, rate_per_s in PRESETS.items())
    parser.add_argument(
        "--rate",
        type=told(typed.rate_per_s, f", or {', '.join(PRESETS)}"),
        default=default,
        metavar="N",
        help=f"donations a second{whose}: a number, {presets}, or max ({default})",
    )


def add(commands: Commands) -> None:
    """The command and its actions."""
    campaign = commands.alone("campaign", help="start, stop and list campaigns without a screen")
    actions = commands.below(campaign)
    start = actions.add("start", help="run a campaign until it is over or stopped")
    start.add_argument("--name", default="", help="what it is called (its number)")
    add_rate(start)
    start.add_argument("--city", action="append", default=[], metavar="NAME", help="a city; repeat it (4 at random)")
    start.add_argument(
        "--organization", action="append", default=[], metavar="NAME", help="an organisation; repeat it (all 4)"
    )
    start.add_argument("--beside", action="store_true", help="leave the running campaigns alone")
    start.add_argument(
        "--in", type=_seconds, dest="delay", default=0.0, metavar="S", help="begin after so long: 90, 90s, 5m or 1h"
    )
    start.add_argument("--count", type=told(typed.donations), metavar="N", help="end after this many donations")
    start.add_argument("--duration", type=_seconds, metavar="S", help="end after so long, or with --count")
    stop = actions.add("stop", help="stop campaigns, and wait until they have ended")
    stop.add_argument(
        "campaign_id",
        nargs="*",
        type=whole(1),
        metavar="NUMBER",
        help="these campaigns (all that run or are planned)",
    )
    stop.add_argument("--no-wait", action="store_true", help="ask, and do not wait")
    listed = actions.add("list", help="the latest campaigns")
    for action, name in ((start, "start"), (stop, "stop"), (listed, "list")):
        action.add_argument("--json", action="store_true", help="the outcome as JSON on standard output")
        runs(action, "campaign", f"campaign {name}", action=name)
