"""rtdash beside other live screens, on one machine in one run: bytes to the terminal, processor time, memory.

A campaign of 2,000 donations a second runs on private servers. Dolphie watches their MariaDB, pg_activity their
PostgreSQL, btop and htop the machine; rtdash both databases. Each is opened in a pseudo-terminal of each size, given
8 s from its first figures on, and measured while nobody types. In each round they take turns; figures are medians.

    python -m benchmarks.peers [--seconds 20] [--repeat 3] [--json FILE|-]

What is not installed will be: programs of Python in a virtual environment that is gone in the end, the others by
apt-get. What cannot be had is named, with the reason.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks.figures import markdown
from benchmarks.programs import PEERS, MissingError, Program, rtdash
from rtdash.bench.dashboards import environment
from rtdash.bench.figures import medians
from rtdash.bench.meter import Meter
from rtdash.bench.size import Size
from rtdash.cli import signals
from rtdash.cli.arguments.values import whole
from rtdash.cli.backend import Backend
from rtdash.cli.bench import check_file
from rtdash.cli.stage import stage
from rtdash.errors import RtdashError
from rtdash.servers.temporary import temporary_folder

SIZES = (Size(80, 24), Size(200, 50))
RATE_PER_S = 2000
_SETTLE_S = 8.0
_START_S = 60.0


@dataclass(frozen=True, slots=True)
class Visit:
    """What a program has cost: its own process alone."""

    bytes_per_s: float
    cpu_pct: float
    rss_mib: float


def _visit(program: Program, home: Path, size: Size, seconds: float) -> Visit:
    with Meter(program.command, environment(home), columns=size.columns, rows=size.rows) as meter:
        meter.first(program.shows, _START_S)
        time.sleep(_SETTLE_S)
        cost = meter.cost(seconds)
        return Visit(cost.bytes_per_s, cost.cpu_pct, meter.resident_mib())


def _programs(folder: Path, home: Path, behind: Backend) -> Iterator[Program]:
    yield rtdash(behind)
    for peer in PEERS:
        _say(f"{peer.name}: installing it where it is missing")
        try:
            yield peer.ready(folder, home, behind)
        except MissingError as error:
            _say(f"{peer.name}: left out, {error}")


def measure(folder: Path, seconds: float, repeat: int) -> list[dict[str, Any]]:
    """A row for each program and size. Raises RtdashError."""
    home = folder / "home"
    home.mkdir()
    with stage(RATE_PER_S) as behind:
        programs = list(_programs(folder, home, behind))
        visits: dict[tuple[Size, Program], list[Visit]] = {(size, each): [] for size in SIZES for each in programs}
        for number in range(1, repeat + 1):
            for (size, program), found in visits.items():
                found.append(_visit(program, home, size, seconds))
                _say(f"{number} of {repeat}: {program.name} {size} {found[-1]}")
    return [
        {"program": program.name, "version": program.version, "every_ms": program.every_ms, "size": str(size)}
        | medians([asdict(visit) for visit in found])
        for (size, program), found in visits.items()
    ]


def main() -> int:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=20.0, help="how long each is watched")
    parser.add_argument("--repeat", type=whole(1), default=3, help="rounds; the figures are medians")
    parser.add_argument("--json", metavar="FILE", help="write the figures there as JSON; - is the standard output")
    options = parser.parse_args()
    signals.interrupt()
    try:
        if options.json not in (None, "-"):
            check_file(Path(options.json))
        with temporary_folder("bench") as folder:
            rows = measure(folder, options.seconds, options.repeat)
    except RtdashError as error:
        _say(str(error))
        return error.exit_status
    report = {"campaign_rate_per_s": RATE_PER_S, "seconds": options.seconds, "repeat": options.repeat, "rows": rows}
    if options.json == "-":
        print(json.dumps(report))
        return 0
    if options.json:
        Path(options.json).write_text(json.dumps(report, indent=1), encoding="utf-8")
    print(f"{options.seconds:g} s each, medians of {options.repeat}\n")
    print(markdown(list(rows[0]), (row.values() for row in rows)))
    return 0


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
