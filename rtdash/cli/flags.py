"""Flags of the command line as settings."""

from __future__ import annotations

import argparse
import re
from typing import Any

from rtdash.errors import UsageError

ADDRESSES = ("citus_dsn", "donations_dsn", "kafka_bootstrap_servers")
DISPLAY = ("interval_ms", "threshold_ms", "lanes", "deadline_s", "time_zone", "panels_folder")


# Looser than a URL: what does not parse as one may hold a password all the same.
_PASSWORD = re.compile(r"://[^/@]*:[^@]*@|passw(or)?d\s*=", re.IGNORECASE)


def flags(options: argparse.Namespace, *names: str) -> dict[str, Any]:
    """The values that were given for `names`; raises UsageError when one holds a password, which `ps` would show."""
    given = {name: value for name in names if (value := getattr(options, name)) is not None}
    for name in ADDRESSES:
        if _PASSWORD.search(given.get(name, "")):
            raise UsageError(
                f"--{name.replace('_', '-')}: a password in an argument can be read by others on this machine;"
                f" set RTDASH_{name.upper()} instead"
            )
    return given
