"""Whose the lab's databases are: a table in `rtdash_lab`, with a sign of life, tells the living from leftovers."""

from __future__ import annotations

import logging
import threading
from contextlib import closing
from uuid import uuid4

from pydantic import SecretStr

from rtdash.errors import Refused, SchemaError, SourceError
from rtdash.lab.session import LabSession
from rtdash.lab.stop import Stop, Stopped
from rtdash.model.engine import Engine
from rtdash.model.text import plain

_log = logging.getLogger(__name__)

HOME = "rtdash_lab"
"""The lab's own database; those of layouts begin with its name."""
STALE_S = 30
"""A lab that has been silent for so long, by the server's clock, has been killed."""
_BEAT_S = 3.0
TAKEN_OVER = "another lab has taken over what this one had, which was silent for too long"

# A row a database, that of the lab itself among them; all of one lab beat together.
_MAKE = f"""
CREATE TABLE IF NOT EXISTS {HOME}.claims (
    name VARCHAR(64) NOT NULL, token VARCHAR(32) NOT NULL, beat_at DATETIME(6) NOT NULL, PRIMARY KEY (name)
)"""
_ENTER = f"INSERT IGNORE INTO {HOME}.claims (name, token, beat_at) VALUES (%s, %s, UTC_TIMESTAMP(6))"  # noqa: S608
_TAKE_OVER = f"""
UPDATE {HOME}.claims SET token = %s, beat_at = UTC_TIMESTAMP(6)
WHERE beat_at < UTC_TIMESTAMP(6) - INTERVAL {STALE_S} SECOND"""  # noqa: S608
_BEAT = f"UPDATE {HOME}.claims SET beat_at = UTC_TIMESTAMP(6) WHERE token = %s"  # noqa: S608
_SILENT = f"SELECT TIMESTAMPDIFF(SECOND, beat_at, UTC_TIMESTAMP(6)) FROM {HOME}.claims WHERE name = %s"  # noqa: S608
_ENTERED = f"SELECT name FROM {HOME}.claims"  # noqa: S608
_TABLES = "SELECT table_name FROM information_schema.tables WHERE table_schema = %s"


class Claim:
    """The right to the lab's databases on one server: `take`, then `end` and `release`."""

    def __init__(self, dsn: SecretStr, stop: Stop) -> None:
        self._dsn = dsn
        self._stop = stop
        self._token = uuid4().hex
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="lab claim", daemon=True)

    def take(self, session: LabSession) -> None:
        """Claim what there is, and beat from now on.

        Raises Refused when no database may be made, SchemaError when another lab is at work, or when a database that is
        not the lab's has its name.
        """
        make_database(session, HOME, "IF NOT EXISTS ")
        try:
            self._take(session)
        except Refused as error:
            if not _is_missing(session):
                raise
            _log.info("another lab was about to leave: %s", error)
            make_database(session, HOME, "IF NOT EXISTS ")
            self._take(session)
        self._thread.start()

    def _take(self, session: LabSession) -> None:
        if strange := [name for name in tables(session, HOME) if name != "claims"]:
            raise SchemaError(f"database {HOME} is not the lab's, it has {plain(strange[0])}: the lab needs that name")
        session.run(_MAKE)
        if not session.run(_ENTER, HOME, self._token) and not session.run(_TAKE_OVER, self._token):
            ((silent_s,),) = session.rows(_SILENT, HOME)
            raise SchemaError(
                f"another lab is at work on this server, seen {silent_s} s ago;"
                f" one that was killed is known as such after {STALE_S} s"
            )

    def keep(self, session: LabSession) -> None:
        """Before what only its holder may do: it is ours, and nobody takes it over within the next 30 s.

        Raises Stopped when another has.
        """
        try:
            is_kept = session.run(_BEAT, self._token) > 0
        except Refused:
            if not _is_missing(session):
                raise
            is_kept = False
        if not is_kept:
            raise Stopped(TAKEN_OVER)

    def enter(self, session: LabSession, database: str) -> None:
        """Enter a database that is about to be made."""
        session.run(_ENTER, database, self._token)

    def entered(self, session: LabSession) -> set[str]:
        """Databases of layouts that were entered, by us or by one that is gone."""
        return {name for (name,) in session.rows(_ENTERED)} - {HOME}

    def end(self) -> None:
        """Beat no longer."""
        self._ending.set()
        self._thread.join()

    def release(self, session: LabSession) -> None:
        """Remove the lab's own database, when all others are gone and nothing beats any more.

        Raises Stopped when it is another's.
        """
        self.keep(session)
        session.run(f"DROP DATABASE IF EXISTS {HOME}")

    def _beat(self) -> None:
        """On a connection of its own. A lab that another has taken for dead ends."""
        while not self._ending.wait(_BEAT_S):
            try:
                with closing(LabSession(self._dsn, Stop())) as session:
                    while not self._ending.wait(_BEAT_S):
                        self.keep(session)
            except Stopped as stopped:
                _log.warning("this lab ends: %s", stopped)
                self._stop.ask(str(stopped))
                return
            except SourceError as error:
                _log.warning("the lab cannot say that it lives: %s", error)


def make_database(session: LabSession, name: str, unless: str = "") -> None:
    """Raises Refused, with what helps, when the role may not."""
    try:
        session.run(f"CREATE DATABASE {unless}`{name}`")
    except SourceError as error:
        if not is_denied(error):
            raise
        ((user,),) = session.rows("SELECT CURRENT_USER()")
        account = "@".join(f"'{part}'" for part in str(user).rsplit("@", 1))
        on_singlestore = f"GRANT CREATE DATABASE, DROP DATABASE ON *.* TO {account}, and all rights on what it makes"
        on_mariadb = f"GRANT ALL ON `{HOME.replace('_', chr(92) + '_')}%`.* TO {account}"
        helps = on_singlestore if session.engine is Engine.SINGLESTORE else on_mariadb
        raise Refused(f"the lab makes databases of its own: {error}; what helps: {plain(helps)}") from None


def is_denied(error: SourceError) -> bool:
    """Whether the role lacks a right: 1044 and its like, and 1227 for a global one."""
    return isinstance(error, Refused) or "(1227)" in str(error)


def _is_missing(session: LabSession) -> bool:
    """Whether whoever held the claim has removed the table."""
    return "claims" not in tables(session, HOME)


def tables(session: LabSession, database: str) -> list[str]:
    """Names of its tables and views."""
    return [name for (name,) in session.rows(_TABLES, database)]
