"""The study of the clickstream: the workshop's questions to raw events, to its rollups, and to the live tables."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from typing import Any

from rtdash.errors import SourceError
from rtdash.lab import holdings
from rtdash.lab.account import Account, Say
from rtdash.lab.answers import compare
from rtdash.lab.clickstream_session import ClickstreamSession
from rtdash.lab.forms import SUBJECTS, asked
from rtdash.lab.measure import DEADLINE_S, ROUNDS, Measurement
from rtdash.lab.place import Opening, Place
from rtdash.lab.stop import Stop
from rtdash.lab.study import Study
from rtdash.lab.timings import Timings, cell, overall
from rtdash.model.forms_verdict import verdict
from rtdash.model.lab import LabReport, Phase
from rtdash.panels.forms import Form, workshop_questions

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class WantedForms:
    """What is asked of the study. `events` are those that are to be made, 0 where the server has its own."""

    events: int = 0
    runs: int = 1
    rounds: int = ROUNDS
    threshold_ms: float = 200.0
    deadline_s: float = DEADLINE_S


class ClickstreamStudy(Study):
    """It only reads, but for the events that are made on a server of the lab's own."""

    def __init__(self, opening: Opening, wanted: WantedForms) -> None:
        self._opening = opening
        self._wanted = wanted
        self._questions = workshop_questions()
        self._runs: list[Timings] = []
        self._came_in = 0
        self._measured_s = 0.0

    def _account(self, say: Say) -> Account:
        wanted = self._wanted
        report = LabReport(
            store="clickstream",
            server="",
            rows=wanted.events,
            runs=wanted.runs,
            run=0,
            threshold_ms=wanted.threshold_ms,
            baseline=Form.RAW,
            subjects=SUBJECTS,
            queries=tuple((question.id, question.title) for question in self._questions),
        )
        return Account(report, _plan(wanted, len(self._questions)), say)

    def _work(self, account: Account, stop: Stop) -> None:
        account.enter(Phase.MAKING, "starting PostgreSQL" if self._wanted.events else "connecting")
        with ExitStack() as stack:
            place = stack.enter_context(self._opening())
            if place.past is not None:
                stack.callback(account.enter, Phase.CLEANING, "ending PostgreSQL")
                account.enter(Phase.FILLING, "making the schema")
                per_s = place.past.make(stop, lambda doing, share: account.advance(share, doing))
                _change(account, {Form.RAW: {"fill_rows_per_s": per_s}})
            customer_id = self._look(account, stop, place)
            for run in range(1, self._wanted.runs + 1):
                if place.past is not None:
                    place.past.go_on(stop)
                account.enter(Phase.MEASURING, "first round")
                account.change(run=run)
                self._measure(account, stop, place, customer_id)
            account.enter(Phase.CHECKING, "comparing answers")
            error_share = self._check(account, stop, place, {"customer_id": customer_id})
            account.change(verdict=verdict(account.report, error_share, self._came_in / self._measured_s))

    def _look(self, account: Account, stop: Stop, place: Place) -> int:
        """What there is; returns which customer is asked about."""
        with closing(ClickstreamSession(place.dsn, stop, self._wanted.deadline_s)) as session:
            holdings.require_schema(session)
            customer_id = holdings.busiest_customer(session)
            account.change(server=holdings.server(session), doing="counting rows")
            speeds = holdings.speeds(session)
        rows = {form: self._count(stop, place, form) for form in Form}
        _change(account, {form: {"rows": count} for form, count in rows.items()})
        _change(account, {form: {"fill_rows_per_s": per_s} for form, per_s in speeds.items()})
        account.change(rows=self._wanted.events or rows[Form.RAW])
        return customer_id

    def _count(self, stop: Stop, place: Place, form: Form) -> int:
        """Rows of a form; 0 where there are too many to be counted."""
        try:
            with closing(ClickstreamSession(place.dsn, stop, self._wanted.deadline_s)) as session:
                return holdings.rows(session, form)
        except SourceError as error:
            _log.warning("rows of %s are not known: %s", form, error)
            return 0

    def _measure(self, account: Account, stop: Stop, place: Place, customer_id: int) -> None:
        """One run."""
        subjects = [asked(form, self._questions, place.dsn, customer_id, stop) for form in Form]
        # Each query of each round, and once more to count what it reads.
        turns, taken = len(Form) * len(self._questions) * (self._wanted.rounds + 1), 0

        def told(doing: str) -> None:
            nonlocal taken
            account.advance(taken / turns, doing)
            taken += 1

        measurement = Measurement(subjects, stop, told, self._wanted.deadline_s)
        before = self._drawn(stop, place)
        try:
            for number in range(self._wanted.rounds):
                measurement.round(number)
                self._tell(account, self._runs or [measurement.timings])
            measurement.examine()
        finally:
            measurement.close()
        after = self._drawn(stop, place)
        self._came_in += after.ids - before.ids
        self._measured_s += after.at_s - before.at_s
        self._runs.append(measurement.timings)
        self._tell(account, self._runs)
        account.advance(1.0, f"run {account.report.run} is measured")

    def _tell(self, account: Account, runs: Sequence[Timings]) -> None:
        ids = [question.id for question in self._questions]
        account.change(
            cells=tuple(cell(runs, each, form, Form.RAW, self._wanted.threshold_ms) for each in ids for form in Form)
        )
        _change(account, {form: {"ratio": overall(runs, ids, form, Form.RAW)} for form in Form})

    def _drawn(self, stop: Stop, place: Place) -> holdings.Drawn:
        with closing(ClickstreamSession(place.dsn, stop, self._wanted.deadline_s)) as session:
            return holdings.drawn(session)

    def _check(self, account: Account, stop: Stop, place: Place, variables: Mapping[str, object]) -> float:
        """Compare all answers; returns by how much a distinct count is off, at most."""
        error_share = 0.0
        pairs = [(question, form) for question in self._questions for form in (Form.ROLLUPS, Form.LIVE)]
        for number, (question, form) in enumerate(pairs):
            account.advance(number / len(pairs), f"{question.title}: {form} and raw")
            try:
                # On Citus a connection that has waited too long is of no more use.
                with closing(ClickstreamSession(place.dsn, stop, self._wanted.deadline_s)) as session:
                    found = compare(session, question, form, variables)
            except SourceError as error:
                problem = f"{question.title}: {form} and raw were not compared: {error}"
            else:
                problem, error_share = found.problem, max(error_share, found.error_share)
            if problem:
                account.change(problems=(*account.report.problems, problem))
        return error_share


def _change(account: Account, told: Mapping[Form, Mapping[str, Any]]) -> None:
    """Fields of subjects."""
    subjects = account.report.subjects
    account.change(subjects=tuple(replace(each, **told.get(Form(each.name), {})) for each in subjects))


_START_S = 4.0
_FILL_S = 40e-6
_READ_S = 1.3e-6
_TURN_S = 0.5
_UNKNOWN = 1_000_000


def _plan(wanted: WantedForms, questions: int) -> list[tuple[Phase, float]]:
    """The steps in their order, and what each is expected to take, s: a rule of thumb."""
    read_s = (wanted.events or _UNKNOWN) * _READ_S
    measured = (Phase.MEASURING, (wanted.rounds + 1) * (len(Form) * questions * _TURN_S + read_s))
    checked = (Phase.CHECKING, 4 * read_s)
    if not wanted.events:
        return [(Phase.MAKING, 0.5), *[measured] * wanted.runs, checked]
    filled = (Phase.FILLING, wanted.events * _FILL_S)
    return [(Phase.MAKING, _START_S), filled, *[measured] * wanted.runs, checked, (Phase.CLEANING, 1.0)]
