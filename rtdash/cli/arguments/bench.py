"""What may be typed after `rtdash bench`."""

from __future__ import annotations

from rtdash.cli.arguments.command import Commands, runs
from rtdash.cli.arguments.values import whole

# A second of messages takes some 100 MB of memory.
_LONGEST_S = 30


def add(commands: Commands) -> None:
    """The command and its actions."""
    bench = commands.alone("bench", help="measure what this machine can do, on private servers")
    actions = commands.below(bench)
    for name, what in (
        ("produce", "messages a second of a campaign at --rate max, its bound, and the workshop's own loop"),
        ("ingest", "rows a second from Kafka into the databases, and the same rows stored at once"),
    ):
        action = actions.alone(name, help=what)
        action.add_argument(
            "--seconds", type=whole(1, _LONGEST_S), default=10, metavar="S", help="how long each part lasts (10)"
        )
        action.add_argument("--repeat", type=whole(1), default=3, metavar="N", help="take the median of so many (3)")
        action.add_argument("--json", metavar="FILE", help="the figures as JSON; - for standard output")
        runs(action, "bench", f"bench {name}", writes=False, takes=(), action=name)
