"""Polling a server that cannot keep up: what each policy makes of it.

Eight panels are polled every 250 ms on one private server at a time. Their queries burn processor time and nothing
else; five are light, two take four times as long, and one eight times. Together they take 0.3, 2 and 6 times what the
server can do in 250 ms, which is measured first: how many of the same queries two connections get done.

    python -m benchmarks.overload [--seconds 20] [--repeat 3] [--json FILE|-]

A panel is starved when it was answered less than once in 5 s. Of rtdash's polls each is answered, missed, or on its way
at the end, of which there is at most one a panel: else the benchmark ends with an error.

"Latency" is the median over the panels of their median latency against that of the same query run alone.
"""

from __future__ import annotations

import argparse
import json
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.figures import markdown
from benchmarks.policies import INTERVAL_S, POLICIES, Outcome
from rtdash.errors import Unreachable
from rtdash.panels.spec import Draw, PanelSpec, Source
from rtdash.servers.folders import DataFolder
from rtdash.servers.mariadb import PrivateMariaDB
from rtdash.servers.postgres import PrivatePostgres
from rtdash.servers.temporary import temporary_folder
from rtdash.sources.citus import CitusConnection
from rtdash.sources.connection import Connector
from rtdash.sources.donations import DonationsConnection

LOADS = (0.3, 2.0, 6.0)
WEIGHTS = {
    "light-1": 1,
    "light-2": 1,
    "light-3": 1,
    "light-4": 1,
    "light-5": 1,
    "medium-1": 4,
    "medium-2": 4,
    "heavy": 8,
}
STARVED_S = 5.0
_PROBE_S = 3.0
_ALONE = 7
_PAUSE_S = 1.0


@dataclass(frozen=True, slots=True)
class Engine:
    """A server, and a query of it that burns so many rounds of hashing."""

    name: str
    source: Source
    connect: Connector
    burn: Callable[[int], str]


def _specs(engine: Engine, rounds: float) -> list[PanelSpec]:
    return [
        PanelSpec(
            id=name, title=name, source=engine.source, draw=Draw.STAT, sql=engine.burn(max(1, round(weight * rounds))),
            path=Path(f"{name}.sql"),
        )
        for name, weight in WEIGHTS.items()
    ]  # fmt: skip


def _took_ms(connection: Any, sql: str) -> float:
    answer = connection.fetch(sql, {}, 600.0)
    return float(answer.execute_ms + answer.fetch_ms)


def _round_ms(engine: Engine) -> float:
    """What one round takes alone, ms."""
    rounds = 1_000
    with closing(engine.connect()) as connection:
        while (took_ms := _took_ms(connection, engine.burn(rounds))) < 50.0:
            rounds *= 2
        return min(took_ms, *(_took_ms(connection, engine.burn(rounds)) for _ in range(5))) / rounds


def _capacity_ms(engine: Engine, round_ms: float) -> float:
    """Milliseconds of such queries, as they take alone, that two connections get done in one interval."""
    sql, done, lock = engine.burn(round(20.0 / round_ms)), 0, threading.Lock()
    until = time.monotonic() + _PROBE_S

    def work() -> None:
        nonlocal done
        with closing(engine.connect()) as connection:
            while time.monotonic() < until:
                _took_ms(connection, sql)
                with lock:
                    done += 1

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return done * 20.0 / _PROBE_S * INTERVAL_S


def _alone_ms(engine: Engine, specs: Sequence[PanelSpec]) -> dict[str, float]:
    with closing(engine.connect()) as connection:
        return {spec.id: median(_took_ms(connection, spec.sql) for _ in range(_ALONE)) for spec in specs}


def _row(outcome: Outcome, alone_ms: dict[str, float], seconds: float) -> dict[str, float]:
    per_s = {panel_id: len(values) / seconds for panel_id, values in outcome.latencies_ms.items()}
    ratios = [median(values) / alone_ms[panel_id] for panel_id, values in outcome.latencies_ms.items() if values]
    polls = outcome.ticks * len(per_s)
    return {
        "least_per_s": min(per_s.values()),
        "median_per_s": median(per_s.values()),
        "most_per_s": max(per_s.values()),
        "starved": sum(rate < 1 / STARVED_S for rate in per_s.values()),
        "latency_ratio": median(ratios) if ratios else float("nan"),
        "worst_latency_ratio": max(ratios, default=float("nan")),
        "answered": sum(map(len, outcome.latencies_ms.values())) / polls,
        "missed": outcome.missed / polls,
        "unanswered": outcome.unanswered / polls,
    }


