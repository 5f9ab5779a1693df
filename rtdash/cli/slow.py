"""`rtdash slow`: what was over the threshold, newest last."""

from __future__ import annotations

import argparse
import sys
from zoneinfo import ZoneInfo

from rtdash.cli import flags
from rtdash.model.slow import SlowQuery, to_json
from rtdash.model.text import plain
from rtdash.recorder.slow_log import read


def run(options: argparse.Namespace) -> int:
    """Print the slow queries; raises SourceError when the log cannot be read."""
    settings = flags.settings(options)
    file = settings.slow_log_file
    found = read(file, since_s=options.since, over_ms=options.over, panel_id=options.panel, most=options.limit)
    for slow in reversed(found.latest):
        print(to_json(slow) if options.json else _line(slow, ZoneInfo(settings.time_zone)))
    if not (found.count or options.json):
        print(f"nothing in {file} that matches")
    if found.unreadable:
        rows = f"{found.unreadable:,} rows were" if found.unreadable > 1 else "1 row was"
        print(f"{rows} written by another version of rtdash", file=sys.stderr)
    if found.older:
        print(f"the latest {found.count - found.older:,} of {found.count:,}: --limit gives more", file=sys.stderr)
    return 0


def _line(slow: SlowQuery, zone: ZoneInfo) -> str:
    parts = "  ".join(f"{name} {took_ms:.1f}" for name, took_ms in slow.parts.items() if took_ms >= 0.05)
    around = [
        *([f"error: {slow.error}"] if slow.error else []),
        *slow.around,
        *(f"{name} = {value}" for name, value in slow.parameters.items()),
    ]
    when = f"{slow.at.astimezone(zone):%Y-%m-%d %H:%M:%S.%f}"[:-3]
    return plain(
        f"{when}  {slow.latency_ms:8.1f} ms  {slow.panel_id:<28}  {parts}" + "".join(f"  · {each}" for each in around)
    )
