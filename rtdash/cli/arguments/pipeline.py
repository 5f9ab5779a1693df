"""What may be typed after `rtdash pipeline`."""

from __future__ import annotations

from rtdash.cli.arguments.command import Commands, runs
from rtdash.cli.arguments.values import whole


def add(commands: Commands) -> None:
    """The command and its actions."""
    pipeline = commands.alone("pipeline", help="what loads the donations: SingleStore's pipeline")
    actions = commands.below(pipeline)
    status = actions.add("status", help="state, lag, batches and errors; on MariaDB those of `rtdash ingest`")
    status.add_argument(
        "--limit", type=whole(1, 1000), default=5, metavar="N", help="at most so many batches, and errors (5)"
    )
    status.add_argument("--json", action="store_true", help="the same as JSON on standard output")
    test = actions.add("test", help="what messages that are not loaded yet would become; loads nothing")
    test.add_argument("--limit", type=whole(1, 1000), default=10, metavar="N", help="at most so many messages (10)")
    start = actions.add("start", help="start it, and watch its first batch")
    stop = actions.add("stop", help="stop it, and wait until it has")
    for action, name in ((status, "status"), (test, "test"), (start, "start"), (stop, "stop")):
        runs(action, "pipeline", f"pipeline {name}", action=name)
