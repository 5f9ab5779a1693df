"""What may be typed after `rtdash`."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from rtdash.cli.arguments import bench, campaign, check, dead_letters, lab, pipeline, slow
from rtdash.cli.arguments.command import Commands, runs
from rtdash.cli.flags import ADDRESSES, DISPLAY, SECRETS, SHARED

_EPILOG = """\
Settings: flag > environment (RTDASH_CITUS_DSN, RTDASH_INTERVAL_MS …) > TOML file > default.
A password, also within a DSN, belongs into the environment or the file: others on this machine can read arguments.
"""


def _add_display(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--interval-ms", type=int, metavar="MS", help="how often panels are polled, 100 … 5000 (250)")
    parser.add_argument("--threshold-ms", type=float, metavar="MS", help="queries above it are flagged (200)")
    parser.add_argument("--lanes", type=int, metavar="N", help="queries at the same time on one server (2)")
    parser.add_argument(
        "--budget",
        dest="budget_percent",
        metavar="SHARE",
        help="of a server's time, 25%%: past it panels are asked more seldom (no bound)",
    )
    parser.add_argument("--deadline-s", type=float, metavar="S", help="when a query is given up (5)")
    parser.add_argument("--time-zone", metavar="ZONE", help="in which times are shown (UTC)")
    parser.add_argument("--panels-folder", type=Path, metavar="DIR", help="your own panels, in citus/ and donations/")
    parser.add_argument(
        "--charts", choices=("sweep", "scroll"), help="live ones stand still under a write head, or scroll (sweep)"
    )
    parser.add_argument("--meter", action="store_true", help="show how many bytes a second the terminal is sent")
    parser.add_argument(
        "--line-budget", metavar="SIZE", help="so many at most, 8kB: past it frames come more seldom (no bound)"
    )
    parser.add_argument("--frame-rate", type=int, metavar="N", help="frames a second at most, 1 … 30 (as they come)")
    parser.add_argument(
        "--no-diff", dest="diff", action="store_false", help="write all of what was drawn again, changed or not"
    )


def _add_addresses(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--citus-dsn", metavar="DSN", help="postgresql://user@host:port/database")
    parser.add_argument("--donations-dsn", metavar="DSN", help="mysql://user@host:port/database")
    parser.add_argument("--kafka-bootstrap-servers", metavar="HOST:PORT", help="Kafka, for campaigns")


def _add_refused(parser: argparse.ArgumentParser, names: Sequence[str]) -> None:
    """They are refused in words of ours: argparse's own would repeat the password that may be in them."""
    for name in names:
        parser.add_argument(f"--{name.replace('_', '-')}", help=argparse.SUPPRESS)


def _add_demo(commands: Commands, display: argparse.ArgumentParser) -> None:
    demo = commands.alone(
        "demo", display, help="the dashboard live on private servers", description="The dashboard live."
    )
    demo.add_argument("--fresh", action="store_true", help="start over: delete what earlier demos stored")
    demo.add_argument("--start", action="store_true", help="a campaign runs from the first moment")
    campaign.add_rate(demo, " of the campaigns")
    demo.add_argument("--no-history", action="store_true", help="do not generate 7 days of clickstream history")
    demo.add_argument("--data", type=Path, metavar="DIR", help="where the private servers keep their data")
    runs(demo, "demo", "demo", writes=False, takes=DISPLAY)


def build() -> argparse.ArgumentParser:
    """The parser of all commands."""
    # What is shared says nothing when it was not typed: a command would overwrite what stands before it.
    secrets = argparse.ArgumentParser(add_help=False, argument_default=argparse.SUPPRESS)
    _add_refused(secrets, SECRETS)
    unused = argparse.ArgumentParser(add_help=False, argument_default=argparse.SUPPRESS, parents=[secrets])
    _add_refused(unused, ADDRESSES)
    file = argparse.ArgumentParser(add_help=False, argument_default=argparse.SUPPRESS)
    file.add_argument("--settings", type=Path, metavar="FILE", help="the settings file")
    common = argparse.ArgumentParser(add_help=False, argument_default=argparse.SUPPRESS, parents=[secrets, file])
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
    runs(parser, "dashboard", "", writes=False, takes=SHARED)
    commands = Commands(parser.add_subparsers(title="commands", metavar=""), common, unused)
    _add_demo(commands, display)
    init = commands.add("init", help="apply the schema to the databases of the settings, make the topics of Kafka")
    init.add_argument("--plan", action="store_true", help="say what it would do, and change nothing")
    runs(init, "init", "init")
    runs(commands.add("ingest", help="load the topics into the databases, until stopped"), "ingest", "ingest")
    campaign.add(commands)
    check.add(commands)
    dead_letters.add(commands)
    slow.add(commands, file)
    pipeline.add(commands)
    bench.add(commands)
    lab.add(commands)
    return parser


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Parsed arguments, with `run` set; argparse itself ends with status 2 on a wrong one."""
    return build().parse_args(arguments, argparse.Namespace(**dict.fromkeys((*SHARED, *SECRETS))))
