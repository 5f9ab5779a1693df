"""`rtdash campaign start|stop|list` on real servers: what is printed, and the exit status."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable

import pytest

from rtdash import cli
from rtdash.campaigns.store import CampaignStore
from rtdash.model.campaign import CampaignPlan
from tests.e2e.terminal import Terminal
from tests.world import World, until

Command = Callable[..., int]


@pytest.fixture
def campaign(world: World) -> Command:
    """`campaign("stop", …)`: its exit status."""
    file = world.folder / "settings.toml"
    world.settings.save(file)
    return lambda *arguments: cli.main(["campaign", *arguments, f"--settings={file}"])


def test_a_campaign_ends_by_itself_and_says_how_as_json(campaign: Command, capsys):
    bounds = ("--rate=500", "--count=40", "--name=spring", "--city=Pau", "--city=Brest", "--organization=PureJoy")
    assert campaign("start", *bounds, "--json") == 0
    ended = json.loads(capsys.readouterr().out)
    assert (ended["name"], ended["state"], ended["wanted"]) == ("spring", "ended", 40)
    assert (ended["generated"], ended["acked"], ended["cities"]) == (40, 40, ["Pau", "Brest"])
    assert ended["organizations"] == ["PureJoy"]
    assert ended["started_at"] < ended["ended_at"]
    assert campaign("list", "--json") == 0
    assert json.loads(capsys.readouterr().out) == [ended]
    assert campaign("list") == 0
    assert (
        capsys.readouterr().out == "   1  ended     spring                   500/s  generated 40  acked 40  Pau Brest\n"
    )


@pytest.mark.parametrize(
    ("wrong", "said"), [("--city=Paris", "'Paris' is not one of the cities; allowed: "), ("--name=\x1b", "a name has")]
)
def test_what_cannot_be_run_is_one_line(campaign: Command, capsys, wrong, said):
    assert campaign("start", wrong) == 2
    assert capsys.readouterr().err.startswith(f"rtdash: {said}")


def test_one_campaign_is_stopped_and_waited_for(world: World, campaign: Command, capsys):
    with (
        world.campaign_beside(rate_per_s=50, beside=True) as first,
        world.campaign_beside(rate_per_s=50, beside=True) as second,
    ):
        until(lambda: len(world.campaigns.active()) == 2)
        meant = world.campaigns.active()[0].campaign_id
        # Typed twice it is the same one.
        assert campaign("stop", str(meant), str(meant), "--json") == 0
        found = json.loads(capsys.readouterr().out)
        assert (found["asked"], [each["state"] for each in found["ended"]]) == ([meant], ["ended"])
        assert [each.state for each in world.campaigns.active()] == ["running"]
        # It has ended already: there is nothing to stop.
        assert campaign("stop", str(meant)) == 1
        assert campaign("stop") == 0
        assert "ended: " in capsys.readouterr().out
        assert first().acked > 0
        assert second().acked > 0


def test_a_campaign_whose_runner_is_gone_is_closed_by_the_stop(world: World, campaign: Command, capsys):
    lost = world.campaigns.register(CampaignPlan("winter", 5, ("Pau",), ("PureJoy",)))
    assert campaign("stop", "--no-wait") == 0
    assert capsys.readouterr().out == "asked 1 campaign(s) to stop\n"
    assert campaign("stop") == 1
    assert "winter: waiting for its runner\nwinter lost: 0 generated, 0 acked\n" in capsys.readouterr().out
    assert world.campaigns.get(lost.campaign_id).state == "lost"


def test_what_the_database_says_cannot_steer_the_terminal(world: World, campaign: Command, capsys):
    hostile = "spring\x9b2J\u202e\x1b[2J\x07"
    entered = world.campaigns.register(CampaignPlan("spring", 5, ("Nîmes",), ("PureJoy",)))
    world.rows("UPDATE campaigns SET name = %s, note = %s", hostile, hostile)
    said = ""
    for command in (["list"], ["list", "--json"]):
        assert campaign(*command) == 0
        said = capsys.readouterr().out
        assert [char for char in said if char != "\n" and not char.isprintable()] == []
    (record,) = json.loads(said)
    assert (record["name"], record["note"], record["cities"]) == (hostile, hostile, ["Nîmes"])
    assert record["campaign_id"] == entered.campaign_id


def test_who_has_read_enough_may_close_the_pipe(world: World, campaign: Command):
    del campaign  # it has saved the settings
    read_end, write_end = os.pipe()
    os.close(read_end)
    command = [sys.executable, "-m", "rtdash", "campaign", "list", "--json"]
    done = subprocess.run(
        [*command, f"--settings={world.folder}/settings.toml"],
        stdout=write_end, stderr=subprocess.PIPE, text=True, timeout=30, check=False,
    )  # fmt: skip
    os.close(write_end)
    assert (done.returncode, done.stderr) == (141, "")


def test_on_a_terminal_a_bar_shows_how_far_it_is_and_ctrl_c_ends_it_in_order(world: World, campaign: Command):
    del campaign  # it has saved the settings
    command = [
        sys.executable,
        "-m",
        "rtdash",
        "campaign",
        "start",
        "--rate=200",
        f"--settings={world.folder}/settings.toml",
    ]
    with Terminal([*command, "--count=100000", "--name=spring"], {"PATH": "/usr/bin"}, columns=120) as terminal:
        terminal.until_shown("spring ━", "acked", "/s")
        until(lambda: CampaignStore(world.donations).latest()[0].acked > 20)
        terminal.type("\x03")
        assert terminal.wait() == 0
        assert terminal.modes == terminal.modes_before
        assert "spring ━" in terminal.screen
    (ended,) = world.campaigns.latest()
    assert (ended.state, ended.acked) == ("ended", ended.generated)
