"""`rtdash check --conservation`: whether every message is accounted for, without a screen."""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass

from rtdash.cli import flags
from rtdash.errors import SettingsError
from rtdash.model.conservation import Balance, ConservationWatch
from rtdash.model.data import Cell
from rtdash.panels import catalog
from rtdash.resources import sql_folder
from rtdash.settings import Settings
from rtdash.sources.citus import CitusConnection
from rtdash.sources.connection import QueryConnection
from rtdash.sources.donations import DonationsConnection, identify
from rtdash.widgets.drawing import conservation

_LOOK_S = 0.5
_COUNT_S = 600.0
"""Counting the rows of a large table takes its time."""

_ROWS = sql_folder("donations", "checks") / "rows.sql"

Record = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Finding:
    """The balance of both topics, the rows of the donations, and what is wrong; nothing when all is conserved."""

    donations: Balance
    events: Balance | None
    rows: Record
    faults: tuple[str, ...]

    def document(self) -> dict[str, object]:
        """As JSON has it."""
        balances = {"donations": self.donations, "events": self.events}
        return {
            "conserved": not self.faults,
            "faults": self.faults,
            "rows": self.rows,
            **{
                name: None if one is None else asdict(one) | {"missing": one.missing, "surplus": one.surplus}
                for name, one in balances.items()
            },
        }


def run(options: argparse.Namespace) -> int:
    """0 when every message is accounted for, 1 when not, or when nobody can tell."""
    settings = flags.settings(options)
    finding = _find(settings, options.wait)
    if options.json:
        print(json.dumps(finding.document()))
        return int(bool(finding.faults))
    print("donations  ", _text(conservation.generated(finding.donations)))
    print("           ", _text(conservation.arrived(finding.donations)))
    print("           ", " = ".join(f"{name} {count:,}" for name, count in finding.rows.items()))
    if finding.events is not None:
        print("events     ", _text(conservation.generated(finding.events)))
        print("           ", _text(conservation.arrived(finding.events)))
    for fault in finding.faults:
        print(f"✗ {fault}")
    if not finding.faults:
        print("conserved: every message is accounted for")
    return int(bool(finding.faults))


def _text(spans: list[tuple[str, str]]) -> str:
    return "".join(text for text, _ in spans).rstrip()


def _find(settings: Settings, wait_s: float) -> Finding:
    """Read both sides until nothing has moved for 2 s, `wait_s` at most. Raises SettingsError, SourceError."""
    if settings.donations_dsn is None:
        raise SettingsError("no donations database is set, which has the campaigns: RTDASH_DONATIONS_DSN")
    probes = {spec.id: spec.sql for spec in catalog.load(engine=identify(settings.donations_dsn)) if spec.is_probe}
    with _connected(settings) as (campaigns, clickstream):
        watch = ConservationWatch()
        until_s = time.monotonic() + wait_s
        while True:
            _look(watch, probes, campaigns, clickstream)
            donations, events = watch.donations, watch.events
            assert donations is not None  # noqa: S101 (both sides have just been read)
            if all(one is None or one.is_settled for one in (donations, events)) or time.monotonic() > until_s:
                break
            time.sleep(_LOOK_S)
        rows = _record(campaigns, _ROWS.read_text(encoding="utf-8"))
    counts = {name: int(str(count)) for name, count in rows.items()}
    return Finding(donations, events, counts, tuple(_faults(donations, events, counts)))


def _look(
    watch: ConservationWatch,
    probes: Mapping[str, str],
    campaigns: QueryConnection,
    clickstream: QueryConnection | None,
) -> None:
    watch.take_delivery(_record(campaigns, probes["delivery"]), time.monotonic())
    watch.take_campaigns(_record(campaigns, probes["conservation"]), time.monotonic())
    if clickstream is not None:
        watch.take_events(_record(clickstream, probes["conservation_events"]), time.monotonic())


def _faults(donations: Balance, events: Balance | None, rows: Record) -> Iterator[str]:
    for what, balance in (("donations", donations), ("events", events)):
        if balance is None:
            continue
        if not balance.received.is_attended:
            idle = "no pipeline is seen at work" if balance.received.is_by_pipeline else "no `rtdash ingest` is at work"
            yield f"{what}: the lag is not known, as {idle}, or Kafka is away"
        elif not balance.is_settled:
            yield f"{what}: still moving; stop the campaigns, or wait longer (--wait)"
        elif found := conservation.verdict(balance, what):
            yield found[0].removeprefix("✗ ")
    if donations.is_settled and len(set(rows.values())) > 1:
        yield "donations: rows, totals and what was loaded differ"


@contextmanager
def _connected(settings: Settings) -> Iterator[tuple[QueryConnection, QueryConnection | None]]:
    assert settings.donations_dsn is not None  # noqa: S101 (asked before)
    with closing(DonationsConnection(settings.donations_dsn)) as campaigns:
        if settings.citus_dsn is None:
            yield campaigns, None
            return
        with closing(CitusConnection(settings.citus_dsn)) as clickstream:
            yield campaigns, clickstream


def _record(connection: QueryConnection, sql: str) -> dict[str, Cell]:
    answer = connection.fetch(sql, {}, _COUNT_S)
    (row,) = answer.rows
    return dict(zip(answer.columns, row, strict=True))
