"""Flags of the command line as settings."""

from __future__ import annotations

import argparse
import re
from typing import TYPE_CHECKING, Any

from rtdash.errors import UsageError

if TYPE_CHECKING:
    from rtdash.settings import Settings

ADDRESSES = ("citus_dsn", "donations_dsn", "kafka_bootstrap_servers")
LINE = ("charts", "meter", "line_budget", "frame_rate", "diff")
DISPLAY = ("interval_ms", "threshold_ms", "lanes", "budget_percent", "deadline_s", "time_zone", "panels_folder", *LINE)
SHARED = ("settings", *ADDRESSES, *DISPLAY)
"""What may stand before a command as well as after it."""
SECRETS = ("kafka_sasl_password",)
"""What is refused there in words of ours: argparse's own would repeat it."""

_WRITERS = {"citus_dsn": ("citus_owner_dsn",), "donations_dsn": ("donations_owner_dsn", "donations_control_dsn")}

# Looser than a URL: what does not parse as one may hold a password all the same.
_PASSWORD = re.compile(r"://[^/@]*:[^@]*@|passw(or)?d\s*=", re.IGNORECASE)


def flags(options: argparse.Namespace) -> dict[str, Any]:
    """The settings that were typed, by the names of their fields.

    Raises UsageError when one holds a password, which `ps` would show, or is of no use to the command.
    """
    given = {name: value for name in SHARED if (value := getattr(options, name)) is not None}
    telling = [name for name in ADDRESSES if _PASSWORD.search(given.get(name, ""))]
    for name in [*telling, *(name for name in SECRETS if getattr(options, name) is not None)]:
        raise UsageError(
            f"{_flag(name)}: a password in an argument can be read by others on this machine;"
            f" set RTDASH_{name.upper()} instead"
        )
    if useless := [_flag(name) for name in given if name not in options.takes]:
        raise UsageError(f"{options.command} does not take {', '.join(useless)}; see `rtdash {options.command} --help`")
    given.pop("settings", None)
    if options.writes:
        # An address that was typed is the one that is written to, whatever the environment names for that.
        given |= {writer: given[name] for name in given for writer in _WRITERS.get(name, ())}
    return given


def settings(options: argparse.Namespace) -> Settings:
    """The settings of a command; raises UsageError, SettingsError among them."""
    from rtdash.settings import load

    typed = flags(options)
    return load(options.settings, **typed)


def _flag(name: str) -> str:
    typed = {"budget_percent": "budget", "diff": "no-diff"}.get(name, name)
    return f"--{typed.replace('_', '-')}"
