"""What may be typed after `rtdash check`."""

from __future__ import annotations

from rtdash.cli.arguments.command import Commands, runs
from rtdash.cli.arguments.values import told
from rtdash.model import typed


def add(commands: Commands) -> None:
    """The command; what it checks must be named."""
    check = commands.add("check", help="whether what is stored is right; the exit status says it")
    check.add_argument(
        "--conservation", action="store_true", required=True, help="every message that was sent is accounted for"
    )
    check.add_argument(
        "--wait",
        type=told(typed.seconds),
        default=10.0,
        metavar="S",
        help="how long to wait for 2 s in which nothing moves (10)",
    )
    check.add_argument("--json", action="store_true", help="the outcome as JSON on standard output")
    runs(check, "check", "check", writes=False)
