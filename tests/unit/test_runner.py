"""A runner is given its settings in memory: no file holds the passwords, whatever becomes of us."""

from __future__ import annotations

import os
import sys
import tempfile
import time

import pytest

from rtdash.cli import campaign, runner
from rtdash.cli.arguments import parse
from rtdash.errors import RtdashError
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
        for log in tmp_path.rglob("campaign-*.log"):
            log.unlink()
        started.stop()


@pytest.mark.parametrize("is_demo", [False, True])
def test_each_runner_has_a_log_of_its_own_and_those_of_last_week_are_removed(tmp_path, monkeypatch, is_demo):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    folder = tmp_path / ("logs" if is_demo else "rtdash")
    folder.mkdir()
    old, young, others = (folder / name for name in ("campaign-old.log", "campaign-young.log", "rtdash.log"))
    for log, days in ((old, 8), (young, 6), (others, 8)):
        log.touch()
        os.utime(log, (time.time() - days * 86_400,) * 2)
    go = tmp_path / "go"
    monkeypatch.setattr(runner, "_COMMAND", (sys.executable, "-P", "-c", PROGRAM, str(go)))
    with runner.launcher(load(donations_dsn="mysql://u@h/d"), tmp_path if is_demo else None) as launch:
        started = [launch(CampaignPlan(rate_per_s=rate)) for rate in (7, 8)]
    go.touch()
    eventually(lambda: all(each.returncode is not None for each in started))
    assert [each.log_tail() for each in started] == [["mysql://u@h/d --rate=7"], ["mysql://u@h/d --rate=8"]]
    assert [log.exists() for log in (old, young, others)] == [False, True, True]
    for each in started:
        each.stop()


def test_a_runner_that_is_slow_to_end_is_one_plain_line(tmp_path, monkeypatch):
    monkeypatch.setattr(runner, "_STOP_S", 0.1)
    # No `print`: the signal may come while that of the first line is not over, and it cannot be called within itself.
    program = (
        "import os, signal; signal.signal(signal.SIGTERM, lambda *_: os.write(1, b'asked\\n')); os.write(1, b'\\n')"
    )
    command = [sys.executable, "-c", program + "\nwhile True: signal.pause()"]
    log = tmp_path / "campaign.log"
    slow = runner.DetachedRunner(command, log, {}, keep_open=())
    try:
        eventually(log.read_text)
        with pytest.raises(RtdashError, match=r"has not ended within 0\.1 s: it waits for its last delivery reports"):
            slow.stop()
        eventually(lambda: slow.log_tail() == ["asked"])
    finally:
        slow._process.kill()
        slow._process.wait()


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
