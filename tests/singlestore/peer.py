"""A scripted server that speaks the MySQL protocol: it writes down what it is asked, and answers as the test tells it.

For the way to SingleStore, of which none can run here. It knows no SQL: what it has no answer to is refused, and kept
in `unknown`, so that no test passes by asking what nobody has thought of.
"""

from __future__ import annotations

import itertools
import re
import socket
import socketserver
import ssl
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Self, TypeAlias

from pydantic import SecretStr

from tests.singlestore.wire import Done, Refusal, Reply, Rows, Wire
from tests.unit.server import PATIENCE_S, Waiting

AGGREGATOR = 8
INTERRUPTED = Refusal(1317, "Query execution was interrupted")
_PROXY = 70_000
"""A client is told another id of its connection than the server's own: a proxy stands before a managed one."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A statement, the server's id of the connection that it came by, and what that connection says it is for."""

    connection: int
    purpose: str
    statement: str


Answer: TypeAlias = Reply | Callable[[Heard], Reply]


class Peer(Waiting):
    """Listens on a port of the loopback interface; `heard` has the statements in their order."""

    def __init__(self, tls: ssl.SSLContext | None) -> None:
        super().__init__()
        self.tls = tls
        self.heard: list[Heard] = []
        self.unknown: list[str] = []
        self.open_connections: set[int] = set()
        self._wires: set[Wire] = set()
        self._script: list[tuple[re.Pattern[str], Answer]] = []
        self._held: set[str] = set()
        self._holding: set[int] = set()
        self._killed: set[int] = set()
        self._ids = itertools.count(1)
        self._server = _Server(("127.0.0.1", 0), _Session)
        self._server.peer = self

    @classmethod
    @contextmanager
    def open(cls, tls: ssl.SSLContext | None = None) -> Iterator[Self]:
        """A peer that is SingleStore as far as a connection sees, and at the end has been asked nothing unknown."""
        peer = cls(tls)
        peer.tell(r"^SET NAMES utf8mb4$", Done())
        peer.tell(r"^SET AUTOCOMMIT = 1$", Done())
        peer.tell(r"^SELECT @@memsql_version$", Rows(("@@memsql_version",), [("8.9.12",)]))
        peer.tell(
            r"^SELECT CONNECTION_ID\(\), AGGREGATOR_ID\(\), @@resource_pool$",
            lambda heard: Rows(("connection", "aggregator", "pool"), [(heard.connection, AGGREGATOR, "default_pool")]),
        )
        peer.tell(r"^SET resource_pool = (rtdash_dashboard|'default_pool')$", Done())
        peer.tell(rf"^KILL QUERY \d+ {AGGREGATOR}$", peer._kill)
        thread = threading.Thread(target=peer._server.serve_forever, args=(0.01,), name="peer")
        thread.start()
        try:
            yield peer
        finally:
            peer._server.shutdown()
            peer.release()
            for wire in tuple(peer._wires):
                with suppress(OSError):
                    wire.line.shutdown(socket.SHUT_RDWR)
            peer._server.server_close()
            thread.join()
        assert peer.unknown == [], f"asked and not answered: {peer.unknown}"

    def dsn(self, options: str = "", host: str = "127.0.0.1") -> SecretStr:
        return SecretStr(f"mysql://reader:hush@{host}:{self._server.server_address[1]}/donations{options}")

    def tell(self, pattern: str, answer: Answer) -> None:
        """How statements are answered in which `pattern` is found; what was told last is looked at first."""
        self._script.insert(0, (re.compile(pattern, re.IGNORECASE | re.DOTALL), answer))

    def forget(self, answer: Answer) -> None:
        """No statement is answered so any more."""
        self._script = [(pattern, other) for pattern, other in self._script if other is not answer]

    def hold(self, pattern: str) -> None:
        """Let these statements hang, until they are killed or released."""
        with self.changed:
            self._held.add(pattern)

    def release(self) -> None:
        """Let everything go on."""
        with self.changed:
            self._held.clear()
            self.changed.notify_all()

    def statements(self, pattern: str = "", purpose: str | None = None) -> list[Heard]:
        """What was heard in which `pattern` is found."""
        with self.changed:
            return [
                heard
                for heard in self.heard
                if re.search(pattern, heard.statement, re.IGNORECASE) and purpose in (None, heard.purpose)
            ]

    def wait_for(self, pattern: str, count: int = 1) -> Heard:
        """The latest of these statements, once there are `count`."""
        self.until(lambda: len(self.statements(pattern)) >= count)
        return self.statements(pattern)[-1]

    def holds(self) -> bool:
        """Whether a statement hangs."""
        return bool(self._holding)

    def serve(self, line: socket.socket) -> None:
        """One connection, on a thread of its own."""
        number = next(self._ids)
        wire = Wire(line, _PROXY + number)
        with self.changed:
            self._wires.add(wire)
            self.open_connections.add(number)
        try:
            # A client that is gone in the midst is nobody's mistake.
            with suppress(ConnectionError, ssl.SSLError):
                wire.greet(self.tls)
                while (statement := wire.statement()) is not None:
                    wire.answer(self._answer(Heard(number, wire.purpose, statement)))
        finally:
            with self.changed:
                self._wires.discard(wire)
                self.open_connections.discard(number)
                self.changed.notify_all()
            wire.line.close()

    def _answer(self, heard: Heard) -> Reply:
        with self.changed:
            self.heard.append(heard)
            if any(re.search(pattern, heard.statement) for pattern in self._held):
                self._hang(heard.connection)
            self.changed.notify_all()
            if heard.connection in self._killed:
                self._killed.discard(heard.connection)
                return INTERRUPTED
        for pattern, answer in self._script:
            if pattern.search(heard.statement):
                return answer(heard) if callable(answer) else answer
        self.unknown.append(heard.statement)
        return Refusal(1064, f"the peer has no answer to: {heard.statement}")

    def _hang(self, connection: int) -> None:
        self._holding.add(connection)
        self.changed.notify_all()
        try:
            assert self.changed.wait_for(lambda: not self._held or connection in self._killed, 2 * PATIENCE_S)
        finally:
            self._holding.discard(connection)

    def _kill(self, heard: Heard) -> Reply:
        with self.changed:
            connection = int(heard.statement.split()[2])
            if connection in self._holding:
                self._killed.add(connection)
            self.changed.notify_all()
        return Done()


class _Session(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        self.server.peer.serve(self.request)


class _Server(socketserver.ThreadingTCPServer):
    peer: Peer

    def handle_error(self, request: object, client_address: object) -> None:  # noqa: ARG002
        self.peer.unknown.append(repr(sys.exception()))
