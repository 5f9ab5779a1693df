"""How the lab asks: what a query took before it fails is kept, and nobody always comes first."""

from __future__ import annotations

from typing import Any

import pytest

from rtdash.errors import SourceError
from rtdash.lab.measure import Asked, Measurement, Question
from rtdash.lab.stop import Stop
from rtdash.lab.turns import in_turn
from rtdash.sources.connection import Answer


class Server:
    """Answers so often, then no more."""

    def __init__(self, answers: int) -> None:
        self._answers = answers

    def fetch(self, *_: Any) -> Answer:
        if not self._answers:
            raise SourceError("gone")
        self._answers -= 1
        return Answer(columns=(), rows=[], execute_ms=2.0, fetch_ms=1.0)

    def cancel(self) -> None:
        """Nothing runs."""

    def abandon(self) -> None:
        """Nothing runs."""

    def close(self) -> None:
        """Nothing is open."""


@pytest.mark.parametrize(("answers", "heard"), [(0, 0), (1, 0), (4, 3)])
def test_what_it_took_before_it_failed_is_kept(answers: int, heard: int):
    asked = Asked("baseline", lambda: Server(answers), (Question("q", "Q", "SELECT 1"),), lambda *_: None)
    measurement = Measurement([asked], Stop(), lambda _: None)
    measurement.round(0)
    measurement.round(1)
    assert measurement.timings.error("q", "baseline") == "gone"
    assert measurement.timings.values("q", "baseline") == [3.0] * heard


def test_each_comes_first_in_turn():
    assert [in_turn("abc", number) for number in range(4)] == [tuple(order) for order in ("abc", "bca", "cab", "abc")]
