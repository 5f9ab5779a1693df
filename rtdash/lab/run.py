"""The study of the donations: layouts side by side, filled, asked, written to, and gone again."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, replace

from pydantic import SecretStr

from rtdash.lab import figures
from rtdash.lab.account import Account, Say
from rtdash.lab.databases import LayoutDatabases, claimed, unbroken
from rtdash.lab.expected import plan
from rtdash.lab.figures import Run
from rtdash.lab.fill import Home, fill
from rtdash.lab.layout import NAMES, Layout, layouts
from rtdash.lab.measure import DEADLINE_S, ROUNDS, Measurement
from rtdash.lab.questions import asked, differences, questions
from rtdash.lab.rows import Rows
from rtdash.lab.session import LabSession
from rtdash.lab.starting import start
from rtdash.lab.stop import Stop
from rtdash.lab.study import Study
from rtdash.lab.turns import in_turn
from rtdash.lab.writer import RATE_PER_S, Writer
from rtdash.model.engine import Engine
from rtdash.model.lab import LabReport, Phase, Subject
from rtdash.model.verdict import verdict

BASELINE = NAMES[0]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked of the study; the baseline is always among the layouts."""

    rows: int
    layouts: tuple[str, ...] = NAMES
    runs: int = 1
    rounds: int = ROUNDS
    threshold_ms: float = 200.0
    deadline_s: float = DEADLINE_S
    writes_per_s: int = RATE_PER_S
    """Into each layout, beside the queries."""


class DonationsStudy(Study):
    """On the server of `dsn`, whose role may make databases `rtdash_lab…`."""

    def __init__(self, dsn: SecretStr, engine: Engine, wanted: Wanted) -> None:
        """Raises SchemaError, PanelError when a layout or a text of it cannot be read."""
        self._dsn = dsn
        self._engine = engine
        self._wanted = wanted
        self._layouts = [layout for layout in layouts(engine) if layout.name in {BASELINE, *wanted.layouts}]
        self._titles = tuple((question.id, question.title) for question in questions(engine, ours=True))

    def _account(self, say: Say) -> Account:
        wanted = self._wanted
        report = LabReport(
            store="donations",
            server="",
            rows=wanted.rows,
            runs=wanted.runs,
            run=0,
            threshold_ms=wanted.threshold_ms,
            baseline=BASELINE,
            subjects=tuple(
                Subject(layout.name, layout.title, layout.text, layout.why, layout.differs) for layout in self._layouts
            ),
            queries=self._titles,
        )
        return Account(report, plan(self._layouts, wanted.rows, wanted.runs, wanted.rounds), say)

    def _work(self, account: Account, stop: Stop) -> None:
        with unbroken(self._dsn) as session:
            account.change(server=described(session))
        account.enter(Phase.MAKING, "looking for what an earlier lab has left")
        with claimed(self._dsn, stop) as databases:
            try:
                Runs(account, databases, self._layouts, self._engine, self._wanted, stop).run()
            finally:
                account.enter(Phase.CLEANING, "removing the lab's databases")


