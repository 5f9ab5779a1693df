"""The benchmark of the clickstream runs, and every event that it writes is in every rollup. No time is judged."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = Path(__file__).parents[2] / "benchmarks" / "clickstream.py"


@pytest.mark.long
@pytest.mark.parametrize("backlog", [0, 2])
def test_the_benchmark_conserves_events_and_measures_the_panels(tmp_path: Path, backlog: int):
    file = tmp_path / "figures.json"
    flags = ["--behind=2000", "--rate=500", "--seconds=3", "--warm-up=0", f"--backlog={backlog}", f"--json={file}"]
    done = subprocess.run([sys.executable, PROGRAM, *flags], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    figures = json.loads(file.read_text())
    conserved = figures["conserved"]
    assert conserved["stored"] > 0
    assert set(conserved.values()) == {conserved["stored"]}
    assert set(conserved) == {"stored", "events", "live_totals", "rollup_events_5min", "rollup_events_1hr"}
    assert figures["events_before"] == 2000
    assert figures["panels"]["08_last_15_minutes"]["samples"] > 0
    assert not any(panel["errors"] for panel in figures["panels"].values())
    assert figures["lag"]["live tables"]["samples"] > 0
    assert "| 08_last_15_minutes |" in done.stdout
    assert ("| after s | behind s |" in done.stdout) == bool(backlog)
