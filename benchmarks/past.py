"""The raw events behind a measurement: made as the demo makes its history, and rolled up."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from pydantic import SecretStr

from rtdash.schema.history import generate, roll_up
from rtdash.sources.citus import connect

_PAST = timedelta(days=7)
_LONGEST_S = 600.0
_QUIET = 10
"""How many steps pass in silence."""


def fill(dsn: SecretStr, events: int, say: Callable[[str], None]) -> None:
    """Have at least this many events in the database, all rolled up; what is there already counts."""
    with connect(dsn, "benchmark", statement_timeout_s=_LONGEST_S) as connection:
        there, now = connection.execute("SELECT (SELECT count(*) FROM events), now()").fetchone() or (0, None)
        wanted = events - there
        if now is None or wanted <= 0:
            return
        for step, made in enumerate(generate(connection, now - _PAST, now, wanted)):
            if step % _QUIET == 0:
                say(f"{made:,} of {wanted:,} events of the past")
        for step, share in enumerate(roll_up(connection)):
            if step % _QUIET == 0:
                say(f"{100 * share:.0f} % of them rolled up")
        say("vacuum")
        connection.execute("VACUUM ANALYZE")
        connection.execute("CHECKPOINT")
