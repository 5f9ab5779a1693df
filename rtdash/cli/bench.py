"""`rtdash bench produce|ingest`: what this machine can do, on private servers in a temporary folder."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from rtdash.bench import ingest, produce
from rtdash.bench.figures import Figure, table
from rtdash.cli import signals
from rtdash.cli.backend import start_ingest
from rtdash.cli.flags import flags
from rtdash.errors import UsageError
from rtdash.servers.folders import DataFolder
from rtdash.servers.process import GuardedProcess
from rtdash.servers.temporary import temporary_folder
from rtdash.settings import Settings


def run(options: argparse.Namespace) -> int:
    """Measure, and say how far it is on standard error; the figures go to standard output, as a table or as JSON."""
    flags(options)
    signals.interrupt()
    file = Path(options.json) if options.json not in (None, "-") else None
    if file is not None:
        check_file(file)
    figures = _measure(options)
    text = json.dumps({figure.name: round(figure.value, 4) for figure in figures}, indent=2) + "\n"
    sys.stdout.write(text if options.json == "-" else table(figures) + "\n")
    if file is not None:
        file.write_text(text, encoding="utf-8")
    return 0


def _measure(options: argparse.Namespace) -> list[Figure]:
    with temporary_folder("bench") as folder:
        if options.action == "produce":
            return produce.measure(folder, options.seconds, options.repeat, _say)
        return ingest.measure(folder, _start_ingest, options.seconds, options.repeat, _say)


def _start_ingest(data: DataFolder, settings: Settings) -> GuardedProcess:
    file = data.path / "rtdash.toml"
    settings.save(file)
    return start_ingest(data, file)


def check_file(file: Path) -> None:
    """Raises UsageError when it cannot be written to: minutes before it is, and with what it holds still in it."""
    try:
        file.open("a", encoding="utf-8").close()
    except OSError as error:
        raise UsageError(f"--json {file}: {error.strerror}; allowed: a file that can be written, or -") from None


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
