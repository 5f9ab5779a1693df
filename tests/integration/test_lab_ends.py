"""However a lab ends, and whenever: no database of it is left, and no session; what was killed the next one removes."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from lab_process import HOME, Seen, age, lab, until_phase
from pydantic import SecretStr

from rtdash.servers.mariadb import PrivateMariaDB
from tests.world import until

PATIENCE_S = 60.0
KILLED_S = 20.0
"""Less than the server itself would wait for a lock."""
STOPPED = 130
# Enough that no step is over before it is broken off.
LONG = ("run", "--stream", "--rows=2000000", "--layouts=indexed,rollup")
SHORT = ("run", "--stream", "--rows=2000", "--layouts=baseline", "--rounds=1")

End = Callable[["subprocess.Popen[str]"], None]


@pytest.fixture
def seen(mariadb: PrivateMariaDB) -> Iterator[Seen]:
    with Seen.on(mariadb) as found:
        yield found


def by(number: signal.Signals) -> End:
    return lambda process: process.send_signal(number)


def close_input(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.close()


def close_output(process: subprocess.Popen[str]) -> None:
    assert process.stdout is not None
    process.stdout.close()


INT, TERM, HUP = (pytest.param(by(getattr(signal, name)), id=name) for name in ("SIGINT", "SIGTERM", "SIGHUP"))
INPUT, OUTPUT = pytest.param(close_input, id="input"), pytest.param(close_output, id="output")


def also(end: Any) -> Any:
    """One that `make test-long` tries as well."""
    return pytest.param(*end.values, id=end.id, marks=pytest.mark.long)


def rest(process: subprocess.Popen[str]) -> list[str]:
    """What it still tells, and its end."""
    assert process.stdout is not None
    lines = [] if process.stdout.closed else process.stdout.readlines()
    process.wait(PATIENCE_S)
    return lines


@pytest.mark.parametrize("end", [INT, also(TERM), INPUT, also(OUTPUT)])
def test_half_way_through_filling(donations_dsn: SecretStr, tmp_path: Path, seen: Seen, end: End):
    with lab(donations_dsn, tmp_path, *LONG) as process:
        until_phase(process, "filling")
        assert seen.databases() == [HOME, *(f"{HOME}_{name}" for name in ("baseline", "indexed", "rollup"))]
        end(process)
        lines = rest(process)
        assert process.returncode == STOPPED
    if lines:
        assert '"phase":"stopped"' in lines[-1]
    seen.assert_nothing_left()


@pytest.mark.parametrize("end", [also(HUP), INPUT])
def test_while_it_measures(donations_dsn: SecretStr, tmp_path: Path, seen: Seen, end: End):
    with lab(donations_dsn, tmp_path, *SHORT, "--rounds=999") as process:
        until_phase(process, "measuring")
        end(process)
        lines = rest(process)
        assert process.returncode == STOPPED
        assert process.stderr is not None
        # Nor does it complain of what it has removed itself.
        assert process.stderr.read() == ""
    assert '"phase":"stopped"' in lines[-1]
    seen.assert_nothing_left()


@pytest.mark.parametrize("end", [also(INT), TERM, also(INPUT)])
def test_in_the_update_of_a_starting_campaign(
    mariadb: PrivateMariaDB, donations_dsn: SecretStr, tmp_path: Path, seen: Seen, end: End
):
    """A lock keeps the statement waiting for as long as it takes: it has to be ended on the server."""

    def waiting() -> list[object]:
        return [info for *_, info in seen.sessions() if info and info.startswith("UPDATE donation")]

    with lab(donations_dsn, tmp_path, *SHORT) as process:
        until_phase(process, "checking")
        with Seen.on(mariadb) as holder:
            holder.run("BEGIN")
            holder.run(
                f"SELECT * FROM {HOME}_baseline.donation_transactions ORDER BY transaction_id LIMIT 1 FOR UPDATE"
            )
            until(waiting, PATIENCE_S)
            end(process)
            until(lambda: not waiting(), KILLED_S)
            holder.run("ROLLBACK")
        rest(process)
        assert process.returncode == STOPPED
    seen.assert_nothing_left()


def test_what_was_killed_is_removed_by_the_next_run_and_nothing_else_is(
    donations_dsn: SecretStr, tmp_path: Path, seen: Seen
):
    foreign = f"{HOME}_x"
    seen.run(f"CREATE DATABASE {foreign}")
    try:
        with lab(donations_dsn, tmp_path, *LONG) as process:
            until_phase(process, "filling")
            process.kill()
            rest(process)
        assert f"{HOME}_indexed" in seen.databases()
        with lab(donations_dsn, tmp_path, *SHORT) as process:
            _, errors = process.communicate(timeout=PATIENCE_S)
            assert process.returncode == 2
        assert "another lab is at work on this server" in errors
        age(seen)
        with lab(donations_dsn, tmp_path, *SHORT) as process:
            until_phase(process, "filling")
            assert seen.databases() == [HOME, f"{HOME}_baseline", foreign]
            rest(process)
            assert process.returncode == 0
        seen.assert_nothing_left(but=(foreign,))
    finally:
        seen.remove(foreign)


@pytest.mark.long
def test_what_was_killed_is_removed_by_hand_too(donations_dsn: SecretStr, tmp_path: Path, seen: Seen):
    with lab(donations_dsn, tmp_path, *LONG) as process:
        until_phase(process, "filling")
        process.kill()
        rest(process)
    age(seen)
    for said in (f"removed {HOME}_baseline\nremoved {HOME}_indexed\nremoved {HOME}_rollup\n", "nothing is left"):
        with lab(donations_dsn, tmp_path, "clean") as process:
            output, errors = process.communicate(timeout=PATIENCE_S)
        assert process.returncode == 0, errors
        assert said in output
        seen.assert_nothing_left()


def test_what_was_killed_just_after_a_database_was_made_is_known_as_its_own(
    donations_dsn: SecretStr, tmp_path: Path, seen: Seen
):
    """Entered, made, and not marked yet."""
    seen.run(f"CREATE DATABASE {HOME}")
    seen.run(
        f"CREATE TABLE {HOME}.claims (name VARCHAR(64) PRIMARY KEY, token VARCHAR(32) NOT NULL,"
        " beat_at DATETIME(6) NOT NULL)"
    )
    for name in (HOME, f"{HOME}_baseline"):
        seen.run(f"INSERT INTO {HOME}.claims VALUES ('{name}', 'gone', '2026-01-01')")
    seen.run(f"CREATE DATABASE {HOME}_baseline")
    with lab(donations_dsn, tmp_path, "clean") as process:
        output, errors = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0, errors
    assert f"removed {HOME}_baseline" in output
    seen.assert_nothing_left()
