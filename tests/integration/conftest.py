"""A clickstream database with its schema, and both databases with a broker between them."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest
from asking import Screen
from clickstream import Clickstream
from letters import Letters
from pipeline_desk import VIEWS, Desk
from psycopg import sql
from pydantic import SecretStr

from rtdash.campaigns.store import CampaignStore
from rtdash.cli import main
from rtdash.model.engine import Engine
from rtdash.resources import sql_folder
from rtdash.schema.apply import apply
from rtdash.servers.broker import PrivateBroker
from rtdash.settings import Settings
from rtdash.sources import citus, donations
from tests.shared_server import with_search_path
from tests.world import World

# What pg_cron starts by itself would roll up in the middle of a test.
_QUIET = """
DO $$
BEGIN
    IF to_regclass('cron.job') IS NOT NULL THEN
        PERFORM cron.unschedule(jobid) FROM cron.job
        WHERE starts_with(jobname, format('rtdash %s.', current_schema()));
    END IF;
END
$$;
"""


@pytest.fixture(scope="session")
def quiet_schema(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The clickstream's files; what they schedule they take back before they commit, so pg_cron never sees it."""
    copy = tmp_path_factory.mktemp("quiet") / "citus"
    shutil.copytree(sql_folder("citus"), copy)
    schedule = copy / "schema" / "100_schedule.sql"
    schedule.write_text(schedule.read_text() + _QUIET)
    return copy / "schema"


@pytest.fixture
def clickstream(citus_dsn: SecretStr, quiet_schema: Path) -> Clickstream:
    """A new database, or schema of a shared server, with the clickstream's schema; nothing runs in it by itself."""
    apply(citus_dsn, quiet_schema, lambda _: None)
    return Clickstream(citus_dsn)


@pytest.fixture
def owner(clickstream: Clickstream) -> Iterator[psycopg.Connection[Any]]:
    """A connection that may write."""
    with clickstream.connect() as connection:
        yield connection


@pytest.fixture
def screen(clickstream: Clickstream, citus_reader_dsn: SecretStr) -> Iterator[Screen]:
    """Asks panels as the dashboard does."""
    del clickstream  # its schema is what the reader asks
    with citus.connect(citus_reader_dsn, "test", read_only=True) as connection:
        yield Screen(connection)


@pytest.fixture
def is_citus(clickstream: Clickstream) -> bool:
    """Whether the server is a Citus cluster."""
    with clickstream.connect() as connection:
        return connection.execute("SELECT 1 FROM pg_extension WHERE extname = 'citus'").fetchone() is not None


@pytest.fixture
def new_role(clickstream: Clickstream, is_citus: bool) -> Iterator[Callable[..., str]]:
    """Makes a role with the rights that `{role}` gets from some statements, SELECT on events among them."""
    name = f"rtdash_test_{random.getrandbits(40)}"
    role = sql.Identifier(name)
    with clickstream.connect() as connection:
        if not connection.execute("SELECT current_setting('is_superuser')::boolean").fetchone()[0]:
            pytest.skip("needs a superuser, to make a role and become it")
        (schema,) = connection.execute("SELECT current_schema()").fetchone()

        def make(*grants: str) -> str:
            for grant in grants:
                connection.execute(sql.SQL(grant).format(schema=sql.Identifier(schema), role=role))
            if is_citus:
                _skip_unless_workers_let_in(connection, role)
            return name

        # Citus goes to its workers as the role that somebody has become: it must be one that may log in.
        connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(role))
        try:
            yield make
        finally:
            connection.execute(sql.SQL("DROP OWNED BY {}").format(role))
            connection.execute(sql.SQL("DROP ROLE {}").format(role))


def _skip_unless_workers_let_in(connection: psycopg.Connection[Any], role: sql.Identifier) -> None:
    try:
        with connection.transaction():
            connection.execute(sql.SQL("SET LOCAL ROLE {}").format(role))
            connection.execute("SELECT count(*) FROM events")
    except psycopg.errors.ConnectionFailure as error:
        pytest.skip(f"the workers refuse a new role, which has no password: {error.diag.message_primary}")


@pytest.fixture
def clerk(new_role: Callable[..., str]) -> str:
    """A role that may do everything with the clickstream's tables but write events, so not lock them either."""
    return new_role(
        "GRANT USAGE ON SCHEMA {schema} TO {role}",
        "GRANT ALL ON ALL TABLES IN SCHEMA {schema} TO {role}",
        "REVOKE ALL ON events FROM {role}",
        "GRANT SELECT ON events TO {role}",
        "GRANT SELECT ON SEQUENCE events_event_id_seq TO {role}",
    )


