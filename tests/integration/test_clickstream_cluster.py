"""Panels ㉒–㉔, which need Citus: on a cluster as they are, elsewhere against stubs of Citus's catalog.

The stubs have the columns and types of Citus 13 (citus_check_cluster_node_health/11.0-1.sql, citus_shards/12.2-1.sql,
pg_dist_node, pg_dist_placement, pg_dist_shard, pg_dist_partition, citus_stat_statements).
"""

from __future__ import annotations

from decimal import Decimal

import pytest
from asking import PANELS, Screen, panel

from rtdash.sources import citus

STUBS = """
CREATE TYPE noderole AS ENUM ('primary', 'secondary', 'unavailable');
CREATE TABLE pg_dist_node (
    nodeid integer, groupid integer, nodename text, nodeport integer, noderack text, hasmetadata boolean,
    isactive boolean, noderole noderole, nodecluster name, metadatasynced boolean, shouldhaveshards boolean
);
CREATE TABLE pg_dist_placement (
    placementid bigint, shardid bigint, shardstate integer, shardlength bigint, groupid integer
);
CREATE TABLE pg_dist_shard (
    logicalrelid regclass, shardid bigint, shardstorage "char", shardminvalue text, shardmaxvalue text
);
CREATE TABLE pg_dist_partition (
    logicalrelid regclass, partmethod "char", partkey text, colocationid integer, repmodel "char", autoconverted boolean
);
CREATE TABLE citus_shards (
    table_name regclass, shardid bigint, shard_name text, citus_table_type text, colocation_id integer,
    nodename text, nodeport integer, shard_size bigint
);
CREATE TABLE health (
    from_nodename text, from_nodeport integer, to_nodename text, to_nodeport integer, result boolean
);
CREATE FUNCTION citus_check_cluster_node_health(
    OUT from_nodename text, OUT from_nodeport integer, OUT to_nodename text, OUT to_nodeport integer,
    OUT result boolean
) RETURNS SETOF record LANGUAGE sql AS 'SELECT * FROM health';
CREATE TABLE citus_stat_statements (
    queryid bigint, userid oid, dbid oid, query text, executor text, partition_key text, calls bigint
);
CREATE TABLE pg_stat_statements (
    userid oid, dbid oid, toplevel boolean, queryid bigint, calls bigint, total_exec_time double precision
);
"""
COLUMNS = {
    "22": ["node", "role", "active", "reached by", "shards", "flag"],
    "23": ["node", "shard groups", "shards", "size", "share %", "skew", "flag"],
    "24": ["customer", "calls", "time s", "ms a call", "share %"],
}


@pytest.fixture
def stubbed(owner):
    if owner.execute("SELECT 1 FROM pg_extension WHERE extname = 'citus'").fetchone():
        pytest.skip("Citus has its own catalog")
    owner.execute("DROP EXTENSION IF EXISTS pg_stat_statements")
    owner.execute(STUBS)
    return owner


@pytest.fixture
def cluster(owner, request, citus_reader_dsn):
    """The reader's connection to Citus, or to what looks like it."""
    if not owner.execute("SELECT 1 FROM pg_extension WHERE extname = 'citus'").fetchone():
        request.getfixturevalue("stubbed")
    elif not owner.execute("SELECT 1 FROM pg_extension WHERE extname = 'pg_stat_statements'").fetchone():
        pytest.skip("the cluster has no pg_stat_statements")
    with citus.connect(citus_reader_dsn, "test", read_only=True) as connection:
        yield connection


def test_these_panels_say_what_they_need():
    needs = {file.stem[:2]: panel(file.stem[:2]).needs for file in PANELS}
    assert {number: need for number, need in needs.items() if need} == {
        "22": "citus",
        "23": "citus",
        "24": "citus_stat_statements",
    }


@pytest.mark.parametrize("number", COLUMNS)
def test_the_reader_gets_the_columns(cluster, number):
    cursor = cluster.execute(panel(number).sql.encode(), {"customer_id": 1})
    assert [column.name for column in cursor.description] == COLUMNS[number]
    cluster.execute(b"EXPLAIN " + panel(number).sql.encode(), {"customer_id": 1})


def test_a_node_that_is_away_is_marked_and_the_others_are_not(stubbed):
    stubbed.execute(
        """INSERT INTO pg_dist_node VALUES
            (1, 0, 'head', 9700, 'default', true, true, 'primary', 'default', true, false),
            (2, 1, 'left', 9701, 'default', true, true, 'primary', 'default', true, true),
            (3, 2, 'right', 9702, 'default', true, true, 'primary', 'default', true, true),
            (4, 2, 'right', 9703, 'default', true, true, 'secondary', 'default', true, true),
            (5, 3, 'new', 9704, 'default', true, false, 'primary', 'default', true, true);
        INSERT INTO pg_dist_placement SELECT i, i, 1, 0, 1 + i % 2 FROM generate_series(1, 7) AS i;
        INSERT INTO pg_dist_placement VALUES (8, 8, 4, 0, 1);
        INSERT INTO health SELECT a.name, a.port, b.name, b.port,
            CASE WHEN a.port = 9702 THEN NULL ELSE b.port <> 9702 END
        FROM (VALUES ('head', 9700), ('left', 9701), ('right', 9702), ('right', 9703)) AS a (name, port)
        CROSS JOIN (VALUES ('head', 9700), ('left', 9701), ('right', 9702), ('right', 9703)) AS b (name, port)"""
    )
    assert [tuple(row.values()) for row in Screen(stubbed).rows("22")] == [
        ("head:9700", "coordinator", True, "3 of 3", 0, None),
        ("left:9701", "worker", True, "3 of 3", 3, None),
        ("right:9702", "worker", True, "0 of 3", 4, "error"),
        ("right:9703", "worker, secondary", True, "3 of 3", 4, None),
        ("new:9704", "worker", False, "0 of 0", 0, "warn"),
    ]


