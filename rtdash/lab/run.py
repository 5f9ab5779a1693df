"""The study of the donations: layouts side by side, filled, asked, written to, and gone again."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from statistics import median

from pydantic import SecretStr

from rtdash.lab.account import Account, Say
from rtdash.lab.databases import claimed, unbroken
from rtdash.lab.expected import plan
from rtdash.lab.fill import Home, fill
from rtdash.lab.layout import NAMES, layouts
from rtdash.lab.measure import DEADLINE_S, ROUNDS, Measurement
from rtdash.lab.questions import asked, differences, questions
from rtdash.lab.rows import Rows
from rtdash.lab.session import LabSession
from rtdash.lab.starting import Started, restore, start
from rtdash.lab.stop import Stop
from rtdash.lab.study import Study
from rtdash.lab.timings import Timings, cell, overall
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
                homes = []
                for done, layout in enumerate(self._layouts):
                    account.advance(done / len(self._layouts), f"making {layout.name}")
                    homes.append(Home(layout, databases.make(layout, stop)))
                Runs(account, homes, self._engine, self._wanted, stop).run()
            finally:
                account.enter(Phase.CLEANING, "removing the lab's databases")


class Runs:
    """What is done once the tables are there: one fill, then run after run."""

    def __init__(self, account: Account, homes: Sequence[Home], engine: Engine, wanted: Wanted, stop: Stop) -> None:
        self._account = account
        self._homes = homes
        self._engine = engine
        self._wanted = wanted
        self._stop = stop
        self._rows = Rows()
        self._runs: list[Timings] = []
        self._started: dict[str, list[Started]] = {home.layout.name: [] for home in homes}

    def run(self) -> None:
        """All of it. Raises SourceError, Stopped."""
        self._fill()
        for number in range(1, self._wanted.runs + 1):
            is_last = number == self._wanted.runs
            self._measure(number)
            if is_last:
                self._check()
            self._start(restored=not is_last)

    def _fill(self) -> None:
        wanted = self._wanted.rows

        def filled(rows: int) -> None:
            self._tell(rows / wanted, f"{rows:,} of {wanted:,} rows")

        self._account.enter(Phase.FILLING, "filling")
        fill(self._homes, self._rows, wanted, self._stop, filled)

    def _measure(self, number: int) -> None:
        self._account.enter(Phase.MEASURING, "filling the windows")
        self._account.change(run=number)
        # Rows that a query reads are counted once, in a round of its own.
        turns, rounds = 0, self._wanted.rounds + (number == 1)
        most = rounds * len(self._homes) * len(self._account.report.queries)

        def told(doing: str) -> None:
            nonlocal turns
            writer.check()
            self._tell(turns / most, doing)
            turns += 1

        writer = Writer(self._homes, self._rows, self._stop, self._wanted.writes_per_s)
        subjects = [asked(home, self._engine) for home in self._homes]
        measurement = Measurement(subjects, self._stop, told, self._wanted.deadline_s)
        self._runs.append(measurement.timings)
        with closing(measurement), writer.writing():
            for each in range(self._wanted.rounds):
                measurement.round(each)
            if number == 1:
                measurement.examine()
        self._tell(1.0, f"run {number} is measured")

    def _check(self) -> None:
        self._account.enter(Phase.CHECKING, "whether all layouts answer the same")
        found = differences(self._homes, self._engine, self._stop)
        self._tell(1.0, "checked", problems=(*self._account.report.problems, *found))

    def _start(self, *, restored: bool) -> None:
        self._account.enter(Phase.STARTING, "a campaign starts")
        for done, home in enumerate(self._homes):
            self._tell(done / len(self._homes), f"a campaign starts on {home.layout.name}")
            self._started[home.layout.name].append(start(home, self._stop))
            if restored:
                restore(home, self._stop)
        self._tell(1.0, "a campaign has started")

    def _tell(self, share: float, doing: str, **values: object) -> None:
        """The report, with all figures as they are now."""
        report = self._account.report
        names = [query for query, _ in report.queries]
        # The run under way tells nothing that the ones that have ended do not tell better.
        runs = self._runs[: max(1, report.run - (report.phase is Phase.MEASURING and share < 1.0))]
        cells = tuple(
            cell(runs, query, subject.name, BASELINE, report.threshold_ms)
            for query in names
            for subject in report.subjects
            if runs
        )
        subjects = tuple(
            replace(
                subject,
                rows=home.rows,
                fill_rows_per_s=_rate(home.filled, home.filling.spent_s),
                ingest_rows_per_s=_rate(home.ingested, home.ingest.spent_s),
                start_ms=median(each.took_ms for each in started) if started else None,
                start_rows=round(median(each.rows for each in started)) if started else None,
                ratio=overall(runs, names, subject.name, BASELINE),
            )
            for subject, home in zip(report.subjects, self._homes, strict=True)
            for started in (self._started[home.layout.name],)
        )
        report = replace(report, subjects=subjects, cells=cells)
        self._account.advance(
            share, doing, subjects=subjects, cells=cells, verdict=verdict(report, self._engine), **values
        )


def described(session: LabSession) -> str:
    """The server, and what it was given. Raises SourceError."""
    if session.engine is Engine.SINGLESTORE:
        ((version,),) = session.rows("SELECT @@memsql_version")
        return f"{Engine.SINGLESTORE} {version}"
    ((version, pool_bytes),) = session.rows("SELECT VERSION(), @@innodb_buffer_pool_size")
    return f"{Engine.MARIADB} {str(version).partition('-')[0]}, buffer pool {pool_bytes / 2**30:.1f} GiB"


def _rate(rows: int, spent_s: float) -> float | None:
    return rows / spent_s if rows and spent_s else None
