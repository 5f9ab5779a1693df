"""What `rtdash init` makes on a peer: it has the tables that were created, and the records of the files."""

from __future__ import annotations

import re

from tests.singlestore.peer import Heard, Peer
from tests.singlestore.wire import Done, Reply, Rows


class ScriptedSchema:
    """A database, empty at first, on a server that refuses nothing."""

    def __init__(self, peer: Peer) -> None:
        self.tables: set[str] = set()
        self.records: dict[str, str] = {}
        peer.tell(r"^SELECT DATABASE\(\)$", Rows(("DATABASE()",), [("donations",)]))
        peer.tell(r"^SELECT @@memsql_version, DATABASE\(\)$", Rows(("v", "d"), [("8.9.12", "donations")]))
        peer.tell(r"^SELECT 1 FROM information_schema\.tables WHERE .* table_name = '\w+'$", self._has)
        peer.tell(r"^SELECT `file`, digest FROM schema_steps$", self._recorded)
        peer.tell(r"^REPLACE INTO schema_steps ", self._record)
        peer.tell(r"^CREATE (ROWSTORE )?TABLE IF NOT EXISTS \w+ \(", self._make)
        peer.tell(r"^(DROP VIEW IF EXISTS|CREATE VIEW|CREATE OR REPLACE PROCEDURE) \w+", Done())
        peer.tell(r"^SET GLOBAL pipelines_stored_proc_exactly_once = ON$", Done())
        peer.tell(r"^(CREATE|ALTER) RESOURCE POOL rtdash_(dashboard|pipeline) ", Done())
        peer.tell(r"^ALTER PIPELINE donations (STOP_ON_ERROR ON|SET RESOURCE POOL rtdash_pipeline)$", Done())
        peer.tell(r"^CREATE EVENT TRACE Query_completion\b", Done())

    def _has(self, heard: Heard) -> Reply:
        name = re.findall(r"'(\w+)'", heard.statement)[-1]
        return Rows(("1",), [(1,)] if name in self.tables else [])

    def _make(self, heard: Heard) -> Reply:
        self.tables.add(re.findall(r"EXISTS (\w+)", heard.statement)[0])
        return Done()

    def _record(self, heard: Heard) -> Reply:
        file, digest = re.findall(r"'([^']+)'", heard.statement)
        self.records[file] = digest
        return Done(1)

    def _recorded(self, heard: Heard) -> Reply:
        del heard
        return Rows(("file", "digest"), list(self.records.items()))
