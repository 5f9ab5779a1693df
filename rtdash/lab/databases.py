"""A database for each layout, made at the start, gone at the end, and whatever a killed lab has left as well."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from urllib.parse import urlsplit

from pydantic import SecretStr

from rtdash.errors import SchemaError
from rtdash.lab.claim import HOME, Claim, make_database, tables
from rtdash.lab.layout import Layout
from rtdash.lab.session import LabSession
from rtdash.lab.stop import Stop

_MARK = "lab_mark"
"""The table by which a database is known as the lab's."""
_DATABASES = "SELECT schema_name FROM information_schema.schemata WHERE schema_name LIKE %s"
_LIKE = f"{HOME}_%".replace("_", r"\_")


class LayoutDatabases:
    """Those of one lab, as long as it holds its claim. Each method raises SourceError; Stopped when it does not."""

    def __init__(self, dsn: SecretStr, claim: Claim) -> None:
        self._dsn = dsn
        self._claim = claim
        self.dropped: list[str] = []
        """What an earlier lab has left."""

    def make(self, layout: Layout, stop: Stop) -> SecretStr:
        """Make the tables of a layout in a database of their own; returns how that is reached.

        Raises SchemaError when its name is taken.
        """
        name = f"{HOME}_{layout.name}"
        with unbroken(self._dsn) as session:
            if name in _present(session):
                raise SchemaError(f"database {name} is not the lab's: the lab needs that name")
            self._claim.keep(session)
            self._claim.enter(session, name)
            make_database(session, name)
            session.run(f"CREATE TABLE {name}.{_MARK} (made_at DATETIME(6) NOT NULL)")
        dsn = in_database(self._dsn, name)
        with closing(LabSession(dsn, stop)) as session:
            for statement in layout.statements:
                session.run(statement)
        return dsn

    def drop(self) -> list[str]:
        """Remove all that are the lab's; returns their names."""
        with unbroken(self._dsn) as session:
            self._claim.keep(session)
            entered = self._claim.entered(session)
            dropped = [name for name in _present(session) if _is_ours(session, name, is_entered=name in entered)]
            for name in dropped:
                self._claim.keep(session)
                session.run(f"DROP DATABASE `{name.replace('`', '``')}`")
        return dropped


def _present(session: LabSession) -> list[str]:
    return sorted(name for (name,) in session.rows(_DATABASES, _LIKE))


def _is_ours(session: LabSession, name: str, *, is_entered: bool) -> bool:
    """It has the mark; or it was entered, and its maker came no further than to make it."""
    found = tables(session, name)
    return _MARK in found or (is_entered and not found)


def in_database(dsn: SecretStr, name: str) -> SecretStr:
    """The same server and account, with another database."""
    return SecretStr(urlsplit(dsn.get_secret_value())._replace(path=f"/{name}").geturl())


@contextmanager
def unbroken(dsn: SecretStr) -> Iterator[LabSession]:
    """A connection whose statements nobody ends: what it makes is known to be made, and what it removes is gone."""
    with closing(LabSession(dsn, Stop())) as session:
        yield session


@contextmanager
def claimed(dsn: SecretStr, stop: Stop) -> Iterator[LayoutDatabases]:
    """The lab's databases, with none of an earlier lab; at the end, however it comes, there is none at all.

    Raises SourceError and SchemaError; Stopped when another lab has taken them over: that one removes them.
    """
    claim = Claim(dsn, stop)
    with unbroken(dsn) as session:
        claim.take(session)
    databases = LayoutDatabases(dsn, claim)
    try:
        databases.dropped = databases.drop()
        yield databases
    finally:
        # On new connections: hours may have passed.
        try:
            databases.drop()
        finally:
            claim.end()
        with unbroken(dsn) as session:
            claim.release(session)