def test_a_node_that_nobody_could_ask_for_is_not_healthy(stubbed):
    stubbed.execute(
        """INSERT INTO pg_dist_node VALUES
            (1, 1, 'only', 9701, 'default', true, true, 'primary', 'default', true, true);
        INSERT INTO health VALUES ('only', 9701, 'only', 9701, NULL)"""
    )
    (row,) = Screen(stubbed).rows("22")
    assert (row["reached by"], row["flag"]) == ("0 of 0", "error")


def test_shards_are_summed_by_node_and_skew_is_by_range(stubbed):
    """Two tables in four ranges on two nodes; a table of another colocation group is none of ours."""
    stubbed.execute(
        """INSERT INTO pg_dist_partition VALUES
            ('events', 'h', 'customer_id', 7, 's', false), ('live_customers', 'h', 'customer_id', 7, 's', false),
            ('retention', 'n', NULL, 8, 't', false);
        INSERT INTO pg_dist_shard
        SELECT t.name, t.base + i, 't', (1000 * i)::text, (1000 * i + 999)::text
        FROM (VALUES ('events'::regclass, 100), ('live_customers', 200)) AS t (name, base), generate_series(1, 4) AS i;
        INSERT INTO pg_dist_shard VALUES ('retention', 300, 't', NULL, NULL);
        INSERT INTO citus_shards
        SELECT logicalrelid, shardid, 'name', 'distributed', 7,
            CASE WHEN shardid % 100 <= 3 THEN 'left' ELSE 'right' END, 9701,
            CASE shardid WHEN 101 THEN 700 ELSE 100 END * 1024
        FROM pg_dist_shard WHERE shardid < 300;
        INSERT INTO citus_shards VALUES ('retention', 300, 'name', 'reference', 8, 'left', 9701, 999999)"""
    )
    screen = Screen(stubbed)
    assert [tuple(row.values()) for row in screen.rows("23")] == [
        ("left:9701", 3, 6, "1200 kB", Decimal("85.7"), Decimal("2.3"), None),
        ("right:9701", 1, 2, "200 kB", Decimal("14.3"), Decimal("0.6"), None),
    ]
    stubbed.execute("UPDATE citus_shards SET shard_size = NULL WHERE nodename = 'right'")
    assert [(row["size"], row["flag"]) for row in screen.rows("23")] == [("1200 kB", None), (None, "error")]


def test_empty_shards_have_no_share_and_no_skew(stubbed):
    stubbed.execute(
        """INSERT INTO pg_dist_partition VALUES ('events', 'h', 'customer_id', 7, 's', false);
        INSERT INTO pg_dist_shard VALUES ('events', 101, 't', '0', '99');
        INSERT INTO citus_shards VALUES ('events', 101, 'name', 'distributed', 7, 'left', 9701, 0)"""
    )
    assert [tuple(row.values()) for row in Screen(stubbed).rows("23")] == [
        ("left:9701", 1, 1, "0 bytes", None, None, None)
    ]


def test_customers_are_ranked_by_calls_with_their_part_of_the_time(stubbed):
    stubbed.execute(
        """INSERT INTO citus_stat_statements
        SELECT queryid, 10, oid, 'q', executor, partition_key, calls
        FROM pg_database, (VALUES
            (1, 'adaptive', '2', 30), (1, 'adaptive', '1', 10), (1, 'adaptive', '1', 10), (2, 'adaptive', '1', 20),
            (3, 'adaptive', NULL, 99), (4, 'insert-select', '17', 1)
        ) AS s (queryid, executor, partition_key, calls)
        WHERE datname = current_database();
        INSERT INTO citus_stat_statements VALUES (1, 10, 1, 'q', 'adaptive', '2', 1000);
        INSERT INTO pg_stat_statements
        SELECT 10, oid, toplevel, queryid, calls, total FROM pg_database, (VALUES
            (true, 1, 30, 900), (false, 1, 10, 100), (true, 2, 20, 4000), (true, 3, 99, 99000)
        ) AS s (toplevel, queryid, calls, total) WHERE datname = current_database()"""
    )
    assert [tuple(row.values()) for row in Screen(stubbed).rows("24")] == [
        ("1", 30, Decimal("4.3"), Decimal("141.67"), Decimal("49.2")),
        ("2", 30, Decimal("0.8"), 25, Decimal("49.2")),
        ("17", 1, None, None, Decimal("1.6")),
    ]


def test_twenty_customers_are_shown(stubbed):
    stubbed.execute(
        """INSERT INTO citus_stat_statements SELECT 1, 10, oid, 'q', 'adaptive', i::text, i
        FROM pg_database, generate_series(1, 30) AS i WHERE datname = current_database()"""
    )
    assert [row["customer"] for row in Screen(stubbed).rows("24")] == [str(30 - i) for i in range(20)]