class Runs:
    """Run after run, each a whole one: what an earlier one has left in tables, and of them, would be measured too."""

    def __init__(
        self,
        account: Account,
        databases: LayoutDatabases,
        layouts: Sequence[Layout],
        engine: Engine,
        wanted: Wanted,
        stop: Stop,
    ) -> None:
        self._account = account
        self._databases = databases
        self._layouts = layouts
        self._engine = engine
        self._wanted = wanted
        self._stop = stop
        self._runs: list[Run] = []

    def run(self) -> None:
        """All of it; what the last one has made is left to whoever made the databases. Raises RtdashError."""
        for number in range(self._wanted.runs):
            if number:
                self._account.enter(Phase.CLEANING, f"run {number} is over")
                self._databases.drop()
                self._tell(1.0, f"run {number} is over")
                self._account.enter(Phase.MAKING, "making tables")
            self._account.change(run=number + 1)
            run = Run(self._make())
            self._runs.append(run)
            # The same ones in each: what differs between runs is not what was asked.
            rows = Rows()
            past_us = self._fill(run, rows)
            self._measure(run, rows, past_us)
            self._check(run)
            self._start(run, number)

    def _make(self) -> list[Home]:
        homes = []
        for done, layout in enumerate(self._layouts):
            self._account.advance(done / len(self._layouts), f"making {layout.name}")
            homes.append(Home(layout, self._databases.make(layout, self._stop)))
        self._account.advance(1.0, "tables are made")
        return homes

    def _fill(self, run: Run, rows: Rows) -> int:
        """Returns when the past ends, µs of the server's Unix epoch."""
        wanted, homes = self._wanted.rows, len(run.homes)

        def stored(rows: int, name: str) -> None:
            self._tell(rows / wanted / homes, f"{rows // homes:,} of {wanted:,} rows, last into {name}")

        self._account.enter(Phase.FILLING, "filling")
        return fill(run.homes, rows, wanted, self._stop, stored)

    def _measure(self, run: Run, rows: Rows, past_us: int) -> None:
        self._account.enter(Phase.MEASURING, "filling the windows")
        # Rows that a query reads are counted once, in a round of its own.
        is_first = run is self._runs[0]
        turns, rounds = 0, self._wanted.rounds + is_first
        most = rounds * len(run.homes) * len(self._account.report.queries)

        def told(doing: str) -> None:
            nonlocal turns
            writer.check()
            self._tell(turns / most, doing)
            turns += 1

        writer = Writer(run.homes, rows, past_us, self._stop, self._wanted.writes_per_s)
        subjects = [asked(home, self._engine, self._stop) for home in run.homes]
        measurement = Measurement(subjects, self._stop, told, self._wanted.deadline_s)
        with closing(measurement), writer.writing():
            run.timings = measurement.timings
            before = pages_read(run.homes[0].dsn)
            for each in range(self._wanted.rounds):
                measurement.round(each)
            run.pages_read = pages_read(run.homes[0].dsn) - before
            if is_first:
                measurement.examine()
        self._tell(1.0, "measured")

    def _check(self, run: Run) -> None:
        self._account.enter(Phase.CHECKING, "whether all layouts answer the same")
        told = self._account.report.problems
        found = [one for one in differences(run.homes, self._engine, self._stop) if one not in told]
        self._tell(1.0, "checked", problems=(*told, *found))

    def _start(self, run: Run, number: int) -> None:
        self._account.enter(Phase.STARTING, "a campaign starts")
        for done, home in enumerate(in_turn(run.homes, number)):
            self._tell(done / len(run.homes), f"a campaign starts on {home.layout.name}")
            run.started[home.layout.name] = start(home, self._stop)
        run.is_over = True
        self._tell(1.0, "a campaign has started")

    def _tell(self, share: float, doing: str, **values: object) -> None:
        """The report, with all figures as they are now."""
        report = self._account.report
        report = replace(report, subjects=figures.subjects(report, self._runs), cells=figures.cells(report, self._runs))
        said = (*verdict(report, self._engine), *figures.notes(self._runs))
        self._account.advance(share, doing, subjects=report.subjects, cells=report.cells, verdict=said, **values)


def described(session: LabSession) -> str:
    """The server, and what it was given. Raises SourceError."""
    if session.engine is Engine.SINGLESTORE:
        ((version,),) = session.rows("SELECT @@memsql_version")
        return f"{Engine.SINGLESTORE} {version}"
    ((version, pool_bytes),) = session.rows("SELECT VERSION(), @@innodb_buffer_pool_size")
    return f"{Engine.MARIADB} {str(version).partition('-')[0]}, buffer pool {pool_bytes / 2**30:.1f} GiB"


def pages_read(dsn: SecretStr) -> int:
    """Pages that the server has read from disk since it was started; 0 on SingleStore. Raises SourceError.

    Those that it has read ahead are among them, which `Innodb_buffer_pool_reads` leaves out: a table that is read as a
    whole is read ahead.
    """
    with unbroken(dsn) as session:
        if session.engine is Engine.SINGLESTORE:
            return 0
        ((_, pages),) = session.rows("SHOW GLOBAL STATUS LIKE 'Innodb_pages_read'")
        return int(pages)
