"""What may be typed after `rtdash bench`."""

from __future__ import annotations

from collections.abc import Sequence

from rtdash.bench.size import EXTREMES, SIZES, Size
from rtdash.cli.arguments import campaign
from rtdash.cli.arguments.command import Commands, runs
from rtdash.cli.arguments.values import told, whole

_RATE_PER_S = 2000


def add(commands: Commands) -> None:
    """The command and its actions."""
    bench = commands.alone("bench", help="measure what this machine can do, on private servers")
    actions = commands.below(bench)
    # A second of messages takes some 100 MB of memory; what is seen is counted for 400 s.
    _add(actions, "produce", "messages a second of a campaign at --rate max, its bound, and the workshop's loop", 30)
    _add(actions, "ingest", "rows a second from Kafka into the databases, and the same rows stored at once", 30)
    what = "what the dashboard costs in a terminal: bytes, processor, memory, keys"
    _add(actions, "terminal", what, 3600, on_stage=True, sizes=SIZES)
    _add(actions, "live", "what the panels' queries take, and how soon donations are seen", 400, on_stage=True)
    what = "what dashboards hold of memory that stay open, side by side"
    _add(actions, "soak", what, on_stage=True, sizes=EXTREMES)


def _add(
    actions: Commands,
    name: str,
    what: str,
    longest_s: int | None = None,
    *,
    on_stage: bool = False,
    sizes: Sequence[Size] = (),
) -> None:
    action = actions.alone(name, help=what)
    if longest_s is None:
        action.add_argument("--minutes", type=whole(1, 1440), default=30, metavar="N", help="how long it lasts (30)")
    else:
        action.add_argument(
            "--seconds", type=whole(1, longest_s), default=10, metavar="S", help="how long each part lasts (10)"
        )
        action.add_argument("--repeat", type=whole(1), default=3, metavar="N", help="take the median of so many (3)")
    action.add_argument("--json", metavar="FILE", help="the figures as JSON; - for standard output")
    runs(action, "bench", f"bench {name}", writes=False, takes=(), action=name)
    if on_stage:
        campaign.add_rate(action, " of the campaign", _RATE_PER_S)
    if sizes:
        told_of = f"of the terminal; repeat it ({', '.join(map(str, sizes))})"
        action.add_argument("--size", type=told(Size.read), action="append", metavar="SIZE", help=told_of)
