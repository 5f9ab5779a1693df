"""What is imported before it is needed: it would be waited for."""

from __future__ import annotations

import os
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


def test_charts_need_no_manual_and_no_tests_of_plotext():
    found = imported("from rtdash.widgets.drawing.plotter import plotext\nplotext.figure.plot_size(9, 9)")
    assert "plotext._plotter" in found
    left_out = ("plotext._doc", "plotext.prettydoc", "plotext._tests", "unittest")
    assert not [name for name in found if name.startswith(left_out)]


@pytest.mark.parametrize("use", ["manual.title()", "manual[0]"])
def test_all_of_a_plotext_is_imported_that_needs_its_manual_at_once(tmp_path, monkeypatch, use):
    files = {
        "__init__.py": f"from plotext._doc.doc import docs as manual\n{use}\n",
        "_doc/doc.py": "docs = 'manual'",
    }
    for name, text in files.items():
        (tmp_path / "plotext" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "plotext" / name).write_text(text)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path), prepend=os.pathsep)
    code = "from rtdash.widgets.drawing.plotter import plotext\nimport plotext as again"
    found = imported(f"{code}\nprint(plotext.manual, plotext.__path__[0], plotext is again)")
    assert {"manual", str(tmp_path / "plotext"), "True", "plotext._doc.doc"} <= found


def test_messages_are_no_matter_of_the_dashboard():
    found = imported("import rtdash.cli.dashboard, rtdash.app")
    assert not found & {"rtdash.model.donation", "rtdash.model.event", "confluent_kafka", "rtdash.ingest"}
