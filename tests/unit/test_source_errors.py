"""What drivers say becomes one printable line of the right kind."""

from __future__ import annotations

import psycopg
import pymysql
import pytest
from psycopg.pq import Ping

from rtdash.errors import Busy, Refused, Unreachable
from rtdash.sources import citus, mysql

HOSTILE = "no \x1b]0;owned\x07table\n\u202eelbat"
PRINTABLE = "no ·]0;owned·table·elbat"


class Hostile(psycopg.errors.UndefinedTable):
    """A diagnosis with a text of somebody else's."""

    class diag:  # noqa: N801
        message_primary = HOSTILE.replace("\n", "")


def test_text_of_a_server_cannot_steer_the_terminal():
    assert str(citus.explain(Hostile())) == f"PostgreSQL: {PRINTABLE}"
    assert str(mysql.explain(pymysql.ProgrammingError(1146, HOSTILE))) == (
        "donations database: no ·]0;owned·table··elbat"
    )


def test_a_lock_that_was_not_granted_leaves_a_good_connection():
    assert type(citus.explain(psycopg.errors.LockNotAvailable("canceling statement due to lock timeout"))) is Busy


def fatal(reason: str) -> psycopg.OperationalError:
    return psycopg.OperationalError(f'connection failed: connection to server at "h", port 1 failed: FATAL:  {reason}')


@pytest.mark.parametrize(
    ("reason", "ping", "kind"),
    [
        ('password authentication failed for user "u"', Ping.OK, Refused),
        ('role "u" does not exist', Ping.OK, Refused),
        ('database "d" does not exist', Ping.OK, Refused),
        ("the database system is starting up", Ping.REJECT, Unreachable),
        ("the database system is starting up", Ping.OK, Unreachable),
        ("das Datenbanksystem startet", Ping.REJECT, Unreachable),
        ("sorry, too many clients already", Ping.OK, Unreachable),
        ("remaining connection slots are reserved for roles with the SUPERUSER attribute", Ping.OK, Unreachable),
        ('too many connections for role "u"', Ping.OK, Unreachable),
    ],
)
def test_only_a_refused_login_is_a_refusal(monkeypatch, reason, ping, kind):
    class Server:
        @staticmethod
        def ping(conninfo: bytes) -> Ping:
            assert conninfo == b"host=h"
            return ping

    monkeypatch.setattr(citus, "PGconn", Server)
    explained = citus._explain_start(fatal(reason), "host=h")
    assert (type(explained), str(explained)) == (kind, f"PostgreSQL: {reason}")
