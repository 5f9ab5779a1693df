"""Logging: to a file while the screen is ours, to standard error otherwise."""

from __future__ import annotations

import logging
from pathlib import Path

from rtdash.model.text import plain

FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


class _Plain(logging.Formatter):
    """What servers say is in records too: a message is one line of plain text, and so is each line of a traceback."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802
        """One line."""
        return plain(super().formatMessage(record))

    def format(self, record: logging.LogRecord) -> str:
        """With the traceback behind it."""
        return "\n".join(map(plain, super().format(record).splitlines()))


def to_file(path: Path, level: int = logging.INFO) -> None:
    """Send every record of rtdash to `path`, which is made anew when it has grown past 5 MB."""
    from logging.handlers import RotatingFileHandler

    path.parent.mkdir(parents=True, exist_ok=True)
    handler = RotatingFileHandler(path, maxBytes=5_000_000, backupCount=1, encoding="utf-8")
    _send(handler, level)


def to_stderr(level: int = logging.INFO) -> None:
    """Send every record of rtdash to standard error."""
    handler = logging.StreamHandler()
    _send(handler, level)


def _send(handler: logging.Handler, level: int) -> None:
    handler.setFormatter(_Plain(FORMAT))
    root = logging.getLogger("rtdash")
    root.addHandler(handler)
    root.setLevel(level)
    root.propagate = False
