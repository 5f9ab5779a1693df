"""Where a benchmark runs: a folder of its own for the private servers, gone at the end."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """An empty folder that the account of the servers can enter."""
    with tempfile.TemporaryDirectory(prefix="rtdash-bench-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        yield folder