def measure(engine: Engine, seconds: float, repeat: int) -> Iterator[dict[str, Any]]:
    """A row for each load and policy: medians of `repeat` runs, in which the policies take turns."""
    round_ms = _round_ms(engine)
    capacity_ms = _capacity_ms(engine, round_ms)
    _say(f"{engine.name}: {capacity_ms:.0f} ms of queries in {1000 * INTERVAL_S:.0f} ms")
    for load in LOADS:
        specs = _specs(engine, load * capacity_ms / sum(WEIGHTS.values()) / round_ms)
        runs: dict[str, list[dict[str, float]]] = {name: [] for name in POLICIES}
        for _ in range(repeat):
            alone_ms = _alone_ms(engine, specs)
            for name, policy in POLICIES.items():
                runs[name].append(_row(policy(specs, engine.connect, seconds), alone_ms, seconds))
                _settle(engine, specs, alone_ms)
                _say(f"{engine.name}  {load:g}  {name}: {runs[name][-1]}")
        for name, rows in runs.items():
            yield {"server": engine.name, "load": load, "policy": name} | {
                key: median(row[key] for row in rows) for key in rows[0]
            }


def _settle(engine: Engine, specs: Sequence[PanelSpec], alone_ms: dict[str, float]) -> None:
    """Wait until the server has worked off what was broken off, and a query is as quick as alone again."""
    light = specs[0]
    for _ in range(120):
        time.sleep(_PAUSE_S)
        # While it has no place for another client it is still at work on what was broken off.
        with suppress(Unreachable), closing(engine.connect()) as connection:
            if all(_took_ms(connection, light.sql) < 1.3 * alone_ms[light.id] for _ in range(3)):
                return
    _say(f"{engine.name} did not come to rest")


@contextmanager
def _engines() -> Iterator[list[Engine]]:
    with ExitStack() as stack:
        data = stack.enter_context(DataFolder.open(stack.enter_context(temporary_folder("bench")) / "data"))
        mariadb = stack.enter_context(PrivateMariaDB(data))
        postgres = stack.enter_context(PrivatePostgres(data))
        yield [
            Engine(
                "MariaDB",
                Source.DONATIONS,
                partial(DonationsConnection, mariadb.dsn()),
                lambda rounds: f"SELECT BENCHMARK({rounds}, SHA2('rtdash', 512)) AS value",
            ),
            Engine(
                "PostgreSQL",
                Source.CITUS,
                partial(CitusConnection, postgres.dsn()),
                lambda rounds: (
                    f"SELECT sum(length(sha512(i::text::bytea))) AS value FROM generate_series(1, {rounds}) i"  # noqa: S608 (a number)
                ),
            ),
        ]


def main() -> int:
    """Measure, and print a table."""
    options = _options()
    with _engines() as engines:
        rows = [row for engine in engines for row in measure(engine, options.seconds, options.repeat)]
    report = {"seconds": options.seconds, "repeat": options.repeat, "rows": rows}
    if options.json == "-":
        print(json.dumps(report))
        return 0
    if options.json:
        Path(options.json).write_text(json.dumps(report, indent=1), encoding="utf-8")
    print(f"{options.seconds:g} s a run, medians of {options.repeat}\n")
    print(
        markdown(
            list(rows[0]),
            ([f"{cell:.2f}" if isinstance(cell, float) else cell for cell in row.values()] for row in rows),
        )
    )
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=20.0, help="how long each run is")
    parser.add_argument("--repeat", type=int, default=3, help="runs of each; the figures are medians")
    parser.add_argument("--json", metavar="FILE", help="write the figures there as JSON; - is the standard output")
    return parser.parse_args()


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
