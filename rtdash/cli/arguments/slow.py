"""What may be typed after `rtdash slow`."""

from __future__ import annotations

import argparse

from rtdash.cli.arguments.command import Commands, runs
from rtdash.cli.arguments.values import told, whole
from rtdash.model import typed


def add(commands: Commands, file: argparse.ArgumentParser) -> None:
    """The command: it asks no server, and takes the settings' file alone."""
    slow = commands.alone("slow", file, help="queries of the dashboard that were over the threshold, kept for 7 days")
    slow.add_argument(
        "--since", type=told(typed.seconds), default=3600.0, metavar="TIME", help="how far back: 90s, 5m, 1h (1h)"
    )
    slow.add_argument(
        "--panel", metavar="ID", help="of this panel alone, by the name of its file: 04_map (04_map.workshop: key t)"
    )
    slow.add_argument("--over", type=whole(0), default=0, metavar="MS", help="only those that took at least so long")
    slow.add_argument("--limit", type=whole(1, 100_000), default=50, metavar="N", help="the latest so many (50)")
    slow.add_argument("--json", action="store_true", help="one JSON document a line on standard output")
    runs(slow, "slow", "slow", writes=False, takes=("settings",))
