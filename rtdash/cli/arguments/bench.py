"""What may be typed after `rtdash bench`."""

from __future__ import annotations

from rtdash.bench.size import SIZES, Size
from rtdash.cli.arguments import campaign
from rtdash.cli.arguments.command import Commands, runs
from rtdash.cli.arguments.values import told, whole

_RATE_PER_S = 2000


def add(commands: Commands) -> None:
    """The command and its actions."""
    bench = commands.alone("bench", help="measure what this machine can do, on private servers")
    actions = commands.below(bench)
    # A second of messages takes some 100 MB of memory; what is seen is counted for 400 s.
    for name, longest_s, what in (
        ("produce", 30, "messages a second of a campaign at --rate max, its bound, and the workshop's own loop"),
        ("ingest", 30, "rows a second from Kafka into the databases, and the same rows stored at once"),
        ("terminal", 3600, "what the dashboard costs in a terminal: bytes, processor, memory, keys"),
        ("live", 400, "what the panels' queries take, and how soon donations are seen"),
    ):
        action = actions.alone(name, help=what)
        action.add_argument(
            "--seconds", type=whole(1, longest_s), default=10, metavar="S", help="how long each part lasts (10)"
        )
        action.add_argument("--repeat", type=whole(1), default=3, metavar="N", help="take the median of so many (3)")
        action.add_argument("--json", metavar="FILE", help="the figures as JSON; - for standard output")
        runs(action, "bench", f"bench {name}", writes=False, takes=(), action=name)
        if name in ("terminal", "live"):
            campaign.add_rate(action, " of the campaign", _RATE_PER_S)
        if name == "terminal":
            sizes = f"of the terminal; repeat it ({', '.join(map(str, SIZES))})"
            action.add_argument("--size", type=told(Size.read), action="append", metavar="SIZE", help=sizes)
