"""The private servers: one session's worth of them, as every other test uses them."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from confluent_kafka import Consumer, TopicPartition

from rtdash.errors import Refused, ServerError
from rtdash.servers import server
from rtdash.servers.broker import PrivateBroker
from rtdash.servers.mariadb import MOST_LOGGED, REVIEW_S, PrivateMariaDB, bounded_log
from rtdash.servers.postgres import PrivatePostgres
from rtdash.sources import citus, donations
from tests.world import until


def process_of(private: server.PrivateServer) -> int:
    """The server's main process, the first of its name below this one."""
    name = {"PostgreSQL": "postgres", "MariaDB": "mariadbd"}[private.title]
    unseen = [os.getpid()]
    while (pid := unseen.pop()) and Path(f"/proc/{pid}/comm").read_text().strip() != name:
        for task in Path(f"/proc/{pid}/task").iterdir():
            unseen += map(int, (task / "children").read_text().split())
    return pid


def listens_on_tcp(pid: int) -> bool:
    sockets = {str(entry.readlink()) for entry in Path(f"/proc/{pid}/fd").iterdir() if entry.is_symlink()}
    lines = [
        line.split() for table in ("tcp", "tcp6") for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]
    ]
    listening = "0A"
    return any(line[3] == listening and f"socket:[{line[9]}]" in sockets for line in lines)


@pytest.mark.parametrize("name", ["postgres", "mariadb"])
def test_databases_answer_on_a_socket_only_and_never_as_root(name, request):
    private = request.getfixturevalue(name)
    pid = process_of(private)
    assert Path(f"/proc/{pid}").stat().st_uid == private.data.account.uid != 0
    assert not listens_on_tcp(pid)
    with socket.create_server(("127.0.0.1", 0)):
        assert listens_on_tcp(os.getpid())


def test_the_broker_listens_on_loopback(broker):
    assert broker.kafka.bootstrap_servers.startswith("127.0.0.1:")


def test_postgres_is_set_up_for_the_clickstream(postgres):
    with citus.connect(postgres.dsn(), "test") as owner:
        available = {name for (name,) in owner.execute("SELECT name FROM pg_available_extensions")}
        assert {"hll", "pg_cron", "pg_partman"} <= available
        for setting, value in {
            "cron.use_background_workers": "on",
            "cron.database_name": "rtdash",
            "fsync": "on",
            "synchronous_commit": "on",
            "TimeZone": "UTC",
            "server_encoding": "UTF8",
            "listen_addresses": "",
        }.items():
            assert owner.execute("SELECT current_setting(%s)", (setting,)).fetchone() == (value,)


def test_the_reader_of_postgres_reads_all_and_writes_nothing(postgres, citus_dsn, citus_database):
    with (
        citus.connect(citus_dsn, "test") as owner,
        citus.connect(postgres.dsn("reader", citus_database), "test") as reader,
    ):
        owner.execute("CREATE SCHEMA elsewhere")
        owner.execute("CREATE TABLE elsewhere.things (id bigserial)")
        owner.execute("INSERT INTO elsewhere.things DEFAULT VALUES")
        assert reader.execute("SELECT id FROM elsewhere.things").fetchall() == [(1,)]
        assert reader.execute("SELECT last_value FROM elsewhere.things_id_seq").fetchall() == [(1,)]
        with pytest.raises(citus.psycopg.errors.InsufficientPrivilege):
            reader.execute("INSERT INTO elsewhere.things DEFAULT VALUES")


def test_the_accounts_of_mariadb_have_their_rights_and_no_more(mariadb, donations_dsn, donations_database):
    owner = donations.connect(donations_dsn, "test")
    reader = donations.connect(mariadb.dsn("reader", donations_database), "test")
    control = donations.connect(mariadb.dsn("control", donations_database), "test")
    denied = pytest.raises(donations.pymysql.MySQLError, match="denied")
    with owner, reader, control, owner.cursor() as own, reader.cursor() as read, control.cursor() as steer:
        own.execute("CREATE TABLE campaigns (campaign_id BIGINT)")
        own.execute("CREATE TABLE donation_totals (amount DECIMAL(18,2))")
        with denied:
            steer.execute("INSERT INTO campaigns VALUES (1)")
        mariadb.authorize(donations_database)
        steer.execute("INSERT INTO campaigns VALUES (1)")
        steer.execute("UPDATE campaigns SET campaign_id = 2")
        with denied:
            steer.execute("DELETE FROM campaigns")
        with denied:
            steer.execute("INSERT INTO donation_totals VALUES (1)")
        read.execute("SELECT campaign_id FROM campaigns")
        assert read.fetchall() == ((2,),)
        with denied:
            read.execute("UPDATE campaigns SET campaign_id = 3")


