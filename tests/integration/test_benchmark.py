"""Benchmarks that are no commands: that of the clickstream finds each event in each rollup. No time is judged."""

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


PEERS = """
import sys
from benchmarks import peers
from benchmarks.programs import MissingError, Peer

def missing(folder):
    raise MissingError("nobody has it")

nothing = lambda home, behind: ("-c", "while True: print('figures', flush=True); __import__('time').sleep(0.1)")
peers.PEERS = (
    Peer("loud", 100, b"figures", lambda folder: sys.executable, nothing),
    Peer("gone", 100, b"figures", missing, nothing),
)
sys.exit(peers.main())
"""


@pytest.mark.long
def test_rtdash_is_measured_beside_others_and_who_is_missing_is_named():
    done = subprocess.run(
        [sys.executable, "-c", PEERS, "--seconds=1", "--repeat=1", "--json=-"],
        capture_output=True,
        text=True,
        timeout=300,
        cwd=PROGRAM.parents[1],
    )
    assert done.returncode == 0, done.stderr
    assert "gone: left out, nobody has it\n" in done.stderr
    report = json.loads(done.stdout)
    assert report["campaign_rate_per_s"] == 2000
    rows = {(row["program"], row["size"]): row for row in report["rows"]}
    assert set(rows) == {(program, size) for program in ("rtdash", "loud") for size in ("80x24", "200x50")}
    assert all(row["bytes_per_s"] > 0 and row["rss_mib"] > 1 for row in rows.values())
