"""Errors that a user may see. Each carries one clear line: what, where, and what is allowed or what to do next.

RtdashError
├── UsageError        a wrong option, setting or panel file        (exit status 2)
│   ├── SettingsError
│   └── PanelError    names file, line and the allowed values
├── SourceError       a server refused a connection or a query
│   ├── Unreachable   nobody answers at the address                (exit status 2 at start)
│   ├── Refused       the server answers and says no: credentials, rights, no such database
│   ├── Overdue       no answer within the deadline, or cancelled; the connection was thrown away
│   └── Busy          a lock was not granted in time; nothing happened, and the connection is as good as before
├── SchemaError       a schema step could not be applied
└── ServerError       a private server could not be started

No message ever holds a password: sources build messages from the driver's diagnosis, never from a DSN.
"""

from __future__ import annotations


class RtdashError(Exception):
    """Base of all errors that rtdash raises on purpose; `str(error)` is the line for the user."""

    exit_status = 1


class UsageError(RtdashError):
    """Something the user typed or wrote is wrong."""

    exit_status = 2


class SettingsError(UsageError):
    """A setting is missing or has a value that is not allowed."""


class PanelError(UsageError):
    """A panel file cannot be read; the message starts with `file:line:`."""


class SourceError(RtdashError):
    """A query or a connection failed."""

    exit_status = 2


class Unreachable(SourceError):  # noqa: N818 (reads as the sentence it is)
    """Nobody answers, or the connection broke."""


class Refused(SourceError):  # noqa: N818
    """The server answered and refused: credentials, rights, no such database."""


class Overdue(SourceError):  # noqa: N818
    """No answer within the deadline, or before somebody cancelled the query."""


class Busy(SourceError):  # noqa: N818
    """Somebody else holds what is needed, for longer than others should be kept waiting."""


class SchemaError(RtdashError):
    """A schema step failed, and the message names its file; or somebody else's tables are in the way."""

    exit_status = 2


class ServerError(RtdashError):
    """A private server did not start; the message names the last lines of its log."""
