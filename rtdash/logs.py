"""Logging: to a file while the screen is ours, to standard error otherwise."""

from __future__ import annotations

import logging
from pathlib import Path

FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


def to_file(path: Path, level: int = logging.INFO) -> None:
    """Send every record of rtdash to `path`, which is made anew when it has grown past 5 MB."""
    from logging.handlers import RotatingFileHandler

    path.parent.mkdir(parents=True, exist_ok=True)
    handler = RotatingFileHandler(path, maxBytes=5_000_000, backupCount=1, encoding="utf-8")
    handler.setFormatter(logging.Formatter(FORMAT))
    root = logging.getLogger("rtdash")
    root.addHandler(handler)
    root.setLevel(level)
    root.propagate = False


def to_stderr(level: int = logging.INFO) -> None:
    """Send every record of rtdash to standard error."""
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter(FORMAT))
    root = logging.getLogger("rtdash")
    root.addHandler(handler)
    root.setLevel(level)
    root.propagate = False
