"""How a command of the command line comes to its module."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from rtdash.cli.flags import ADDRESSES
from rtdash.cli.garbage import importing


@dataclass(frozen=True, slots=True)
class Commands:
    """Where commands are added, the flags that those on real servers share, and those that the others refuse."""

    place: Any
    """argparse's own kind of list, which has no public name."""
    common: argparse.ArgumentParser
    unused: argparse.ArgumentParser

    def alone(self, name: str, *parents: argparse.ArgumentParser, **texts: str) -> argparse.ArgumentParser:
        """A command that takes no addresses; it knows them so that no error of argparse repeats a password."""
        parser: argparse.ArgumentParser = self.place.add_parser(name, parents=[self.unused, *parents], **texts)
        return parser

    def add(self, name: str, **texts: str) -> argparse.ArgumentParser:
        """A command that takes the addresses."""
        parser: argparse.ArgumentParser = self.place.add_parser(name, parents=[self.common], **texts)
        return parser

    def below(self, parser: argparse.ArgumentParser) -> Commands:
        """Where the actions of a command are added; one of them must be typed."""
        return Commands(parser.add_subparsers(title="actions", metavar="", required=True), self.common, self.unused)


def runs(parser: argparse.ArgumentParser, module: str, command: str, *, writes: bool = True, **values: Any) -> None:
    """Have `rtdash.cli.<module>` run the command; it is imported when it is run.

    One that `writes` reaches the databases as their owner, also at an address that was typed.
    """

    def run(options: argparse.Namespace) -> int:
        with importing():
            found = import_module(f"rtdash.cli.{module}")
        status: int = found.run(options)
        return status

    defaults = {"run": run, "command": command, "takes": ("settings", *ADDRESSES), "writes": writes}
    parser.set_defaults(**defaults | values)
