"""The command line: flags become settings, errors are one line."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from rtdash import cli
from rtdash.cli import campaign
from rtdash.cli.arguments import build, parse
from rtdash.cli.flags import ADDRESSES, DISPLAY, flags, settings
from rtdash.errors import PanelError, SettingsError, Unreachable, UsageError
from rtdash.model.campaign import AS_FAST_AS_IT_CAN, CampaignPlan
from rtdash.settings import Settings

PASSWORD = "hunter2-geheim"
LETTERS = (["dead-letters", "list"], ["dead-letters", "show", "donations:0:1"], ["dead-letters", "replay", "--all"])
PIPELINE = (["pipeline", "status"], ["pipeline", "test"], ["pipeline", "start"], ["pipeline", "stop"])
WRITERS = (["init"], ["ingest"], ["campaign", "start"], ["campaign", "stop"], ["campaign", "list"], *LETTERS, *PIPELINE)
COMMANDS = ([], ["demo"], ["check", "--conservation"], ["slow"], *WRITERS)


# ── arguments ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_nothing_is_given_unless_it_is_typed():
    for command in COMMANDS:
        assert flags(parse(command)) == {}


def test_each_flag_is_a_setting():
    typed = ["--citus-dsn=postgresql://u@h/d", "--donations-dsn=mysql://u@h/d", "--kafka-bootstrap-servers=h:9092"]
    typed += ["--interval-ms=500", "--threshold-ms=90.5", "--lanes=3", "--deadline-s=2", "--time-zone=Europe/Paris"]
    typed += ["--budget=25%", "--panels-folder=mine", "--no-diff", "--meter", "--line-budget=8kB", "--frame-rate=4"]
    given = flags(parse([*typed, "--charts=scroll"]))
    assert given == {
        "citus_dsn": "postgresql://u@h/d",
        "donations_dsn": "mysql://u@h/d",
        "kafka_bootstrap_servers": "h:9092",
        "interval_ms": 500,
        "threshold_ms": 90.5,
        "lanes": 3,
        "budget_percent": "25%",
        "deadline_s": 2.0,
        "time_zone": "Europe/Paris",
        "panels_folder": Path("mine"),
        "diff": False,
        "meter": True,
        "line_budget": "8kB",
        "frame_rate": 4,
        "charts": "scroll",
    }
    assert set(given) == {*ADDRESSES, *DISPLAY} <= set(Settings.model_fields)


def test_flags_before_and_after_a_command_are_the_same():
    assert flags(parse(["--lanes", "3", "demo", "--interval-ms", "500"])) == {"lanes": 3, "interval_ms": 500}
    for command in WRITERS:
        for typed in (["--kafka-bootstrap-servers=h:9092", *command], [*command, "--kafka-bootstrap-servers=h:9092"]):
            assert flags(parse(typed)) == {"kafka_bootstrap_servers": "h:9092"}


@pytest.mark.parametrize(
    ("typed", "command", "useless"),
    [
        (["--citus-dsn=postgresql://u@h/d", "demo"], "demo", "--citus-dsn"),
        (["demo", "--citus-dsn=postgresql://u@h/d"], "demo", "--citus-dsn"),
        (["--settings=a.toml", "demo"], "demo", "--settings"),
        (["--lanes=3", "init"], "init", "--lanes"),
        (["--donations-dsn=mysql://u@h/d", "slow"], "slow", "--donations-dsn"),
        (["slow", "--kafka-bootstrap-servers=h:9092"], "slow", "--kafka-bootstrap-servers"),
        (["--lanes=3", "--interval-ms=500", "ingest"], "ingest", "--interval-ms, --lanes"),
        (["--budget=25%", "init"], "init", "--budget"),
        (["--time-zone=UTC", "campaign", "start"], "campaign start", "--time-zone"),
        (["--deadline-s=2", "campaign", "list"], "campaign list", "--deadline-s"),
    ],
)
def test_a_flag_that_is_of_no_use_is_refused_by_one_line(capsys, typed, command, useless):
    assert cli.main(typed) == 2
    said = f"rtdash: {command} does not take {useless}; see `rtdash {command} --help`\n"
    assert capsys.readouterr() == ("", said)


@pytest.mark.parametrize(
    "typed",
    [["demo", "--settings=a.toml"], ["slow", "--lanes=3"], ["init", "--lanes=3"]],
)
def test_a_flag_that_is_of_no_use_is_refused_after_the_command_as_well(capsys, typed):
    with pytest.raises(SystemExit) as caught:
        cli.main(typed)
    assert caught.value.code == 2
    assert f"unrecognized arguments: {typed[1]}" in capsys.readouterr().err


@pytest.mark.parametrize("command", WRITERS)
def test_an_address_that_was_typed_is_the_one_that_is_written_to(monkeypatch, command):
    for name in ("CITUS_OWNER", "DONATIONS_OWNER", "DONATIONS_CONTROL"):
        scheme = "postgresql" if name.startswith("CITUS") else "mysql"
        monkeypatch.setenv(f"RTDASH_{name}_DSN", f"{scheme}://u@elsewhere/d")
    typed = settings(parse([*command, "--citus-dsn=postgresql://u@h/d", "--donations-dsn=mysql://u@h/d"]))
    assert typed.dsn_of_citus_owner.get_secret_value() == "postgresql://u@h/d"
    assert typed.dsn_of_donations_owner.get_secret_value() == "mysql://u@h/d"
    assert typed.dsn_of_control.get_secret_value() == "mysql://u@h/d"
    # The dashboard reads there, and writes where the environment says.
    read = settings(parse(["--donations-dsn=mysql://u@h/d"]))
    assert read.dsn_of_control.get_secret_value() == "mysql://u@elsewhere/d"


@pytest.mark.parametrize("value", ["0", "-5", "50001", "1e3", "many"])
@pytest.mark.parametrize("command", [["demo"], ["campaign", "start"]])
def test_a_rate_has_bounds(capsys, command, value):
    with pytest.raises(SystemExit) as caught:
        parse([*command, f"--rate={value}"])
    assert caught.value.code == 2
    said = capsys.readouterr().err
    assert f"argument --rate: '{value}': allowed: 1 … 50,000 a second, or max" in said
    assert "or gentle, brisk, aggressive, storm" in said
    assert parse([*command, "--rate=50000"]).rate == 50_000
    assert parse(command).rate == 200


def status(typed: list[str]) -> object:
    """With which a command ends, whoever refuses it."""
    try:
        return cli.main(typed)
    except SystemExit as end:
        return end.code


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("--count=0", "argument --count: '0': allowed: 1 … 4,294,967,295 donations"),
        ("--count=-1", "argument --count: '-1': allowed: 1 … 4,294,967,295 donations"),
        ("--count=4294967296", "argument --count: '4294967296': allowed: 1 … 4,294,967,295 donations"),
        ("--duration=0", "0.0 s: allowed: a duration above 0, at most a year"),
        ("--duration=-1", "argument --duration: '-1': allowed: 90, 90s, 5m or 1h, at most a year"),
        ("--duration=nan", "argument --duration: 'nan': allowed: 90, 90s, 5m or 1h, at most a year"),
        ("--duration=9000h", "argument --duration: '9000h': allowed: 90, 90s, 5m or 1h, at most a year"),
        ("--in=1e12", "argument --in: '1e12': allowed: 90, 90s, 5m or 1h, at most a year"),
        ("--in=\x1b[2J", "argument --in: '·[2J': allowed: 90, 90s, 5m or 1h, at most a year"),
    ],
)
def test_a_campaign_ends_after_more_than_nothing_and_within_bounds(capsys, wrong, said):
    assert status(["campaign", "start", wrong]) == 2
    assert said in capsys.readouterr().err


def test_a_campaign_is_typed_as_in_the_form():
    words = ["campaign", "start", "--rate", "2,000", "--duration", "5m", "--count", "10,000", "--in", "30s"]
    typed = campaign.plan_of(parse(words))
    assert typed == CampaignPlan(rate_per_s=2000, duration_s=300.0, count=10_000, delay_s=30.0)
    typed = campaign.plan_of(parse(["campaign", "start", "--rate=max", "--count=1", "--duration=0.5", "--in=0"]))
    assert typed == CampaignPlan(rate_per_s=AS_FAST_AS_IT_CAN, duration_s=0.5, count=1)


@pytest.mark.parametrize("command", WRITERS)
def test_the_settings_file_before_and_after_a_command_is_the_same(command):
    assert parse(["--settings", "a.toml", *command]).settings == Path("a.toml")
    assert parse([*command, "--settings", "a.toml"]).settings == Path("a.toml")
    assert parse(command).settings is None


def test_the_defaults_in_the_help_are_those_of_the_settings():
    text = build().format_help()
    fields = Settings.model_fields
    for name in ("interval_ms", "threshold_ms", "lanes", "deadline_s", "time_zone"):
        default = fields[name].default
        said = f"{default:g}" if isinstance(default, float) else str(default)
        assert f"({said})" in " ".join(text.split()), name


@pytest.mark.parametrize(
    "arguments", [["--interval"], ["--lanes", "many"], ["dance"], ["campaign"], ["--threshold-ms"]]
)
def test_what_cannot_be_understood_ends_with_status_2(arguments, capsys):
    with pytest.raises(SystemExit) as caught:
        parse(arguments)
    assert caught.value.code == 2
    assert "rtdash" in capsys.readouterr().err


# ── errors ────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (SettingsError("setting lanes: no"), 2),
        (PanelError("a.sql:1: no"), 2),
        (Unreachable("nobody"), 2),
        (UsageError("x"), 2),
    ],
)
def test_an_error_that_we_know_is_one_line_and_a_status(monkeypatch, capsys, error, status):
    def fail(_: object) -> int:
        raise error

    monkeypatch.setattr("rtdash.cli.init.run", fail)
    assert cli.main(["init"]) == status
    assert capsys.readouterr() == ("", f"rtdash: {error}\n")


def test_text_of_a_server_cannot_steer_the_terminal(monkeypatch, capsys):
    def fail(_: object) -> int:
        raise Unreachable("gone \x1b[2J\u202e\nits log says: \x07")

    monkeypatch.setattr("rtdash.cli.init.run", fail)
    cli.main(["init"])
    assert capsys.readouterr() == ("", "rtdash: gone ·[2J·\nits log says: ·\n")


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("RTDASH_CITUS_DSN", "the DSN of the clickstream cannot be read"),
        ("RTDASH_DONATIONS_DSN", "donations DSN: ssl_ca /nowhere"),
    ],
)
def test_ingest_says_a_wrong_dsn_before_anything_starts(monkeypatch, capsys, address, said):
    monkeypatch.setenv("RTDASH_CITUS_DSN", "postgresql://u@h/d")
    monkeypatch.setenv("RTDASH_DONATIONS_DSN", f"mysql://u:{PASSWORD}@h/d?ssl_ca=/nowhere")
    if address == "RTDASH_CITUS_DSN":
        monkeypatch.setenv(address, f"postgresql://u:{PASSWORD}@x@h/d")
    monkeypatch.setattr("rtdash.cli.ingest.ingest", None)
    assert cli.main(["ingest"]) == 2
    said_all = capsys.readouterr().err
    assert said_all.startswith(f"rtdash: {said}")
    assert said_all.count("\n") == 1
    assert PASSWORD not in said_all


def test_a_key_that_interrupts_is_no_error(monkeypatch, capsys):
    def interrupted(_: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr("rtdash.cli.init.run", interrupted)
    assert cli.main(["init"]) == 130
    assert capsys.readouterr() == ("", "")


# ── --help ────────────────────────────────────────────────────────────────────────────────────────────────────────────

SLOW_TO_IMPORT = (
    "textual",
    "rich",
    "psycopg",
    "pymysql",
    "pydantic",
    "pydantic_settings",
    "confluent_kafka",
    "plotext",
)
HELP = f"""
import sys
from rtdash.cli import main
try:
    main(["--help"])
except SystemExit as end:
    assert end.code == 0, end.code
print("LOADED", *(name for name in {SLOW_TO_IMPORT!r} if name in sys.modules))
"""


def test_help_imports_neither_screen_nor_driver():
    done = subprocess.run([sys.executable, "-c", HELP], capture_output=True, text=True, check=True, timeout=30)
    *text, loaded = done.stdout.splitlines()
    assert text[0].startswith("usage: rtdash")
    assert loaded == "LOADED"
    assert "RTDASH_CITUS_DSN" in done.stdout
