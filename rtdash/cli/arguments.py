"""What may be typed after `rtdash`."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from contextlib import suppress
from importlib import import_module
from pathlib import Path

from rtdash.cli.flags import ADDRESSES, DISPLAY, SHARED
from rtdash.model.campaign import DEFAULT_RATE_PER_S, RATE_STEPS

_EPILOG = """\
Settings: flag > environment (RTDASH_CITUS_DSN, RTDASH_INTERVAL_MS …) > TOML file > default.
A DSN with a password belongs into the environment or the file: arguments can be read by others on this machine.
"""


def _deferred(module: str) -> Callable[[argparse.Namespace], int]:
    """The command's module is imported when it is run."""

    def run(options: argparse.Namespace) -> int:
        status: int = import_module(f"rtdash.cli.{module}").run(options)
        return status

    return run


def _whole(least: int, most: int | None = None) -> Callable[[str], int]:
    """A whole number within bounds."""
    allowed = f"{least} or more" if most is None else f"{least} … {most:,}"

    def read(text: str) -> int:
        with suppress(ValueError):
            number = int(text)
            if number >= least and (most is None or number <= most):
                return number
        raise argparse.ArgumentTypeError(f"{text!r}: allowed: {allowed}")

    return read


def _seconds(text: str) -> float:
    with suppress(ValueError):
        number = float(text)
        if 0 < number < float("inf"):
            return number
    raise argparse.ArgumentTypeError(f"{text!r}: allowed: seconds above 0")


def _add_rate(parser: argparse.ArgumentParser, whose: str) -> None:
    parser.add_argument(
        "--rate",
        type=_whole(1, RATE_STEPS[-1]),
        default=DEFAULT_RATE_PER_S,
        metavar="N",
        help=f"donations a second{whose} ({DEFAULT_RATE_PER_S})",
    )


def _add_display(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--interval-ms", type=int, metavar="MS", help="how often panels are polled, 100 … 5000 (250)")
    parser.add_argument("--threshold-ms", type=float, metavar="MS", help="queries above it are flagged (200)")
    parser.add_argument("--lanes", type=int, metavar="N", help="queries at the same time on one server (2)")
    parser.add_argument("--deadline-s", type=float, metavar="S", help="when a query is given up (5)")
    parser.add_argument("--time-zone", metavar="ZONE", help="in which times are shown (UTC)")
    parser.add_argument("--panels-folder", type=Path, metavar="DIR", help="your own panels, in citus/ and donations/")


def _add_addresses(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--citus-dsn", metavar="DSN", help="postgresql://user@host:port/database")
    parser.add_argument("--donations-dsn", metavar="DSN", help="mysql://user@host:port/database")
    parser.add_argument("--kafka-bootstrap-servers", metavar="HOST:PORT", help="Kafka, for campaigns")


def build() -> argparse.ArgumentParser:
    """The parser of all commands."""
    # What is shared says nothing when it was not typed: a command would overwrite what stands before it.
    common = argparse.ArgumentParser(add_help=False, argument_default=argparse.SUPPRESS)
    common.add_argument("--settings", type=Path, metavar="FILE", help="the settings file")
    _add_addresses(common)
    display = argparse.ArgumentParser(add_help=False, argument_default=argparse.SUPPRESS)
    _add_display(display)
    parser = argparse.ArgumentParser(
        prog="rtdash",
        description="A live terminal dashboard for Citus rollups and SingleStore donations under load.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        parents=[common, display],
    )
    parser.set_defaults(run=_deferred("dashboard"), command="", takes=SHARED, writes=False)
    commands = parser.add_subparsers(title="commands", metavar="")

    demo = commands.add_parser(
        "demo", parents=[display], help="the dashboard live on private servers", description="The dashboard live."
    )
    demo.add_argument("--fresh", action="store_true", help="start over: delete what earlier demos stored")
    demo.add_argument("--start", action="store_true", help="a campaign runs from the first moment")
    _add_rate(demo, " of the campaigns")
    demo.add_argument("--no-history", action="store_true", help="do not generate 7 days of clickstream history")
    demo.add_argument("--data", type=Path, metavar="DIR", help="where the private servers keep their data")
    demo.set_defaults(run=_deferred("demo"), command="demo", takes=DISPLAY)
    writer = {"takes": ("settings", *ADDRESSES), "writes": True}

    init = commands.add_parser("init", parents=[common], help="apply the schema to the databases of the settings")
    init.add_argument("--plan", action="store_true", help="say what it would do, and change nothing")
    init.set_defaults(run=_deferred("init"), command="init", **writer)

    ingest = commands.add_parser("ingest", parents=[common], help="load both topics into the databases, until stopped")
    ingest.set_defaults(run=_deferred("ingest"), command="ingest", **writer)

    campaign = commands.add_parser("campaign", help="start, stop and list campaigns without a screen")
    actions = campaign.add_subparsers(title="actions", metavar="", required=True)
    start = actions.add_parser("start", parents=[common], help="run a campaign until it is over or stopped")
    start.add_argument("--name", default="", help="what it is called (its number)")
    _add_rate(start, "")
    start.add_argument("--city", action="append", default=[], metavar="NAME", help="a city; repeat it (4 at random)")
    start.add_argument("--beside", action="store_true", help="leave the running campaigns alone")
    start.add_argument("--count", type=_whole(1), metavar="N", help="end after this many donations")
    start.add_argument("--duration", type=_seconds, metavar="S", help="end after this many seconds")
    start.set_defaults(run=_deferred("campaign"), command="campaign start", action="start", **writer)
    for name, text in (("stop", "ask all running campaigns to stop"), ("list", "the latest campaigns")):
        action = actions.add_parser(name, parents=[common], help=text)
        action.set_defaults(run=_deferred("campaign"), command=f"campaign {name}", action=name, **writer)
    return parser


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Parsed arguments, with `run` set; argparse itself ends with status 2 on a wrong one."""
    return build().parse_args(arguments, argparse.Namespace(**dict.fromkeys(SHARED)))
