"""`rtdash bench produce|ingest`: what this machine can do, on private servers in a temporary folder."""

from __future__ import annotations

import argparse
import json
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import TextIO

from rtdash.bench import ingest, produce
from rtdash.bench.figures import Figure, table
from rtdash.bench.place import temporary_folder
from rtdash.cli import signals
from rtdash.cli.backend import start_ingest
from rtdash.cli.flags import flags
from rtdash.errors import UsageError
from rtdash.servers.folders import DataFolder
from rtdash.servers.process import GuardedProcess
from rtdash.settings import Settings


def run(options: argparse.Namespace) -> int:
    """Measure, and say how far it is on standard error; the figures go to standard output, as a table or as JSON."""
    flags(options)
    signals.interrupt()
    with ExitStack() as stack:
        file = stack.enter_context(_file(options.json)) if options.json not in (None, "-") else None
        figures = _measure(options)
        if options.json == "-":
            _write(figures, sys.stdout)
        else:
            print(table(figures))
        if file is not None:
            _write(figures, file)
    return 0


def _measure(options: argparse.Namespace) -> list[Figure]:
    with temporary_folder() as folder:
        if options.action == "produce":
            return produce.measure(folder, options.seconds, options.repeat, _say)
        return ingest.measure(folder, _start_ingest, options.seconds, options.repeat, _say)


def _start_ingest(data: DataFolder, settings: Settings) -> GuardedProcess:
    file = data.path / "rtdash.toml"
    settings.save(file)
    return start_ingest(data, file)


def _file(name: str) -> TextIO:
    """Opened before anything is measured: a name that cannot be written to is said at once."""
    try:
        return Path(name).open("w", encoding="utf-8")
    except OSError as error:
        raise UsageError(f"--json {name}: {error.strerror}; allowed: a file that can be written, or -") from None


def _write(figures: list[Figure], file: TextIO) -> None:
    json.dump({figure.name: round(figure.value, 4) for figure in figures}, file, indent=2)
    file.write("\n")


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
