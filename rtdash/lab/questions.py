"""What a layout is asked: the seven donation panels, in the workshop's SQL or in ours; whether all answer the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from functools import partial

from rtdash.lab.explaining import Explaining
from rtdash.lab.fill import Home
from rtdash.lab.measure import Asked, Question
from rtdash.lab.session import PURPOSE
from rtdash.lab.stop import Stop
from rtdash.model.engine import Engine
from rtdash.panels import catalog
from rtdash.panels.texts import workshop_panels, workshop_text
from rtdash.sources.connection import QueryConnection
from rtdash.sources.donations import DonationsConnection
from rtdash.sources.plans.donations import explain

_WINDOWED = frozenset({"06_cities_live", "07_organizations_live"})
"""Each server's now is in their answers."""
_DEADLINE_S = 600.0
# Without those of temporary tables, which Handler_read_rnd_next counts as well.
_ROWS_READ = "SHOW SESSION STATUS LIKE 'Rows_read'"


def questions(engine: Engine, *, ours: bool) -> tuple[Question, ...]:
    """The queries of the seven panels, in our SQL or the workshop's. Raises PanelError."""
    specs = {spec.id: spec for spec in catalog.load(engine=engine)}
    return tuple(
        Question(panel, specs[panel].title, specs[panel].sql if ours else workshop_text(panel))
        for panel in workshop_panels()
    )


def asked(home: Home, engine: Engine, stop: Stop) -> Asked:
    """A layout as the measurement asks it. Raises PanelError."""
    examine = partial(_rows_profiled, home, stop) if engine is Engine.SINGLESTORE else _rows_read
    return Asked(
        home.layout.name,
        partial(DonationsConnection, home.dsn, PURPOSE),
        questions(engine, ours=home.keeps_sums),
        examine,
    )


def differences(homes: Sequence[Home], engine: Engine, stop: Stop) -> list[str]:
    """Where a layout answers otherwise than the first; all have the same rows. Raises SourceError, Stopped."""
    given = [_answers(home, engine, stop) for home in homes]
    return [
        f"{home.layout.name} answers {title!r} otherwise than {homes[0].layout.name}: its rows are not the same"
        for home, answers in zip(homes[1:], given[1:], strict=True)
        for title, answer in answers.items()
        if answer != given[0][title]
    ]


def _answers(home: Home, engine: Engine, stop: Stop) -> dict[str, Counter[tuple[object, ...]]]:
    """Rows by the title of their query, in no order."""
    answers = {}
    with closing(DonationsConnection(home.dsn, PURPOSE)) as connection:
        for question in questions(engine, ours=home.keeps_sums):
            if question.id not in _WINDOWED:
                with stop.ends(connection):
                    answer = connection.fetch(question.sql, question.parameters, _DEADLINE_S)
                answers[question.title] = Counter(tuple(row) for row in answer.rows)
    return answers


def _rows_read(connection: QueryConnection, question: Question) -> int:
    """As MariaDB counts them for the session: rows that the storage engine gave."""

    def read() -> int:
        return int(connection.fetch(_ROWS_READ, {}, _DEADLINE_S).rows[0][1])

    before = read()
    connection.fetch(question.sql, question.parameters, _DEADLINE_S)
    return read() - before


def _rows_profiled(home: Home, stop: Stop, _: QueryConnection, question: Question) -> int:
    """As SingleStore's profile of one execution has them, on a connection of its own."""
    explaining = Explaining()
    with stop.ends(explaining):
        plan = explain(home.dsn, question.sql, question.parameters, _DEADLINE_S, explaining.hand_out)
    return sum(node.rows_scanned or 0 for node in plan.root.walk())
