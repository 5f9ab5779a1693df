"""Measures the clickstream under load, on a private PostgreSQL: what each panel takes, how far the rollups are behind.

    .venv/bin/python benchmarks/clickstream.py --behind 1000000 --rate 10000 --seconds 120

`--data FOLDER` is kept, and its events count towards `--behind` next time. With `--backlog S` the rollups are stopped
for so many seconds at first, then work it off for at most `--seconds`.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from figures import markdown, spread, spreads
from load import Load
from past import fill
from psycopg import Connection
from pydantic import SecretStr
from reader import Reader

from rtdash.bench.processes import parent_of, processor_s, with_children
from rtdash.resources import sql_folder
from rtdash.schema.apply import apply
from rtdash.schema.history import roll_up
from rtdash.servers.folders import DataFolder
from rtdash.servers.postgres import PrivatePostgres
from rtdash.sources.citus import connect

_DATABASE = "benchmark"  # not the one of pg_cron: here ingest runs the workshop's rollups
_CAUGHT_UP_S = 2.0
_LONGEST_CATCH_UP_S = 900.0
_SERIES_S = 5.0
_BALANCE = """
SELECT (SELECT count(*) FROM events) AS events,
    (SELECT coalesce(sum(event_count), 0)::bigint FROM live_totals WHERE width = '1 hour') AS live_totals,
    (SELECT coalesce(sum(event_count), 0)::bigint FROM rollup_events_5min) AS rollup_events_5min,
    (SELECT coalesce(sum(event_count), 0)::bigint FROM rollup_events_1hr) AS rollup_events_1hr
