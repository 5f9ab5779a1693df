"""What may be typed after `rtdash dead-letters`."""

from __future__ import annotations

import argparse
from pathlib import Path

from rtdash.cli.arguments.command import Commands, runs
from rtdash.cli.arguments.values import told, whole
from rtdash.model.letter import LetterAddress

_TOPICS = ("donations", "clickstream")
_ADDRESS = "as `rtdash dead-letters list` prints it: TOPIC:PARTITION:OFFSET"


def address(text: str) -> LetterAddress:
    """The address of a letter of one of our topics."""
    found = told(LetterAddress.parse)(text)
    if found.topic not in _TOPICS:
        raise argparse.ArgumentTypeError(f"topic {found.topic!r}: allowed: {', '.join(_TOPICS)}")
    return found


def add(commands: Commands) -> None:
    """The command and its actions."""
    letters = commands.alone("dead-letters", help="messages that could not be used, and another try")
    actions = commands.below(letters)
    listed = actions.add("list", help="those that wait, newest first")
    listed.add_argument("--limit", type=whole(1), default=20, metavar="N", help="at most so many (20)")
    listed.add_argument("--replayed", action="store_true", help="those that were replayed instead")
    shown = actions.add("show", help="all that is known of one, and its bytes")
    shown.add_argument("address", nargs=1, type=address, metavar="ADDRESS", help=_ADDRESS)
    shown.add_argument("--raw", action="store_true", help="its exact bytes on standard output, and nothing else")
    replayed = actions.add("replay", help="load them under today's rules; what is still invalid stays")
    replayed.add_argument("address", nargs="*", type=address, metavar="ADDRESS", help=_ADDRESS)
    replayed.add_argument("--all", action="store_true", help="all that wait")
    replayed.add_argument("--file", type=Path, metavar="FILE", help="load these bytes in the place of one letter's")
    for action in (listed, replayed):
        action.add_argument("--topic", choices=_TOPICS, help="of this topic alone")
        action.add_argument("--json", action="store_true", help="the outcome as JSON on standard output")
    for action, name in ((listed, "list"), (shown, "show"), (replayed, "replay")):
        runs(action, "dead_letters", f"dead-letters {name}", action=name)
