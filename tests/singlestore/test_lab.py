"""The lab on SingleStore: what it says to the server when it makes, fills, asks, starts a campaign and cleans up."""

from __future__ import annotations

import json
import re
import threading
from datetime import UTC, datetime
from itertools import count

import pytest

from rtdash.errors import Refused
from rtdash.lab import measure
from rtdash.lab.run import DonationsStudy, Wanted
from rtdash.lab.stop import Stop
from rtdash.model.engine import Engine
from rtdash.model.lab import LabReport, Phase
from tests.singlestore.peer import Heard, Peer
from tests.singlestore.rules import RULES
from tests.singlestore.sql import Statement, files, read
from tests.singlestore.test_store import NAMES, ROW
from tests.singlestore.wire import Done, LocalInfile, Refusal, Reply, Rows

WANTED = Wanted(rows=1_000, layouts=("sharded", "rollup"), rounds=1, writes_per_s=20)
PROFILE = {"profile": [{"executor": "ColumnStoreScan", "table": "t", "actual_row_count": {"value": 500}}]}


class Server:
    """Databases by their names, with their tables."""

    def __init__(self, peer: Peer) -> None:
        self.databases: dict[str, set[str]] = {"donations": set()}
        self.loaded: list[int] = []
        self._ids = count(1)
        peer.tell(r"^CREATE DATABASE (IF NOT EXISTS )?`\w+`$", self._make)
        peer.tell(r"^DROP DATABASE (IF EXISTS )?`?\w+`?$", self._drop)
        peer.tell(r"^\s*CREATE TABLE (IF NOT EXISTS )?rtdash_lab\w*\.\w+ \(", self._mark)
        peer.tell(r"^SELECT schema_name FROM information_schema\.schemata", self._list)
        peer.tell(r"^SELECT table_name FROM information_schema\.tables", self._tables)
        peer.tell(r"^INSERT IGNORE INTO rtdash_lab\.claims", Done(1))
        peer.tell(r"^UPDATE rtdash_lab\.claims SET beat_at", Done(3))
        peer.tell(r"^SELECT name FROM rtdash_lab\.claims$", Rows(("name",), [("rtdash_lab",)]))
        peer.tell(r"^CREATE (ROWSTORE )?TABLE (IF NOT EXISTS )?\w+ \(", Done())
        peer.tell(r"^(CREATE VIEW|CREATE OR REPLACE VIEW|DROP VIEW IF EXISTS) \w+", Done())
        peer.tell(r"^SELECT UTC_TIMESTAMP\(6\)$", lambda _: Rows(("now",), [(datetime.now(UTC).replace(tzinfo=None),)]))
        peer.tell(r"^(BEGIN|COMMIT|ROLLBACK)$", Done())
        peer.tell(
            r"^LOAD DATA LOCAL INFILE 'rows' INTO TABLE donation_transactions CHARACTER SET utf8mb4 ",
            LocalInfile(self._load),
        )
        peer.tell(r"^ANALYZE TABLE donation_(transactions|totals|seconds)$", Done())
        peer.tell(r"^INSERT INTO (campaigns|donation_totals|donation_seconds) ", Done(1))
        peer.tell(r"\bFROM (donation_transactions|current_campaigns)\b", Rows(("value",), [(7,)]))
        peer.tell(r"^PROFILE ", Rows(("value",), [(7,)]))
        peer.tell(r"^SHOW PROFILE JSON$", Rows(("PROFILE",), [(json.dumps(PROFILE),)]))
        peer.tell(r"^UPDATE donation_transactions SET is_campaign_active = 0$", Done(500))
        peer.tell(r"^SELECT GREATEST\(COALESCE", Rows(("newest",), [(10,)]))
        peer.tell(r"^SELECT `campaign_id`, .* FROM campaigns ", Rows(NAMES, [ROW]))
        peer.tell(r"^\s*(INSERT IGNORE INTO|UPDATE) campaigns\s", Done(1))
        peer.tell(r"^SELECT campaign_id, `state`, ended_at FROM campaigns$", self._look)

    def _make(self, heard: Heard) -> Reply:
        self.databases.setdefault(re.findall(r"`(\w+)`", heard.statement)[0], set())
        return Done(1)

    def _drop(self, heard: Heard) -> Reply:
        del self.databases[heard.statement.split()[-1].strip("`")]
        return Done()

    def _mark(self, heard: Heard) -> Reply:
        database, table = re.findall(r"(\w+)\.(\w+) \(", heard.statement)[0]
        self.databases[database].add(table)
        return Done()

    def _list(self, heard: Heard) -> Reply:
        assert heard.statement.endswith(r"LIKE 'rtdash\\_lab\\_%'")
        return Rows(("schema_name",), [(name,) for name in self.databases if name.startswith("rtdash_lab_")])

    def _tables(self, heard: Heard) -> Reply:
        return Rows(("table_name",), [(name,) for name in self.databases[re.findall(r"'(\w+)'", heard.statement)[0]]])

    def _load(self, data: bytes) -> Reply:
        self.loaded.append(data.count(b"\n"))
        return Done(self.loaded[-1])

    def _look(self, _heard: Heard) -> Reply:
        return Rows(("campaign_id", "state"), [(next(self._ids), "running")])


