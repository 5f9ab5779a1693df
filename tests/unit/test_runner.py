"""A runner is given its settings in memory: no file holds the passwords, whatever becomes of us."""

from __future__ import annotations

import sys
import tempfile

import pytest

from rtdash.cli import campaign, runner
from rtdash.cli.arguments import parse
from rtdash.model.campaign import AS_FAST_AS_IT_CAN, CampaignPlan
from rtdash.settings import load
from tests.unit.server import eventually

PASSWORD = "hunter2-geheim"
PROGRAM = """
import os, sys, time
from pathlib import Path
go, _, settings, *others = sys.argv[1:]
while not os.path.exists(go):
    time.sleep(0.01)
from rtdash.settings import load
print(load(Path(settings)).donations_dsn.get_secret_value(), *others)
"""


@pytest.mark.parametrize("is_demo", [False, True])
def test_runners_read_their_settings_from_memory_also_when_we_are_gone(tmp_path, monkeypatch, is_demo):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    settings = load(donations_dsn=f"mysql://u:{PASSWORD}@h/d")
    for rate in (7, 8):
        plan = CampaignPlan(rate_per_s=rate)
        go = tmp_path / f"go {rate}"
        monkeypatch.setattr(runner, "_COMMAND", (sys.executable, "-P", "-c", PROGRAM, str(go)))
        with runner.launcher(settings, tmp_path if is_demo else None) as launch:
            started = launch(plan)
        assert not [file for file in tmp_path.rglob("*") if file.is_file() and PASSWORD in file.read_text()]
        go.touch()
        eventually(lambda started=started: started.returncode is not None)
        assert started.log_tail() == [f"mysql://u:{PASSWORD}@h/d --rate={rate}"]
        assert started.returncode == 0
        for log in tmp_path.rglob("campaign.log"):
            log.unlink()
        started.stop()


@pytest.mark.parametrize(
    "plan",
    [
        CampaignPlan(),
        CampaignPlan("--count=5", AS_FAST_AS_IT_CAN, ("La Rochelle", "Nîmes"), ("PureJoy",), beside=True, count=7),
        CampaignPlan("spring", 2000, duration_s=0.5, delay_s=1e-6),
        CampaignPlan(count=10_000, duration_s=5400.0, delay_s=31_536_000.0),
    ],
)
def test_a_runner_is_told_the_whole_plan(plan):
    options = parse(["campaign", "start", *runner.arguments(plan)])
    assert campaign.plan_of(options) == plan
