"""The command line: flags become settings, a password in an argument is refused, errors are one line."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from rtdash import cli
from rtdash.cli.arguments import build, parse
from rtdash.cli.flags import ADDRESSES, DISPLAY, flags
from rtdash.errors import PanelError, SettingsError, Unreachable, UsageError
from rtdash.settings import Settings

PASSWORD = "hunter2-geheim"


# ── arguments ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_nothing_is_given_unless_it_is_typed():
    assert flags(parse([]), *ADDRESSES, *DISPLAY) == {}
    assert flags(parse(["demo"]), *DISPLAY) == {}


def test_each_flag_is_a_setting():
    typed = ["--citus-dsn=postgresql://u@h/d", "--donations-dsn=mysql://u@h/d", "--kafka-bootstrap-servers=h:9092"]
    typed += ["--interval-ms=500", "--threshold-ms=90.5", "--lanes=3", "--deadline-s=2", "--time-zone=Europe/Paris"]
    given = flags(parse([*typed, "--panels-folder=mine"]), *ADDRESSES, *DISPLAY)
    assert given == {
        "citus_dsn": "postgresql://u@h/d",
        "donations_dsn": "mysql://u@h/d",
        "kafka_bootstrap_servers": "h:9092",
        "interval_ms": 500,
        "threshold_ms": 90.5,
        "lanes": 3,
        "deadline_s": 2.0,
        "time_zone": "Europe/Paris",
        "panels_folder": Path("mine"),
    }
    assert set(given) == {*ADDRESSES, *DISPLAY} <= set(Settings.model_fields)


def test_flags_before_and_after_a_command_are_the_same():
    assert flags(parse(["--lanes", "3", "demo", "--interval-ms", "500"]), *DISPLAY) == {"lanes": 3, "interval_ms": 500}


@pytest.mark.parametrize(
    "command", [["init"], ["ingest"], ["campaign", "start"], ["campaign", "stop"], ["campaign", "list"]]
)
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


# ── passwords ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("flag", "address"),
    [
        ("--citus-dsn", f"postgresql://u:{PASSWORD}@h:5432/d"),
        ("--citus-dsn", f"postgresql://u@h/d?password={PASSWORD}"),
        ("--citus-dsn", f"postgresql://h/d?user=u&password={PASSWORD}"),
        ("--citus-dsn", f"host=h password={PASSWORD}"),
        ("--donations-dsn", f"mysql://u:{PASSWORD}@h/d"),
        ("--donations-dsn", f"mysql://u:{PASSWORD}#x@h/d"),
        ("--donations-dsn", f"mysql://u:[{PASSWORD}@h/d"),
        ("--kafka-bootstrap-servers", f"sasl://u:{PASSWORD}@h:9092"),
    ],
)
def test_a_password_in_an_argument_is_refused(flag, address):
    with pytest.raises(UsageError) as caught:
        flags(parse([flag, address]), *ADDRESSES)
    message = str(caught.value)
    assert message.startswith(f"{flag}: a password in an argument can be read by others")
    assert f"RTDASH_{flag[2:].upper().replace('-', '_')}" in message
    assert PASSWORD not in message


@pytest.mark.parametrize(
    "address", ["postgresql://u@h:5432/d", "postgresql://h/d?sslmode=require", "mysql://u@[::1]/d"]
)
def test_an_address_without_a_password_is_taken(address):
    assert flags(parse(["--citus-dsn", address]), *ADDRESSES) == {"citus_dsn": address}


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
