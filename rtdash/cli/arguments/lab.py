"""What may be typed after `rtdash lab`."""

from __future__ import annotations

import argparse

from rtdash.cli.arguments.command import Commands, runs
from rtdash.cli.arguments.values import whole
from rtdash.lab.layout import NAMES

STORES = ("donations", "clickstream")
_MOST_ROWS = 1_000_000_000


def _layouts(text: str) -> tuple[str, ...]:
    names = tuple(name.strip() for name in text.split(","))
    for name in names:
        if name not in NAMES:
            raise argparse.ArgumentTypeError(f"{name!r}: allowed: {', '.join(NAMES)}")
    return names


def _rows(text: str) -> int:
    """A whole number, also written 3,000,000 or 3_000_000."""
    return whole(1_000, _MOST_ROWS)(text.replace(",", "").replace("_", ""))


def add(commands: Commands) -> None:
    """The command and its actions."""
    lab = commands.alone("lab", help="compare layouts of the donations, and forms of the clickstream's queries")
    actions = commands.below(lab)
    run = actions.add("run", help="fill each with the same rows, ask each the same, and remove all of it again")
    run.add_argument("--rows", type=_rows, default=3_000_000, metavar="N", help="rows of each (3000000)")
    run.add_argument(
        "--layouts", type=_layouts, default=NAMES, metavar="NAMES", help=f"those beside baseline ({','.join(NAMES)})"
    )
    run.add_argument("--store", choices=STORES, help="of this one alone (both, as far as they are set)")
    run.add_argument("--repeat", type=whole(1, 99), default=1, metavar="N", help="medians of so many runs (1)")
    run.add_argument("--rounds", type=whole(1, 999), default=7, metavar="N", help="turns of each query in a run (7)")
    run.add_argument("--private", action="store_true", help="on servers of its own, in a temporary folder")
    run.add_argument("--json", metavar="FILE", help="the report as JSON; - for standard output")
    run.add_argument("--stream", action="store_true", help=argparse.SUPPRESS)
    runs(run, "lab", "lab run", action="run", takes=("settings", "citus_dsn", "donations_dsn"))
    clean = actions.add("clean", help="remove what a lab that was killed has left behind")
    runs(clean, "lab", "lab clean", action="clean", takes=("settings", "donations_dsn"))
