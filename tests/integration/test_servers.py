"""The private servers themselves."""

from __future__ import annotations

from rtdash.sources import citus, donations


def test_an_empty_database_for_each_test(
    citus_dsn, donations_dsn, postgres, citus_database, mariadb, donations_database
):
    with (
        citus.connect(citus_dsn, "test") as owner,
        citus.connect(postgres.dsn("reader", citus_database), "test") as reader,
    ):
        owner.execute("CREATE TABLE things (id bigserial)")
        owner.execute("INSERT INTO things DEFAULT VALUES")
        assert reader.execute("SELECT id FROM things").fetchall() == [(1,)]
        assert reader.execute("SELECT last_value FROM things_id_seq").fetchall() == [(1,)]
    owner = donations.connect(donations_dsn, "test")
    reader = donations.connect(mariadb.dsn("reader", donations_database), "test")
    with owner, reader, owner.cursor() as write, reader.cursor() as read:
        write.execute("CREATE TABLE things (id BIGINT)")
        write.execute("INSERT INTO things VALUES (1)")
        read.execute("SELECT id FROM things")
        assert read.fetchall() == ((1,),)
