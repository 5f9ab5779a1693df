"""The three forms as subjects of a measurement: what each is, how it is asked, and what its queries read."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from pydantic import SecretStr

from rtdash.lab.explaining import Explaining
from rtdash.lab.measure import DEADLINE_S, Asked, Question
from rtdash.lab.session import PURPOSE
from rtdash.lab.stop import Stop
from rtdash.model.lab import Subject
from rtdash.panels.forms import Form, Forms
from rtdash.sources.citus import CitusConnection
from rtdash.sources.connection import QueryConnection
from rtdash.sources.explainer import DEADLINES
from rtdash.sources.plans.clickstream import explain

SUBJECTS = (
    Subject(
        name=Form.RAW,
        title="raw events",
        text="workshop",
        why="count every event, exactly, each time they are asked",
        differs="could tell any window, and are asked for the whole buckets of the others: 15 minutes are 15 to 20,"
        " 30 are 30 to 35, 7 days up to an hour more",
    ),
    Subject(
        name=Form.ROLLUPS,
        title="the workshop's rollups",
        text="workshop",
        why="read a row for each customer, type, country and browser, in 5 minutes or an hour",
        differs="have what was rolled up, once a minute, in whole buckets; distinct counts are estimates; where more"
        " than 1,000 devices come, rare ones are counted too low; the slips of the workshop's texts are left out",
    ),
    Subject(
        name=Form.LIVE,
        title="live tables",
        text="ours",
        why="read a row for each customer, or for all, in 5 minutes or an hour: the dashboard's own queries",
        differs="have what was rolled up, once a second; buckets, estimates and rare devices are as in the rollups",
    ),
)
"""In the order in which they are shown; all are compared with the first."""


def asked(form: Form, questions: Sequence[Forms], dsn: SecretStr, customer_id: int, stop: Stop) -> Asked:
    """A form, with the questions about one customer about this one."""

    def examine(_: QueryConnection, question: Question) -> int | None:
        """All rows that are read of tables; None where the plan does not have all of them."""
        explaining = Explaining()
        with stop.ends(explaining):
            deadline_s = DEADLINES * DEADLINE_S
            plan = explain(dsn, question.sql, question.parameters, deadline_s, explaining.hand_out)
        return None if plan.notes else sum(node.rows_scanned or 0 for node in plan.root.walk())

    return Asked(
        name=form,
        connect=partial(CitusConnection, dsn, PURPOSE),
        questions=tuple(
            Question(each.id, each.title, each.texts[form], {"customer_id": customer_id}) for each in questions
        ),
        examine=examine,
    )