"""
_RUNS = """
SELECT rollup_name, array_agg(duration_ms), array_agg(lock_ms), avg(events)::float8, avg(rows)::float8
FROM rollup_runs WHERE started_at >= %s GROUP BY rollup_name ORDER BY rollup_name
"""
_BEHIND = "SELECT pg_sequence_last_value(event_id_sequence_name) - last_aggregated_id FROM rollups WHERE name = 'live'"


def main() -> int:
    """Measure, print, and say by the exit status whether all events were conserved."""
    options = _options()
    with _server(options.data) as server:
        owner = server.dsn("owner", _DATABASE)
        apply(owner, sql_folder("citus", "schema"), lambda _: None)
        fill(owner, options.behind, _say)
        with connect(owner, "benchmark") as connection:
            report = _measure(options, server.dsn("reader", _DATABASE), owner, connection)
    print(_tables(report))
    if options.json:
        text = json.dumps(report, indent=2) + "\n"
        sys.stdout.write(text) if options.json == "-" else Path(options.json).write_text(text, encoding="utf-8")
    return 0 if len(set(report["conserved"].values())) == 1 else 1


def _measure(
    options: argparse.Namespace, reader_dsn: SecretStr, owner: SecretStr, connection: Connection[Any]
) -> dict[str, Any]:
    postmaster = parent_of(connection.info.backend_pid)
    before = _balance(connection)
    load = Load(owner, options.rate)
    with Reader(reader_dsn) as reader:
        load.start()
        if options.backlog:
            _watch(reader, load, options.backlog, f"{options.backlog:g} s without rollups")
        load.roll_up()
        if not options.backlog:
            _watch(reader, load, options.warm_up, "warming up")
        reader.forget()
        started_at = connection.execute("SELECT clock_timestamp()").fetchone()
        begun_s, stored = time.monotonic(), load.stored
        processes: dict[str, Callable[[], list[int]]] = {
            "dashboard": lambda: [os.getpid()],
            "ingest": lambda: [load.pid],
            "postgres": lambda: with_children(postmaster),
        }
        taken_s = {part: processor_s(pids()) for part, pids in processes.items()}
        _watch(reader, load, options.seconds, "measuring", caught_up=bool(options.backlog))
        elapsed_s, stored = time.monotonic() - begun_s, load.stored - stored
        taken_s = {part: processor_s(pids()) - taken_s[part] for part, pids in processes.items()}
        panels, lags = reader.panels(), [(at - begun_s, lag) for at, lag in reader.lags]
        _say("catching up")
        load.end_writing()
        _settle(load, connection)
    runs = connection.execute(_RUNS, started_at).fetchall()
    for _ in roll_up(connection, 500_000):
        pass
    after = _balance(connection)
    return {
        "options": {name: str(value) if isinstance(value, Path) else value for name, value in vars(options).items()},
        "events_before": before["events"],
        "elapsed_s": elapsed_s,
        "stored_per_s": stored / elapsed_s,
        "panels": panels,
        "lag": {"live tables": spread((lag for _, lag in lags), "s")},
        "lag_series_s": _series(lags),
        "rollup_runs": {
            name: {**spread(durations, "ms"), "lock_max_ms": max(locks), "events": events, "rows": rows}
            for name, durations, locks, events, rows in runs
        },
        "processor_share": {part: seconds / elapsed_s for part, seconds in taken_s.items()},
        "conserved": {"stored": load.stored} | {name: after[name] - before[name] for name in after},
    }


def _watch(reader: Reader, load: Load, seconds: float, what: str, *, caught_up: bool = False) -> None:
    """Poll for so long; with `caught_up` no longer than until the live tables are."""
    end_s = time.monotonic() + seconds
    said_s = 0.0

    def is_over() -> bool:
        nonlocal said_s
        load.check()
        now_s = time.monotonic()
        if now_s - said_s > _SERIES_S:
            said_s = now_s
            _say(f"{what}, {end_s - now_s:.0f} s left; {reader.lags[-1][1] if reader.lags else 0:.1f} s behind")
        return now_s >= end_s or (caught_up and bool(reader.lags) and reader.lags[-1][1] < _CAUGHT_UP_S)

    reader.watch(is_over)


def _settle(load: Load, connection: Connection[Any]) -> None:
    """Wait until the live tables have everything, and end the load."""
    end_s = time.monotonic() + _LONGEST_CATCH_UP_S
    while connection.execute(_BEHIND).fetchone() != (0,):
        load.check()
        if time.monotonic() > end_s:
            raise TimeoutError("the live tables did not catch up")
        time.sleep(0.2)
    load.end()


def _balance(connection: Connection[Any]) -> dict[str, int]:
    cursor = connection.execute(_BALANCE)
    names = [column.name for column in cursor.description or ()]
    return dict(zip(names, cursor.fetchone() or (), strict=True))


def _series(lags: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """The first of each 5 s."""
    firsts = {int(at_s // _SERIES_S): (at_s, lag_s) for at_s, lag_s in reversed(lags)}
    return [(round(at_s, 1), round(lag_s, 2)) for _, (at_s, lag_s) in sorted(firsts.items())]


def _tables(report: dict[str, Any]) -> str:
    panels = report["panels"]
    columns = ["p50_ms", "p95_ms", "max_ms", "samples", "missed", "errors", "every_s"]
    parts = [
        f"{report['stored_per_s']:,.0f} events/s for {report['elapsed_s']:.0f} s on {report['events_before']:,}\n",
        spreads("panel", {name: one for name, one in panels.items() if not one["heavy"]}, columns),
        spreads("heavy panel", {name: one for name, one in panels.items() if one["heavy"]}, columns),
        spreads("lag", report["lag"], ["p50_s", "p95_s", "max_s", "samples"]),
        spreads("rollup run", report["rollup_runs"],
                ["p50_ms", "p95_ms", "max_ms", "samples", "lock_max_ms", "events", "rows"]),
        markdown(["processor", "cores"], report["processor_share"].items()),
        markdown(["conserved", "events"], report["conserved"].items()),
    ]  # fmt: skip
    if report["options"]["backlog"]:
        parts.append(markdown(["after s", "behind s"], report["lag_series_s"]))
    return "\n".join(parts)


@contextmanager
def _server(data: Path | None) -> Iterator[PrivatePostgres]:
    with ExitStack() as stack:
        if data is None:
            # The account of the servers must be able to enter it.
            parent = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="rtdash-benchmark-")))
            parent.chmod(0o711)
            data = parent / "data"
        server = stack.enter_context(PrivatePostgres(stack.enter_context(DataFolder.open(data))))
        with connect(server.dsn(database="postgres"), "benchmark") as connection:
            found = connection.execute("SELECT FROM pg_database WHERE datname = %s", (_DATABASE,)).fetchone()
        if found is None:
            server.create_database(_DATABASE)
        yield server


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--behind", type=int, default=1_000_000, help="raw events before the measurement")
    parser.add_argument("--rate", type=int, default=10_000, help="events a second")
    parser.add_argument("--seconds", type=float, default=120.0, help="how long to measure")
    parser.add_argument("--warm-up", type=float, default=5.0, help="seconds before that")
    parser.add_argument("--backlog", type=float, default=0.0, help="seconds that the rollups are stopped first")
    parser.add_argument("--data", type=Path, help="a folder for the server's data, which is kept")
    parser.add_argument("--json", metavar="FILE", help="write the figures there as JSON; - is the standard output")
    return parser.parse_args()


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