def test_mariadb_keeps_its_temporary_tables_to_itself(mariadb):
    """One that starts removes all `#sql*` in its tmpdir, also those of another that runs."""
    with donations.connect(mariadb.dsn(), "test") as owner, owner.cursor() as cursor:
        cursor.execute("SELECT @@tmpdir")
        ((temporary,),) = cursor.fetchall()
    assert Path(temporary).is_relative_to(mariadb.data.path)


def test_mariadb_is_set_up_for_donations(mariadb):
    with donations.connect(mariadb.dsn(), "test") as owner, owner.cursor() as cursor:
        cursor.execute(
            "SELECT @@global.time_zone, @@local_infile, @@character_set_server, @@innodb_flush_log_at_trx_commit"
        )
        assert cursor.fetchone() == ("+00:00", 1, "utf8mb4", 1)


def test_the_slow_log_of_mariadb_is_emptied_when_it_is_too_long(mariadb):
    event = "FROM information_schema.events WHERE event_name = 'bounded_slow_log'"
    with closing(mariadb._connect()) as connection, connection.cursor() as cursor:

        def one(query: str) -> object:
            cursor.execute(query)
            return cursor.fetchone()[0]

        def logged() -> int:
            return one("SELECT COUNT(*) FROM mysql.slow_log")

        definition = one(f"SELECT event_definition {event}")
        assert f"> {MOST_LOGGED} THEN" in definition
        cursor.execute("SET SESSION long_query_time = 0")
        for _ in range(20):
            cursor.execute("DO 1")
        cursor.execute("SET SESSION long_query_time = 10")
        before = logged()
        assert before >= 20
        try:
            cursor.execute(bounded_log(before, 1))
            until(lambda: one(f"SELECT last_executed {event}"))
            assert logged() == before, "it may be as long"
            cursor.execute(bounded_log(before - 1, 1))
            until(lambda: logged() == 0)
        finally:
            cursor.execute(bounded_log(MOST_LOGGED, REVIEW_S))


@pytest.mark.parametrize("name", ["postgres", "mariadb"])
def test_a_wrong_password_is_refused(name, request):
    private = request.getfixturevalue(name)
    wrong = type(private.dsn())(private.dsn().get_secret_value().replace(private.password("owner"), "wrong"))
    with pytest.raises((Refused, citus.Unreachable), match=r"[Aa]ccess denied|authentication failed"):
        (citus if name == "postgres" else donations).connect(wrong, "test")


PRODUCE = """
import sys
from confluent_kafka import Producer
producer = Producer({"bootstrap.servers": sys.argv[1], "enable.idempotence": True})
for number in range(1000):
    producer.produce("made-elsewhere", str(number), partition=0)
assert producer.flush(10) == 0
"""


def test_the_broker_serves_other_processes(broker):
    subprocess.run([sys.executable, "-c", PRODUCE, broker.kafka.bootstrap_servers], check=True, timeout=30)
    consumer = Consumer({"bootstrap.servers": broker.kafka.bootstrap_servers, "group.id": "test", "log_level": 0})
    consumer.assign([TopicPartition("made-elsewhere", 0, 0)])
    read: list[bytes] = []
    while len(read) < 1000:
        messages = consumer.consume(1000, timeout=10)
        assert messages, f"only {len(read)} of 1000 arrived"
        read += [message.value() for message in messages]
    consumer.close()
    assert read == [str(number).encode() for number in range(1000)]


def test_each_start_of_the_broker_is_another_incarnation(data_folder):
    seen = set()
    for _ in range(2):
        with PrivateBroker(data_folder) as broker:
            seen.add(broker.incarnation)
    assert len(seen) == 2


@pytest.mark.parametrize("kind", [PrivatePostgres, PrivateMariaDB])
def test_a_missing_server_names_make_setup(kind, data_folder, monkeypatch, tmp_path):
    monkeypatch.setattr("rtdash.servers.postgres._DEBIAN", tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setitem(server.ENVIRONMENT, "PATH", str(tmp_path))

    class Another(kind):
        title = f"Another{kind.title}"

    with pytest.raises(ServerError, match="is not installed: make setup installs it"):
        Another(data_folder).start()
