"""`rtdash bench produce|ingest|terminal|live`: what this machine can do, on private servers in a temporary folder."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import replace
from pathlib import Path

from rtdash.bench import ingest, live, produce, terminal
from rtdash.bench.figures import Report
from rtdash.bench.size import SIZES
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
    if options.action == "terminal":
        return _measure_terminal(options)
    if options.action == "live":
        return _measure_live(options)
    with temporary_folder("bench") as folder:
        if options.action == "produce":
            return Report.of(produce.measure(folder, options.seconds, options.repeat, _say))
        return Report.of(ingest.measure(folder, _start_ingest, options.seconds, options.repeat, _say))


def _measure_terminal(options: argparse.Namespace) -> Report:
    with stage(options.rate) as behind:
        dashboards = terminal.Dashboards(behind.folder / "rtdash.toml", behind.folder / "home")
        report = terminal.measure(dashboards, options.size or SIZES, options.seconds, options.repeat, _say)
    return _under(options, behind, report)


def _measure_live(options: argparse.Namespace) -> Report:
    with stage(options.rate) as behind:
        specs = [spec for spec in catalog.load() if spec.is_probe or spec.id in BOARD]
        dashboard = live.Dashboard(specs, connectors(behind.settings), behind.settings)
        report = live.measure(dashboard, options.seconds, options.repeat, _say)
    return _under(options, behind, report)


def _under(options: argparse.Namespace, behind: Backend, report: Report) -> Report:
    """With what it was measured under."""
    under = {
        "campaign_rate_per_s": options.rate,
        "interval_ms": behind.settings.interval_ms,
        "seconds": options.seconds,
        "repeat": options.repeat,
    }
    return replace(report, record=under | report.record)


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
