"""Connections of the lab: whatever fails on the way to them, none is left open."""

from __future__ import annotations

import pymysql
import pytest
from pydantic import SecretStr

from rtdash.errors import SourceError
from rtdash.lab import session as lab_session
from rtdash.lab.fill import Home, opened
from rtdash.lab.layout import layouts
from rtdash.lab.stop import Stop
from rtdash.model.engine import Engine

DSN = SecretStr("mysql://owner@host/x")


class Connection:
    """One, until it is closed."""

    def __init__(self, made: list[Connection]) -> None:
        made.append(self)

    def close(self) -> None:
        """It is of no more use."""
        made.remove(self)


made: list[Connection] = []


@pytest.fixture(autouse=True)
def _no_server(monkeypatch: pytest.MonkeyPatch) -> None:
    made.clear()
    monkeypatch.setattr(lab_session, "open_loader", lambda *_, **__: Connection(made))


def fail_at(monkeypatch: pytest.MonkeyPatch, place: int) -> None:
    """The server does not tell what it is, to this one of the connections, from 1."""

    def engine_of(_: Connection) -> Engine:
        if len(made) == place:
            raise pymysql.OperationalError(2013, "lost")
        return Engine.MARIADB

    monkeypatch.setattr(lab_session, "engine_of", engine_of)


@pytest.mark.parametrize("place", [1, 2, 3])
def test_a_connection_that_fails_closes_itself_and_those_before_it(monkeypatch: pytest.MonkeyPatch, place: int):
    fail_at(monkeypatch, place)
    homes = [Home(layout, DSN) for layout in layouts(Engine.MARIADB)[:3]]
    with pytest.raises(SourceError), opened(homes, Stop()):
        pass
    assert made == []


def test_all_are_closed_at_the_end(monkeypatch: pytest.MonkeyPatch):
    fail_at(monkeypatch, 0)
    homes = [Home(layout, DSN) for layout in layouts(Engine.MARIADB)[:3]]
    with opened(homes, Stop()) as sessions:
        assert len(sessions) == len(made) == 3
    assert made == []
