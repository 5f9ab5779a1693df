"""Passwords in arguments, which others on the machine can read: refused, and never repeated."""

from __future__ import annotations

import pytest

from rtdash.cli.arguments import parse
from rtdash.cli.flags import flags
from rtdash.errors import UsageError
from tests.unit.test_flags import COMMANDS

PASSWORD = "hunter2-geheim"


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
        ("--kafka-sasl-password", PASSWORD),
    ],
)
@pytest.mark.parametrize("command", COMMANDS)
def test_a_password_in_an_argument_is_refused(flag, address, command):
    with pytest.raises(UsageError) as caught:
        flags(parse([flag, address, *command]))
    message = str(caught.value)
    assert message.startswith(f"{flag}: a password in an argument can be read by others")
    assert f"RTDASH_{flag[2:].upper().replace('-', '_')}" in message
    assert PASSWORD not in message


@pytest.mark.parametrize(
    "typed",
    [
        "demo PASSWORD",
        "slow PASSWORD",
        "bench PASSWORD produce",
        "bench produce PASSWORD",
        "pipeline PASSWORD status",
        "pipeline status PASSWORD",
        "campaign PASSWORD list",
        "dead-letters PASSWORD list",
    ],
)
@pytest.mark.parametrize(
    "form",
    [
        f"--kafka-sasl-password {PASSWORD}",
        f"--kafka-sasl-password={PASSWORD}",
        f"--citus-dsn postgresql://u:{PASSWORD}@h/d",
        f"--donations-dsn=mysql://u:{PASSWORD}@h/d",
    ],
)
def test_it_is_refused_wherever_it_is_typed(typed, form):
    with pytest.raises(UsageError, match=r"^--[\w-]+: a password in an argument can be read by others") as caught:
        flags(parse(typed.replace("PASSWORD", form).split()))
    assert PASSWORD not in str(caught.value)


@pytest.mark.parametrize(
    "address", ["postgresql://u@h:5432/d", "postgresql://h/d?sslmode=require", "mysql://u@[::1]/d"]
)
def test_an_address_without_a_password_is_taken(address):
    assert flags(parse(["--citus-dsn", address])) == {"citus_dsn": address}