@pytest.fixture
def world(
    clickstream: Clickstream, donations_dsn: SecretStr, own_broker: PrivateBroker, tmp_path: Path
) -> Iterator[World]:
    """Both databases with their schema, a broker, and nothing in them."""
    apply(donations_dsn, sql_folder("mariadb", "schema"), lambda _: None)
    with World.open(clickstream.dsn, donations_dsn, own_broker, tmp_path) as world:
        yield world


@pytest.fixture
def campaigns_dsn(donations_dsn: SecretStr) -> SecretStr:
    """The donations database with its schema."""
    apply(donations_dsn, sql_folder("mariadb", "schema"), lambda _: None)
    return donations_dsn


@pytest.fixture
def store(campaigns_dsn: SecretStr) -> Iterator[CampaignStore]:
    """Its campaigns, on a connection of the test's own."""
    with closing(donations.connect(campaigns_dsn, "test")) as connection:
        yield CampaignStore(connection)


@pytest.fixture
def dead_letters(
    tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> Callable[[Settings], Callable[..., Any]]:
    """`dead_letters(settings)("list", …)`: exit status, output and errors of `rtdash dead-letters`."""

    def with_settings(settings: Settings) -> Callable[..., tuple[int, str, str]]:
        file = tmp_path / "settings.toml"
        settings.save(file)

        def run(*arguments: str) -> tuple[int, str, str]:
            status = main(["dead-letters", *arguments, f"--settings={file}"])
            said = capsysbinary.readouterr()
            return status, said.out.decode(), said.err.decode()

        return run

    return with_settings


@pytest.fixture
def dead_donations(donations_dsn: SecretStr, dead_letters: Callable[..., Any]) -> Iterator[Letters]:
    """Those of the donations."""
    apply(donations_dsn, sql_folder("mariadb", "schema"), lambda _: None)
    settings = Settings(donations_dsn=donations_dsn)
    with closing(donations.connect(donations_dsn, "test")) as connection, connection.cursor() as cursor:

        def ask(statement: str) -> Any:
            cursor.execute(statement)
            return list(cursor.fetchall())

        yield Letters("donations", settings, ask, dead_letters(settings))


@pytest.fixture
def dead_events(clickstream: Clickstream, dead_letters: Callable[..., Any]) -> Iterator[Letters]:
    """Those of the clickstream."""
    settings = Settings(citus_dsn=clickstream.dsn)
    with clickstream.connect() as connection:

        def ask(statement: str) -> Any:
            return connection.execute(statement).fetchall()

        yield Letters("clickstream", settings, ask, dead_letters(settings))


@pytest.fixture
def desk_of(donations_dsn: SecretStr) -> Iterator[Callable[[Engine], Desk]]:
    """A desk at a database that has the tables of ingest and SingleStore's views."""
    apply(donations_dsn, sql_folder("mariadb", "schema"), lambda _: None)
    with closing(donations.connect(donations_dsn, "test")) as connection:
        for statement in VIEWS.split(";\n"):
            connection.cursor().execute(statement)
        yield lambda engine: Desk(connection, engine)


@pytest.fixture(params=["dead_donations", "dead_events"])
def letters(request: pytest.FixtureRequest) -> Letters:
    """Those of each database."""
    return request.getfixturevalue(request.param)


@pytest.fixture
def workshop(clickstream: Clickstream) -> Clickstream:
    """The same server with SQL in the workshop's form, in a schema beside ours; all events in the default partition."""
    with clickstream.connect() as connection:
        (own,) = connection.execute("SELECT current_schema()").fetchone()
        (shared,) = connection.execute(
            "SELECT extnamespace::regnamespace::text FROM pg_extension WHERE extname = 'hll'"
        ).fetchone()
        name = f"{own}_workshop"
        connection.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(name)))
    place = Clickstream(with_search_path(clickstream.dsn, name, shared, "rtdash_compat"))
    with place.connect() as connection:
        for script in sorted((Path(__file__).parent / "workshop").glob("*.sql")):
            connection.execute(script.read_text().encode())
        connection.execute("CREATE TABLE events_default PARTITION OF events DEFAULT")
    return place
