"""`rtdash dead-letters list|show|replay`: messages that could not be used, and another try."""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Collection, Iterable
from contextlib import ExitStack, closing
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.progress import Progress

from rtdash.cli import flags
from rtdash.errors import SettingsError, UsageError
from rtdash.ingest.clickstream import ClickstreamSink
from rtdash.ingest.donations import DonationSink
from rtdash.ingest.letters import Letter, LetterTable
from rtdash.ingest.replay import Outcome, replay, waiting
from rtdash.ingest.sink import Sink
from rtdash.model.engine import Engine
from rtdash.model.letter import LetterAddress
from rtdash.model.payload import is_printable, shown
from rtdash.model.text import plain
from rtdash.settings import Settings
from rtdash.sources import donations
from rtdash.sources.kafka import CLICKSTREAM_TOPIC, DONATIONS_TOPIC

_SHOWN_BYTES = 4096
_SETTING_OF = {DONATIONS_TOPIC: "RTDASH_DONATIONS_DSN", CLICKSTREAM_TOPIC: "RTDASH_CITUS_DSN"}

Sinks = dict[str, Sink[Any]]
"""The databases by the topics that they hold."""


def run(options: argparse.Namespace) -> int:
    """List, show or replay."""
    action = {"list": _list, "show": _show, "replay": _replay}[options.action]
    settings = flags.settings(options)
    if options.action == "replay":
        _check(options)
    with ExitStack() as opened:
        sinks = {sink.topic: opened.enter_context(closing(sink)) for sink in _sinks(settings, _topics(options))}
        if options.action == "replay":
            _refuse_on_singlestore(settings, sinks)
        for sink in sinks.values():
            sink.connect()
        return action(sinks, options, ZoneInfo(settings.time_zone))


def _refuse_on_singlestore(settings: Settings, sinks: Sinks) -> None:
    """Raises UsageError where a pipeline loads the donations: what we load beside it would be in no account."""
    dsn = settings.dsn_of_donations_owner
    if DONATIONS_TOPIC in sinks and dsn is not None and donations.identify(dsn) is Engine.SINGLESTORE:
        others = f"; `--topic {CLICKSTREAM_TOPIC}` replays the others" if CLICKSTREAM_TOPIC in sinks else ""
        raise UsageError(
            "on SingleStore the pipeline alone loads donations, none is replayed: send the bytes of the letter"
            f" (`rtdash dead-letters show ADDRESS --raw`), corrected, to the topic {DONATIONS_TOPIC} again{others}"
        )


def _topics(options: argparse.Namespace) -> Collection[str]:
    """The topics that were named; none stands for all."""
    if options.action != "list" and options.address:
        return {address.topic for address in options.address}
    return {options.topic} - {None}


def _sinks(settings: Settings, topics: Collection[str]) -> list[Sink[Any]]:
    """The databases of these topics, or all there are. Raises SettingsError when one is not set."""
    found: list[Sink[Any]] = []
    if (dsn := settings.dsn_of_donations_owner) is not None:
        # Of letters that are loaded late nobody should learn how long donations take.
        found.append(DonationSink(dsn, tells_arrivals=False))
    if (dsn := settings.dsn_of_citus_owner) is not None:
        found.append(ClickstreamSink(dsn))
    missing = set(topics or _SETTING_OF) - {sink.topic for sink in found}
    if missing and (topics or not found):
        names = " or ".join(_SETTING_OF[topic] for topic in _SETTING_OF if topic in missing)
        raise SettingsError(f"no database is set where dead letters are kept: {names}")
    return [sink for sink in found if not topics or sink.topic in topics]


def _list(sinks: Sinks, options: argparse.Namespace, zone: ZoneInfo) -> int:
    letters: list[Letter] = []
    count = 0
    for sink in sinks.values():
        table = LetterTable(sink.topic)
        with sink.transaction() as cursor:
            count += table.count(cursor, replayed=options.replayed)
            letters += table.newest(cursor, options.limit, replayed=options.replayed)
    # Each is in that order already, which is kept among letters of the same moment.
    letters = sorted(letters, key=lambda letter: letter.recorded_at, reverse=True)[: options.limit]
    more = count - len(letters)
    if options.json:
        print(json.dumps({"letters": [_record(letter) for letter in letters], "more": more}))
        return 0
    width = max((len(str(letter.address)) for letter in letters), default=0)
    for letter in letters:
        print(
            f"{plain(letter.address):<{width}}  {_at(letter.recorded_at, zone)}  {letter.size_bytes:>11,} B"
            f"  {plain(letter.reason)}"
        )
    if not letters:
        print("no dead letter was replayed" if options.replayed else "no dead letters")
    elif more:
        print(f"and {more:,} more: --limit N")
    return 0


