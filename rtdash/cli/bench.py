"""`rtdash bench`: what this machine can do, on private servers in a temporary folder."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import replace
from functools import partial
from pathlib import Path

from rtdash.bench import ingest, live, produce, soak, terminal
from rtdash.bench.dashboards import Dashboards
from rtdash.bench.figures import Report
from rtdash.bench.size import EXTREMES, SIZES
from rtdash.cli import signals
from rtdash.cli.backend import Backend, start_ingest
from rtdash.cli.dashboard import connectors
from rtdash.cli.flags import flags
from rtdash.cli.stage import stage
from rtdash.errors import UsageError
from rtdash.panels import catalog
from rtdash.screens.layout import BOARD
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
    report = _measure(options)
    text = json.dumps(report.record, indent=2) + "\n"
    sys.stdout.write(text if options.json == "-" else report.table + "\n")
    if file is not None:
        file.write_text(text, encoding="utf-8")
    return 0


def _measure(options: argparse.Namespace) -> Report:
    if options.action in _ON_STAGE:
        return _measure_on_stage(options)
    with temporary_folder("bench") as folder:
        if options.action == "produce":
            return Report.of(produce.measure(folder, options.seconds, options.repeat, _say))
        return Report.of(ingest.measure(folder, _start_ingest, options.seconds, options.repeat, _say))


def _measure_on_stage(options: argparse.Namespace) -> Report:
    """The record begins with what it was measured under."""
    with stage(options.rate) as behind:
        report = _ON_STAGE[options.action](options, behind)
    under = {"campaign_rate_per_s": options.rate, "interval_ms": behind.settings.interval_ms}
    under |= {name: value for name in _HOW_LONG if (value := getattr(options, name, None)) is not None}
    return replace(report, record=under | report.record)


def _measure_terminal(options: argparse.Namespace, behind: Backend) -> Report:
    visit = partial(terminal.visit, _dashboards(behind), seconds=options.seconds)
    return terminal.measure(visit, options.size or SIZES, options.repeat, _say)


def _measure_live(options: argparse.Namespace, behind: Backend) -> Report:
    specs = [spec for spec in catalog.load() if spec.is_probe or spec.id in BOARD]
    dashboard = live.Dashboard(specs, connectors(behind.settings), behind.settings)
    return live.measure(dashboard, options.seconds, options.repeat, _say)


def _measure_soak(options: argparse.Namespace, behind: Backend) -> Report:
    return soak.measure(_dashboards(behind), options.size or EXTREMES, options.minutes, _say)


_ON_STAGE = {"terminal": _measure_terminal, "live": _measure_live, "soak": _measure_soak}
_HOW_LONG = ("seconds", "repeat", "minutes")


def _dashboards(behind: Backend) -> Dashboards:
    return Dashboards(behind.folder / "rtdash.toml", behind.folder / "home")


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
