"""Where a benchmark or a lab runs: a folder of its own for the private servers, gone at the end."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def temporary_folder(purpose: str) -> Iterator[Path]:
    """An empty folder that the account of the servers can enter; its name says what it is for."""
    with tempfile.TemporaryDirectory(prefix=f"rtdash-{purpose}-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        yield folder
