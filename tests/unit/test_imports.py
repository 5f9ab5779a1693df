"""What is imported before it is needed: it would be waited for."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = ("textual", "plotext", "pydantic", "psycopg", "pymysql", "confluent_kafka", "sqlite3", "asyncio")


def imported(code: str) -> set[str]:
    """The modules of a fresh interpreter that has run `code`."""
    told = f"import sys\n{code}\nprint(*sys.modules)"
    ran = subprocess.run([sys.executable, "-P", "-c", told], capture_output=True, text=True, timeout=60, check=True)
    return set(ran.stdout.split())


@pytest.mark.parametrize("arguments", [["--help"], ["demo", "--help"], ["campaign", "start", "--help"]])
def test_help_needs_no_library(arguments):
    code = (
        f"import contextlib\nfrom rtdash.cli import main\nwith contextlib.suppress(SystemExit):\n    main({arguments})"
    )
    assert not imported(code) & set(HEAVY)


def test_servers_can_be_asked_before_the_screen_is_imported():
    found = imported("import rtdash.cli.dashboard")
    assert "psycopg" in found
    assert not found & {"textual", "plotext", "rtdash.app"}


def test_the_first_frame_waits_for_no_chart():
    found = imported("import rtdash.app")
    assert "textual" in found
    assert not found & {"plotext", "psycopg", "pymysql", "confluent_kafka"}
