"""SingleStore is asked for a profile as it is documented; no server is at hand, so a connection is scripted."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import SecretStr

from rtdash.errors import Overdue, SourceError
from rtdash.model.engine import Engine
from rtdash.sources.connection import Answer
from rtdash.sources.plans import donations

PROFILE = (Path(__file__).parent / "plans" / "singlestore.json").read_text()


class Scripted:
    """Answers in order; what it was asked stays."""

    engine = Engine.SINGLESTORE

    def __init__(self, *answers: Answer | Exception) -> None:
        self.answers = list(answers)
        self.asked: list[tuple[str, dict[str, object]]] = []
        self.purpose = ""
        self.is_closed = False

    def __call__(self, _dsn: SecretStr, purpose: str) -> Scripted:
        self.purpose = purpose
        return self

    def fetch(self, sql: str, parameters: dict[str, object], deadline_s: float) -> Answer:
        assert 0 < deadline_s <= 2.0
        self.asked.append((sql, parameters))
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def close(self) -> None:
        self.is_closed = True


def explained(monkeypatch, server: Scripted):
    monkeypatch.setattr(donations, "DonationsConnection", server)
    return donations.explain(SecretStr("mysql://h"), "SELECT %(customer_id)s;", {"customer_id": 3}, 2.0)


def test_a_query_is_profiled_and_its_profile_fetched_on_the_same_connection(monkeypatch):
    server = Scripted(Answer(("c",), [(3,)], 180.0, 20.0), Answer(("PROFILE",), [(PROFILE,)], 1.0, 1.0))
    plan = explained(monkeypatch, server)
    assert server.asked == [("PROFILE SELECT %(customer_id)s", {"customer_id": 3}), ("SHOW PROFILE JSON", {})]
    assert (server.purpose, server.is_closed) == ("why", True)
    assert (plan.engine, plan.took_ms, plan.total_ms) == ("SingleStore", 200.0, 195.0)


@pytest.mark.parametrize(
    ("answers", "error"),
    [
        ((Overdue("no answer within 2 s"),), Overdue),
        ((Answer((), [], 1.0, 1.0), Answer(("PROFILE",), [], 1.0, 1.0)), SourceError),
        ((Answer((), [], 1.0, 1.0), Answer(("PROFILE",), [("Gather …",)], 1.0, 1.0)), SourceError),
    ],
)
def test_the_connection_is_closed_whatever_happens(monkeypatch, answers, error):
    server = Scripted(*answers)
    with pytest.raises(error):
        explained(monkeypatch, server)
    assert server.is_closed
