"""`rtdash check --conservation` on real servers: what holds passes, what is missing or twice does not."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from rtdash import cli
from tests.messages import donation
from tests.world import World, until


@pytest.fixture
def checked(world: World, monkeypatch) -> Iterator[World]:
    """A campaign has been loaded, and ingest is at work."""
    file = world.folder / "settings.toml"
    world.settings.save(file)
    monkeypatch.setenv("RTDASH_THRESHOLD_MS", "")
    with world.ingest():
        final = world.campaign(rate_per_s=2000, count=500)
        until(lambda: world.delivered("loaded") == 500 and world.events() == final.events_acked)
        yield world


def check(world: World, *more: str) -> int:
    return cli.main(["check", "--conservation", f"--settings={world.folder / 'settings.toml'}", *more])


def test_what_is_accounted_for_passes(checked: World, capsys):
    assert check(checked, "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["conserved"], found["faults"]) == (True, [])
    assert found["donations"]["sent"] == {"generated": 500, "acked": 500, "failed": 0, "unknown": 0}
    assert found["events"]["received"]["loaded"] == found["events"]["sent"]["acked"] > 1000
    assert found["rows"] == {"rows": 500, "totals": 500, "loaded": 500}


def test_what_is_missing_or_twice_is_said(checked: World, capsys):
    checked.send("donations", b"poison")
    until(lambda: checked.delivered("dead") == 1)
    checked.rows("DELETE FROM donation_transactions LIMIT 3")
    checked.rows("UPDATE campaigns SET generated = generated + 7, acked = acked + 7")
    assert check(checked) == 1
    out = capsys.readouterr().out
    assert "generated 507 = acked 507" in out
    assert "acked 507 ≠ loaded 500 + dead letters 1" in out
    assert "✗ 6 donations missing" in out
    assert "✗ donations: rows, totals and what was loaded differ" in out
    checked.rows("UPDATE campaigns SET generated = 400, acked = 400")
    assert check(checked, "--json") == 1
    assert "100 donations more than were sent" in json.loads(capsys.readouterr().out)["faults"]


@pytest.mark.parametrize("state", ["lost", "running"])
def test_what_a_killed_runner_could_not_tell_is_not_more_than_was_sent(checked: World, capsys, state):
    told = "state = %s, generated = 450, acked = 400, failed = 5, `unknown` = 45"
    checked.rows(f"UPDATE campaigns SET {told}", state)
    assert check(checked) == 0
    out = capsys.readouterr().out
    acked, unknown = (400, 100) if state == "lost" else (455, 45)
    assert f"generated 505 = acked {acked} + failed 5 + unknown {unknown}" in out
    assert f"acked {acked} + unknown that arrived {unknown} = loaded 500" in out


def test_a_letter_that_is_replayed_into_a_campaign_is_not_more_than_was_sent(checked: World, capsys):
    checked.send("donations", b"poison")
    until(lambda: checked.delivered("dead") == 1)
    ((partition, offset),) = checked.rows("SELECT partition_id, message_offset FROM dead_letters")
    (checked.folder / "good.json").write_bytes(donation(transaction_id=1 << 60, campaign_id=1))
    file = checked.folder / "settings.toml"
    replay = ["dead-letters", "replay", f"donations:{partition}:{offset}", f"--file={checked.folder / 'good.json'}"]
    assert cli.main([*replay, f"--settings={file}"]) == 0
    assert check(checked) == 0
    assert "acked 500 + untold 1 = loaded 501" in capsys.readouterr().out


def test_nobody_can_tell_while_it_moves_or_ingest_is_silent(world: World, capsys):
    world.settings.save(world.folder / "settings.toml")
    assert check(world, "--wait=0.5") == 1
    assert "✗ donations: the lag is not known, as no `rtdash ingest` is at work" in capsys.readouterr().out
    with world.ingest(), world.campaign_beside(rate_per_s=200):
        until(lambda: world.campaigns.latest() and world.delivered("loaded") > 10 and world.events() > 10)
        assert check(world, "--wait=3") == 1
    assert "✗ donations: still moving" in capsys.readouterr().out


def test_a_check_needs_the_campaigns(monkeypatch, capsys, tmp_path):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert cli.main(["check", "--conservation"]) == 2
    assert "RTDASH_DONATIONS_DSN" in capsys.readouterr().err
