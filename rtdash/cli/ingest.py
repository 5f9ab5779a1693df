"""`rtdash ingest`: loads both topics until a signal ends it."""

from __future__ import annotations

import argparse

from rtdash import logs
from rtdash.ingest.run import run as ingest
from rtdash.settings import load


def run(options: argparse.Namespace) -> int:
    """Ingest in this process; what happens is logged to standard error."""
    logs.to_stderr()
    return ingest(load(options.settings))