def _show(sinks: Sinks, options: argparse.Namespace, zone: ZoneInfo) -> int:
    (sink,) = sinks.values()
    letter = _find(sink, *options.address)
    with sink.transaction() as cursor:
        contents = LetterTable(sink.topic).contents(cursor, letter)
    if contents is None:
        raise _there_is_none(letter.address)
    payload, correction = contents
    if options.raw:
        if sys.stdout.isatty() and not is_printable(payload):
            raise UsageError(f"{letter.address}: its bytes are not printable, and standard output is a terminal")
        sys.stdout.buffer.write(payload)
        return 0
    facts = {
        "address": letter.address,
        "incarnation": letter.incarnation,
        "recorded": _at(letter.recorded_at, zone),
        "size": f"{letter.size_bytes:,} B",
        **({"place": "not told by the pipeline: both numbers are our own"} if letter.address.is_of_pipeline else {}),
        "reason": letter.reason,
        "replayed": _at(letter.replayed_at, zone) if letter.replayed_at else "not yet",
    }
    for name, value in facts.items():
        print(f"{name:<12} {plain(value)}")
    _print_bytes("its bytes", payload)
    if correction is not None:
        _print_bytes("loaded in its place", correction)
    return 0


def _print_bytes(title: str, payload: bytes) -> None:
    print(f"\n{title}:")
    for line in shown(payload, _SHOWN_BYTES):
        print(line)
    if (more := len(payload) - _SHOWN_BYTES) > 0:
        print(f"… and {more:,} B more; --raw writes what was received, whole")


def _check(options: argparse.Namespace) -> None:
    """Raises UsageError when it is not clear which letters, or bytes, are meant."""
    if bool(options.address) == options.all:
        raise UsageError("dead-letters replay: allowed: addresses, or --all")
    if options.topic and not options.all:
        raise UsageError("dead-letters replay: --topic: allowed with --all")
    if options.file and len(options.address) != 1:
        raise UsageError("dead-letters replay: --file: allowed with one address")


def _replay(sinks: Sinks, options: argparse.Namespace, _zone: ZoneInfo) -> int:
    """0 when all were loaded, 1 when some still cannot be."""
    correction = _read(options.file) if options.file else None
    letters: Iterable[Letter]
    if options.all:
        total = sum(_count(sink) for sink in sinks.values())
        letters = chain.from_iterable(waiting(sink) for sink in sinks.values())
    else:
        letters = dict.fromkeys(_find(sinks[address.topic], address) for address in options.address)
        total = len(letters)
    outcomes: Counter[Outcome] = Counter()
    dead: list[dict[str, str]] = []
    bar = Progress(
        console=Console(stderr=True),
        transient=True,
        redirect_stdout=sys.stdout.isatty(),
        disable=not sys.stderr.isatty(),
    )
    try:
        with bar:
            for letter in bar.track(letters, total=total, description="replaying"):
                done = replay(sinks[letter.topic], letter, correction)
                outcomes[done.outcome] += 1
                if done.outcome is Outcome.DEAD and options.json:
                    dead.append({"address": str(letter.address), "reason": done.reason})
                elif done.outcome is Outcome.DEAD:
                    print(f"✗ {plain(letter.address)}  {plain(done.reason)}")
        if not (outcomes or options.json):
            print("no dead letters")
    finally:
        # However it ends: what was loaded is loaded.
        if options.json:
            counts = {outcome.name.lower(): outcomes[outcome] for outcome in Outcome}
            print(json.dumps(counts | {"still_dead": dead}))
        elif outcomes:
            print(", ".join(f"{outcomes[each]:,} {each}" for each in Outcome if outcomes[each]))
    return 1 if outcomes[Outcome.DEAD] else 0


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise UsageError(f"--file {file}: {error.strerror}") from None


def _count(sink: Sink[Any]) -> int:
    with sink.transaction() as cursor:
        return LetterTable(sink.topic).count(cursor)


def _find(sink: Sink[Any], address: LetterAddress) -> Letter:
    with sink.transaction() as cursor:
        letter = LetterTable(sink.topic).find(cursor, address)
    if letter is None:
        raise _there_is_none(address)
    return letter


def _there_is_none(address: LetterAddress) -> UsageError:
    return UsageError(f"there is no dead letter {address}; `rtdash dead-letters list` names those that wait")


def _at(moment: datetime, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M:%S}"


def _record(letter: Letter) -> dict[str, object]:
    """The letter as JSON has it: times in ISO 8601, UTC."""
    replayed_at = letter.replayed_at
    return {
        "address": str(letter.address),
        "topic": letter.topic,
        "partition": letter.partition_id,
        "offset": letter.offset,
        "incarnation": letter.incarnation,
        "recorded_at": letter.recorded_at.isoformat(),
        "size_bytes": letter.size_bytes,
        "reason": letter.reason,
        "replayed_at": replayed_at.isoformat() if replayed_at else None,
        "correction_bytes": letter.correction_bytes,
    }