def test_a_whole_run(peer: Peer, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(measure, "_MOST", 3)
    server = Server(peer)
    told: list[LabReport] = []
    report = DonationsStudy(peer.dsn(), Engine.SINGLESTORE, WANTED).run(Stop(), told.append)
    assert report.phase is Phase.DONE
    assert report.problems == ()
    assert report.server == "SingleStore 8.9.12"
    assert server.databases == {"donations": set()}
    assert server.loaded[:3] == [1_000] * 3
    assert all(
        server.loaded[place : place + 3] == [server.loaded[place]] * 3 for place in range(0, len(server.loaded), 3)
    )
    # By the profile, on connections of their own; on MariaDB by the status of the session.
    assert {cell.rows_examined for cell in report.cells} == {500}
    assert len(peer.statements(r"^PROFILE ")) == 21
    assert [subject.start_rows for subject in report.subjects] == [500, 500, 1]
    assert report.verdict[0].startswith("Are the workshop's SHARD KEY and SORT KEY relevant? ")
    assert len(peer.statements(r"SHARD KEY \(city, transaction_id\)")) == 1

    assert_rules_are_kept(peer)


def assert_rules_are_kept(peer: Peer) -> None:
    """But for the mass UPDATE, which is what the lab measures, and that of a table with a row a layout."""
    # What makes layouts is read from their files, each a database of its own.
    sent = [
        Statement("sent", heard.statement.strip())
        for heard in peer.heard
        if not re.match(r"\s*(CREATE|DROP|LOAD DATA) ", heard.statement)
    ]
    schema = read({name: text for name, text in files().items() if name.startswith("sql/singlestore/schema/")})
    broken = {str(found) for rule in RULES for found in rule([*schema, *sent]) if found.file == "sent"}
    assert [found for found in sorted(broken) if "without a condition on a key" not in found] == []


def test_a_refusal_says_which_right_is_missing(peer: Peer):
    Server(peer)
    peer.tell(r"^CREATE DATABASE", Refusal(1044, "Access denied for user 'reader'@'%' to database 'rtdash_lab'"))
    peer.tell(r"^SELECT CURRENT_USER\(\)$", Rows(("user",), [("reader@%",)]))
    with pytest.raises(Refused, match=r"GRANT CREATE DATABASE, DROP DATABASE ON \*\.\* TO 'reader'@'%'"):
        DonationsStudy(peer.dsn(), Engine.SINGLESTORE, WANTED).run(Stop(), lambda _: None)


@pytest.mark.parametrize("statement", ["LOAD DATA", "PROFILE "])
def test_what_runs_when_it_is_stopped_is_ended_on_its_own_aggregator(
    peer: Peer, statement: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(measure, "_MOST", 1)
    server = Server(peer)
    stop = Stop()
    peer.hold(f"^{statement}")

    def say(report: LabReport) -> None:
        told.append(report)

    told: list[LabReport] = []
    thread = threading.Thread(target=lambda: DonationsStudy(peer.dsn(), Engine.SINGLESTORE, WANTED).run(stop, say))
    thread.start()
    peer.until(peer.holds)
    stop.ask()
    thread.join(20.0)
    assert told[-1].phase is Phase.STOPPED
    assert server.databases == {"donations": set()}
    peer.until(lambda: not peer.open_connections)
