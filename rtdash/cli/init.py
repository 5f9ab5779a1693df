"""`rtdash init`: applies the schema to the databases of the settings."""

from __future__ import annotations

import argparse

from rtdash.cli import flags
from rtdash.errors import SettingsError
from rtdash.model.text import plain
from rtdash.resources import sql_folder
from rtdash.schema.apply import apply
from rtdash.schema.step import Step


def _report(step: Step) -> None:
    print(f"  {step.file:<28} {step.duration_ms:7.0f} ms  {plain(step.note)}".rstrip())


def run(options: argparse.Namespace) -> int:
    """Apply what is set; each step is printed as it ends."""
    settings = flags.settings(options)
    targets = (
        ("clickstream", settings.dsn_of_citus_owner, sql_folder("citus", "schema")),
        ("donations", settings.dsn_of_donations_owner, sql_folder("mariadb", "schema")),
    )
    if not any(dsn for _, dsn, _ in targets):
        raise SettingsError("nothing to apply a schema to: set RTDASH_CITUS_DSN or RTDASH_DONATIONS_DSN")
    for name, dsn, folder in targets:
        if dsn is not None:
            print(name)
            apply(dsn, folder, _report)
    return 0
