"""The server's side of the MySQL protocol on one socket: the greeting, statements, and the kinds of answer."""

from __future__ import annotations

import re
import socket
import ssl
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TypeAlias

from pymysql.constants import CLIENT, COMMAND, FIELD_TYPE, SERVER_STATUS

VERSION = b"5.7.32"
"""What SingleStore calls itself to a client."""
_OFFERS = CLIENT.CAPABILITIES | CLIENT.CONNECT_WITH_DB
_UTF8MB4, _BINARY = 45, 63
_TYPES: dict[type, tuple[int, int]] = {
    int: (FIELD_TYPE.LONGLONG, _BINARY),
    float: (FIELD_TYPE.DOUBLE, _BINARY),
    Decimal: (FIELD_TYPE.NEWDECIMAL, _BINARY),
    datetime: (FIELD_TYPE.DATETIME, _BINARY),
    bytes: (FIELD_TYPE.BLOB, _BINARY),
    str: (FIELD_TYPE.VAR_STRING, _UTF8MB4),
}


@dataclass(frozen=True, slots=True)
class Rows:
    """A result set; the type of a column is that of its first value."""

    columns: Sequence[str]
    rows: Sequence[Sequence[object]] = ()


@dataclass(frozen=True, slots=True)
class Done:
    """OK, and how many rows were changed."""

    changed: int = 0


@dataclass(frozen=True, slots=True)
class Refusal:
    """An error with its number."""

    number: int
    text: str


@dataclass(frozen=True, slots=True)
class LocalInfile:
    """The client is asked for the data of its LOAD DATA LOCAL; `then` answers with them all read."""

    then: Callable[[bytes], Rows | Done | Refusal]


Reply: TypeAlias = Rows | Done | Refusal | LocalInfile


class Wire:
    """One client. Nothing but text statements is understood; any password is accepted."""

    def __init__(self, line: socket.socket, number: int) -> None:
        self.line = line
        # Many small packets make an answer: none waits for the one before to be acknowledged.
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.purpose = ""
        """The client's name for itself, without `rtdash`."""
        self._number = number
        self._sequence = 0
        # A client that wants to commit each statement has to say so.
        self._status = 0

    def greet(self, tls: ssl.SSLContext | None) -> None:
        """Shake hands, over TLS when there is a certificate and the client wants it."""
        offers = _OFFERS | (CLIENT.SSL if tls else 0)
        self._send(
            struct.pack("<B", 10) + VERSION + b"\0"
            + struct.pack("<I", self._number) + b"saltsalt\0"
            + struct.pack("<HBHHB10x", offers & 0xFFFF, _UTF8MB4, self._status, offers >> 16, 21)
            + b"moresaltmore\0mysql_native_password\0"
        )  # fmt: skip
        answer = self._receive()
        if tls and struct.unpack_from("<I", answer)[0] & CLIENT.SSL:
            self.line = tls.wrap_socket(self.line, server_side=True)
            answer = self._receive()
        named = re.search(rb"rtdash (\w+)", answer)
        self.purpose = named[1].decode() if named else ""
        self.answer(Done())

    def statement(self) -> str | None:
        """The next one; None when the client is gone."""
        request = self._receive()
        if not request or request[0] == COMMAND.COM_QUIT:
            return None
        assert request[0] == COMMAND.COM_QUERY, f"command {request[0]}"
        statement = request[1:].decode()
        if re.fullmatch(r"SET AUTOCOMMIT = 1", statement, re.IGNORECASE):
            self._status = SERVER_STATUS.SERVER_STATUS_AUTOCOMMIT
        return statement

    def answer(self, reply: Reply) -> None:
        """Send what answers the last statement."""
        match reply:
            case Done(changed):
                self._send(b"\0" + _length(changed) + b"\0" + struct.pack("<HH", self._status, 0))
            case Refusal(number, text):
                self._send(b"\xff" + struct.pack("<H", number) + b"#HY000" + text.encode())
            case LocalInfile(then):
                # By the only name that the client has said.
                self._send(b"\xfbrows")
                self.answer(then(b"".join(iter(self._receive, b""))))
            case Rows(columns, rows):
                end = b"\xfe" + struct.pack("<HH", 0, self._status)
                self._send(_length(len(columns)))
                for number, column in enumerate(columns):
                    self._send(_column(column, next((row[number] for row in rows if row[number] is not None), "")))
                self._send(end)
                for row in rows:
                    self._send(b"".join(b"\xfb" if value is None else _value(value) for value in row))
                self._send(end)

    def _receive(self) -> bytes:
        header = self._read(4)
        if len(header) < 4:
            return b""
        self._sequence = header[3] + 1
        return self._read(int.from_bytes(header[:3], "little"))

    def _read(self, size: int) -> bytes:
        data = b""
        while len(data) < size and (more := self.line.recv(size - len(data))):
            data += more
        return data

    def _send(self, payload: bytes) -> None:
        self.line.sendall(len(payload).to_bytes(3, "little") + bytes([self._sequence % 256]) + payload)
        self._sequence += 1


def _length(number: int) -> bytes:
    return bytes([number]) if number < 251 else b"\xfe" + struct.pack("<Q", number)


def _text(data: bytes) -> bytes:
    return _length(len(data)) + data


def _value(value: object) -> bytes:
    return _text(value if isinstance(value, bytes) else str(value).encode())


def _column(name: str, value: object) -> bytes:
    kind, charset = _TYPES[type(value)]
    names = b"".join(_text(part) for part in (b"def", b"", b"", b"", name.encode(), b""))
    return names + b"\x0c" + struct.pack("<HIBHBxx", charset, 1024, kind, 0, 0)
