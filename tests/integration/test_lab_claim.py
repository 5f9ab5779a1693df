"""Whose the lab's databases are: somebody else's are not touched, nor are those of a lab that has taken over."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from lab_process import HOME, Seen
from pydantic import SecretStr

from rtdash.errors import SchemaError
from rtdash.lab import claim
from rtdash.lab.databases import claimed
from rtdash.lab.layout import layouts
from rtdash.lab.run import DonationsStudy, Wanted
from rtdash.lab.session import LabSession
from rtdash.lab.stop import Stop, Stopped
from rtdash.model.engine import Engine
from rtdash.model.lab import LabReport, Phase
from rtdash.servers.mariadb import PrivateMariaDB

BASELINE = f"{HOME}_baseline"
FEW = Wanted(1_000, ("baseline",), rounds=1, writes_per_s=40)
TAKE_OVER = f"UPDATE {HOME}.claims SET token = 'another'"


@pytest.fixture
def seen(mariadb: PrivateMariaDB) -> Iterator[Seen]:
    with Seen.on(mariadb) as found:
        yield found


def studied(dsn: SecretStr, wanted: Wanted, say: Callable[[LabReport], None] = lambda _: None) -> LabReport:
    return DonationsStudy(dsn, Engine.MARIADB, wanted).run(Stop(), say)


def test_a_database_of_somebody_else_is_neither_used_nor_touched(donations_dsn: SecretStr, seen: Seen):
    for name in (BASELINE, f"{HOME}_x"):
        seen.run(f"CREATE DATABASE {name}")
    try:
        seen.run(f"CREATE TABLE {HOME}_x.treasure (a INT)")
        with pytest.raises(SchemaError, match=f"database {BASELINE} is not the lab's"):
            studied(donations_dsn, FEW)
        assert seen.databases() == [BASELINE, f"{HOME}_x"]
        assert seen.run(f"SHOW TABLES FROM {HOME}_x") == (("treasure",),)
    finally:
        seen.remove(BASELINE, f"{HOME}_x")


def test_a_home_of_somebody_else_is_neither_used_nor_touched(donations_dsn: SecretStr, seen: Seen):
    seen.run(f"CREATE DATABASE {HOME}")
    try:
        seen.run(f"CREATE TABLE {HOME}.treasure (a INT)")
        with pytest.raises(SchemaError, match=f"database {HOME} is not the lab's, it has treasure"):
            studied(donations_dsn, FEW)
        assert seen.run(f"SHOW TABLES FROM {HOME}") == (("treasure",),)
    finally:
        seen.remove(HOME)


def test_a_second_lab_is_refused_while_the_first_lives(donations_dsn: SecretStr, seen: Seen):
    def second(report: LabReport) -> None:
        if report.phase is Phase.FILLING and not refused:
            with pytest.raises(SchemaError, match="another lab is at work on this server, seen"):
                studied(donations_dsn, FEW)
            refused.append(report)

    refused: list[LabReport] = []
    assert studied(donations_dsn, FEW, second).phase is Phase.DONE
    assert refused
    seen.assert_nothing_left()


def test_a_lab_that_was_taken_for_dead_ends_and_leaves_all_to_the_other(
    donations_dsn: SecretStr, seen: Seen, monkeypatch: pytest.MonkeyPatch
):
    """It has been held up for too long, and another has claimed all that is the lab's."""
    monkeypatch.setattr(claim, "_BEAT_S", 0.05)

    def take_over(report: LabReport) -> None:
        if report.phase is Phase.MEASURING:
            seen.run(TAKE_OVER)

    try:
        report = studied(donations_dsn, Wanted(1_000, ("baseline",), rounds=999, writes_per_s=40), take_over)
        assert report.phase is Phase.STOPPED
        assert report.problems == (claim.TAKEN_OVER,)
        assert seen.databases() == [HOME, BASELINE]
        assert seen.run(f"SELECT DISTINCT token FROM {HOME}.claims") == (("another",),)
    finally:
        seen.remove(HOME, BASELINE)


@pytest.mark.parametrize("is_over", [False, True], ids=["at work", "done"])
def test_one_that_learns_of_it_at_its_end_alone_removes_nothing_either(
    donations_dsn: SecretStr, seen: Seen, is_over: bool
):
    """Held up until then: not one sign of life came back unheard."""
    baseline = layouts(Engine.MARIADB)[0]

    def lost() -> None:
        with claimed(donations_dsn, Stop()) as databases:
            databases.make(baseline, Stop())
            if is_over:
                seen.remove(HOME)
            else:
                seen.run(TAKE_OVER)

    try:
        with pytest.raises(Stopped, match=claim.TAKEN_OVER):
            lost()
        assert seen.databases() == [BASELINE] if is_over else [HOME, BASELINE]
    finally:
        seen.remove(HOME, BASELINE)


def test_one_that_was_taken_over_makes_no_database(donations_dsn: SecretStr, seen: Seen):
    def lost() -> None:
        with claimed(donations_dsn, Stop()) as databases:
            seen.run(TAKE_OVER)
            databases.make(layouts(Engine.MARIADB)[0], Stop())

    try:
        with pytest.raises(Stopped, match=claim.TAKEN_OVER):
            lost()
        assert seen.databases() == [HOME]
    finally:
        seen.remove(HOME)


def test_a_lab_that_begins_as_another_leaves_begins_once_more(
    donations_dsn: SecretStr, seen: Seen, monkeypatch: pytest.MonkeyPatch
):
    """Between two of its statements the other removes their database."""
    tables, removed = claim.tables, []

    def and_remove(session: LabSession, database: str) -> list[str]:
        found = tables(session, database)
        if not removed:
            seen.remove(HOME)
            removed.append(database)
        return found

    monkeypatch.setattr(claim, "tables", and_remove)
    with claimed(donations_dsn, Stop()):
        assert removed == [HOME]
        assert seen.databases() == [HOME]
    seen.assert_nothing_left()
