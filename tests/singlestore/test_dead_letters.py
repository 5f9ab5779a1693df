"""Dead letters of the pipeline: listed and shown, but replayed by nobody but the pipeline."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from rtdash import cli
from rtdash.settings import Settings
from tests.singlestore.peer import Peer
from tests.singlestore.wire import Done, Rows

Run = Callable[..., tuple[int, str, str]]
NUMBER = 1_800_000_000_000_000
AT = datetime.fromisoformat("2027-01-15 08:00:00")
IDENTIFIED = ["SELECT @@memsql_version"]
LETTER = ("pipeline", -1, NUMBER, AT, 12, "city: not one of the 20", None, None, 1)


@pytest.fixture
def rtdash(peer: Peer, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """`rtdash("list")`: exit status, output and errors of `rtdash dead-letters` on a server with one letter."""
    peer.tell("^(BEGIN|COMMIT|ROLLBACK)$", Done())
    peer.tell(r"^SELECT COUNT\(\*\) FROM dead_letters", Rows(("letters",), [(1,)]))
    peer.tell(r"OCTET_LENGTH", Rows([f"c{number}" for number in range(len(LETTER))], [LETTER]))
    peer.tell("^SELECT payload, correction", Rows(("payload", "correction"), [(b'{"city": 7}', None)]))
    file = tmp_path / "settings.toml"
    Settings(donations_dsn=peer.dsn(), citus_dsn="postgresql://u@127.0.0.1:1/clickstream").save(file)

    def run(*arguments: str) -> tuple[int, str, str]:
        status = cli.main(["dead-letters", *arguments, f"--settings={file}"])
        return status, *capsys.readouterr()

    return run


def test_they_are_listed_by_an_address_that_can_be_typed(rtdash):
    status, said, _ = rtdash("list", "--topic=donations")
    assert status == 0
    assert said == f"donations:-1:{NUMBER}  2027-01-15 08:00:00           12 B  city: not one of the 20\n"
    status, said, _ = rtdash("show", said.split()[0])
    assert status == 0
    assert "place        not told by the pipeline: both numbers are our own" in said.splitlines()
    assert said.splitlines()[-1] == '{"city": 7}'


@pytest.mark.parametrize("asked", [["--all", "--topic=donations"], [f"donations:-1:{NUMBER}"]])
def test_none_is_replayed_beside_the_pipeline(peer, rtdash, asked):
    status, said, errors = rtdash("replay", *asked)
    assert (status, said) == (2, "")
    assert errors == (
        "rtdash: on SingleStore the pipeline alone loads donations, none is replayed: send the bytes of the letter"
        " (`rtdash dead-letters show ADDRESS --raw`), corrected, to the topic donations again\n"
    )
    # Nothing was asked but which server it is, by one connection.
    assert [heard.statement for heard in peer.heard] == ["SET NAMES utf8mb4", "SET AUTOCOMMIT = 1", *IDENTIFIED]
