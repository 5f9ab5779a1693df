"""One demo for each file of these tests; those that end demos start others."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.demo import Demo

MY_PANEL = """\
-- title: My countries
-- source: citus
-- draw: table
-- help: A panel that came by dropping a file into a folder.
SELECT country, count(*) AS events FROM events GROUP BY country ORDER BY events DESC, country
"""


def _open(folder: Path) -> Demo:
    folder.chmod(0o711)
    own = folder / "panels"
    (own / "citus").mkdir(parents=True)
    (own / "citus" / "my_countries.sql").write_text(MY_PANEL)
    return Demo(folder / "demo", "--panels-folder", own)


@pytest.fixture(scope="module")
def demo(server_folder: Path) -> Iterator[Demo]:
    """No campaign runs between two tests."""
    # Its folder is new each time: what another file has left would be seen.
    with tempfile.TemporaryDirectory(prefix="e2e-", dir=server_folder) as name, _open(Path(name)) as demo:
        demo.until_open()
        yield demo
