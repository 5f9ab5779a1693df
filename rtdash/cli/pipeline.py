"""`rtdash pipeline status|test|start|stop`: what loads the donations, without a screen."""

from __future__ import annotations

import argparse
import json
from contextlib import closing
from dataclasses import asdict
from datetime import datetime
from zoneinfo import ZoneInfo

from rtdash.cli import flags
from rtdash.errors import SettingsError
from rtdash.model.payload import shown
from rtdash.model.pipeline import PIPELINE
from rtdash.model.text import plain
from rtdash.sources import donations
from rtdash.sources.pipeline import Pipeline

_DEADLINE_S = 30.0
"""A test asks Kafka, and a statement waits for the batch that is under way."""
_PATIENCE_S = 15.0
_SHOWN = 200


def run(options: argparse.Namespace) -> int:
    """0; 1 when it does not do what it was told, or the server refuses to tell a part of its status; 2 without one."""
    settings = flags.settings(options)
    dsn = settings.dsn_of_donations_owner
    if dsn is None:
        raise SettingsError("no donations database is set: RTDASH_DONATIONS_DSN")
    with closing(donations.connect(dsn, "pipeline", deadline_s=_DEADLINE_S)) as connection:
        pipeline = Pipeline(connection)
        if options.action == "status":
            return _status(pipeline, options, ZoneInfo(settings.time_zone))
        if options.action == "test":
            return _test(pipeline, options.limit)
        act = pipeline.start if options.action == "start" else pipeline.stop
        print(act(_PATIENCE_S))
    return 0


def _status(pipeline: Pipeline, options: argparse.Namespace, zone: ZoneInfo) -> int:
    status = pipeline.status(options.limit)
    if options.json:
        head = {"pipeline": PIPELINE, "engine": pipeline.engine, "lag": status.lag}
        print(json.dumps(head | asdict(status), default=_json))
        return int(bool(status.untold))
    once = {True: "exactly once", False: "NOT exactly once", None: "whether exactly once is not told"}
    print(f"{PIPELINE} on {pipeline.engine}: {plain(status.state)}, {_number(status.rows_per_s)} rows/s, ", end="")
    print(once[status.is_exactly_once])
    print(f"lag {_number(status.lag)}")
    for partition in status.partitions:
        print(f"  partition {plain(partition.partition_id):>4}  {_number(partition.lag):>12}")
    print("latest batches" if status.batches else "no batches")
    for batch in status.batches:
        print(
            f"  {batch.batch_id:>16}  {_at(batch.started_at, zone)}  {plain(batch.state):<11}"
            f"  {_number(batch.rows):>9} rows  {_number(batch.rows_per_s):>9}/s  {_number(batch.took_s, 3):>8} s"
        )
    print("latest errors" if status.errors else "no errors")
    for error in status.errors:
        code = "" if error.code is None else f" {error.code}"
        print(f"  {_at(error.at, zone)}  {plain(error.type)}{code}: {plain(error.message)}")
        for line in _lines(error.line):
            print(f"    {line}")
    for reason in status.untold:
        print(f"✗ {plain(reason)}")
    return int(bool(status.untold))


def _test(pipeline: Pipeline, limit: int) -> int:
    columns, rows = pipeline.test(limit)
    for row in rows:
        print(json.dumps(dict(zip(columns, row, strict=True)), default=_json))
    if not rows:
        print("no messages that are not loaded yet")
    return 0


def _json(value: object) -> str:
    """What JSON has no word for: times in ISO 8601, UTC; bytes as far as they are text."""
    if isinstance(value, datetime):
        return value.isoformat()
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)


def _lines(message: str | bytes) -> list[str]:
    payload = message.encode() if isinstance(message, str) else message
    return list(shown(payload, _SHOWN)) if payload else []


def _number(value: float | None, digits: int = 0) -> str:
    return "not told" if value is None else f"{value:,.{digits}f}"


def _at(moment: datetime | None, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M:%S}" if moment else f"{'not told':<19}"
