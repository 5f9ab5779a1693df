"""One demo that runs throughout these tests; those that end demos start others."""

from __future__ import annotations

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


@pytest.fixture(scope="package")
def demo(server_folder: Path) -> Iterator[Demo]:
    """No campaign runs between two tests."""
    own = server_folder / "e2e" / "panels"
    (own / "citus").mkdir(parents=True)
    (own / "citus" / "my_countries.sql").write_text(MY_PANEL)
    (own.parent).chmod(0o711)
    with Demo(own.parent / "demo", "--panels-folder", own) as demo:
        demo.until_open()
        yield demo
