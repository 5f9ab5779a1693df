"""What a plan says of a PostgreSQL, by what the server answered."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rtdash.schema.server import Cluster, Server, findings

ABSENT = {"installed": None, "available": None, "may_create": False, "may_use": False}
BARE = Server(
    version_number=150020,
    version="15.20",
    database="clickstream",
    role="owner",
    schema="public",
    owns_events=None,
    lacks_time_index=False,
    may_make_tables=True,
    may_make_schemas=True,
    cron_database=None,
    extensions=dict.fromkeys(("citus", "hll", "topn", "pg_partman", "pg_cron", "pg_stat_statements"), ABSENT)
    | {"hll": ABSENT | {"installed": "2.17", "may_use": True}},
)


def having(name, server=BARE, **extension):
    """The server with an extension."""
    return replace(server, extensions=server.extensions | {name: ABSENT | extension})


def said(server, subject, cluster=None):
    """The one text about a subject."""
    (text,) = [finding.text for finding in findings(server, cluster) if finding.subject == subject]
    return text


def obstacles(server, cluster=None):
    """Subjects that make the plan impossible."""
    return [finding.subject for finding in findings(server, cluster) if not finding.is_possible]


def test_a_server_with_hll_alone_is_enough():
    assert obstacles(BARE) == []
    assert said(BARE, "server") == "PostgreSQL 15.20, database clickstream, as owner"
    assert said(BARE, "schema") == "public: no rtdash was here, everything is made"
    assert said(BARE, "citus") == "not installed on the server: tables stay on this server"
    assert said(BARE, "topn") == "not installed on the server: a stand-in in SQL counts the top devices"
    assert said(BARE, "pg_partman") == "not installed on the server: rtdash makes partitions of a day"
    assert said(BARE, "pg_cron") == "not installed on the server"
    assert (
        said(BARE, "pg_stat_statements")
        == "not installed on the server: what the server itself counts of a query is not shown"
    )
    assert (
        said(BARE, "rollups")
        == "live tables by `rtdash ingest` each second, 5 minutes and hour by `rtdash ingest` each minute"
    )


OBSTACLES = {
    "old server": (replace(BARE, version_number=140009, version="14.9"), "server", "14.9: 15 or newer is needed"),
    "no hll": (having("hll"), "hll", "not installed on the server: needed"),
    "no right to hll": (having("hll", available="2.17"), "hll", "no right to create it: needed"),
    "a reader": (replace(BARE, may_make_tables=False), "schema", "public: owner may not make tables there"),
    "another's": (replace(BARE, owns_events=False), "schema", "public: its tables are not owner's"),
    "no stand-in": (replace(BARE, may_make_schemas=False), "topn", "but owner may not make its schema"),
}


@pytest.mark.parametrize(("server", "subject", "text"), OBSTACLES.values(), ids=OBSTACLES)
def test_what_makes_it_impossible(server, subject, text):
    assert obstacles(server) == [subject]
    assert text in said(server, subject)


def test_what_stands_in_the_way_is_all_that_is_said_of_the_schema():
    server = replace(BARE, schema=None, owns_events=False, may_make_tables=False)
    assert [(finding.text, finding.is_possible) for finding in findings(server, None, "taken")][1] == ("taken", False)
    assert [finding.subject for finding in findings(server, None, "taken")].count("schema") == 1


def test_writers_wait_while_an_index_is_built():
    assert "events" not in [finding.subject for finding in findings(BARE, None)]
    server = replace(BARE, owns_events=True, lacks_time_index=True)
    assert said(server, "events") == (
        "an index on event_time is built: stop ingest, or expect writers to wait until it is"
    )
    assert obstacles(server) == []


def test_a_cluster():
    server = having("citus", installed="13.2.2", may_use=True)
    assert said(server, "citus", Cluster(True, 2, False)) == (
        "13.2.2, 2 workers: tables will be distributed by customer_id"
    )
    assert said(server, "citus", Cluster(True, 1, True)) == "13.2.2, 1 worker: tables are distributed by customer_id"
    assert obstacles(server, Cluster(True, 2, True)) == []
    assert obstacles(server, Cluster(False, 2, True)) == ["citus"]
    assert said(having("citus", available="13.2.2"), "citus").startswith("not created in this database")


def test_topn_needs_no_stand_in_where_it_can_be_made():
    assert said(having("topn", available="2.7.0", may_create=True), "topn") == "2.7.0 will be created"
    assert said(having("topn", installed="2.7.0", may_use=True), "topn") == "2.7.0"
    assert said(having("topn", available="2.7.0"), "topn").startswith("no right to create it: a stand-in")


PARTMAN = {
    "4": ({"installed": "4.7.2", "may_use": True}, "4.7.2: makes partitions of a day"),
    "5": ({"available": "5.2.4", "may_create": True}, "5.2.4 will be created: makes partitions of a day"),
    "6": ({"installed": "6.0.0", "may_use": True}, "6.0.0, neither 4 nor 5: rtdash makes partitions of a day"),
    "another's": (
        {"installed": "4.7.2"},
        "4.7.2, which this role has no right to use: rtdash makes partitions of a day",
    ),
    "no right": ({"available": "4.7.2"}, "no right to create it: rtdash makes partitions of a day"),
}


@pytest.mark.parametrize(("extension", "text"), PARTMAN.values(), ids=PARTMAN)
def test_who_makes_partitions(extension, text):
    assert said(having("pg_partman", **extension), "pg_partman") == text


def test_who_made_partitions_goes_on():
    server = having("pg_partman", replace(BARE, owns_events=True), available="4.7.2", may_create=True)
    assert said(server, "pg_partman") == "4.7.2 will be created; who makes the partitions stays as it is"


CRON = {
    "minutes": ("clickstream", {"installed": "1.4-1", "may_use": True}, "1.4-1, by minutes", "pg_cron"),
    "seconds": ("clickstream", {"installed": "1.6", "may_use": True}, "1.6, by seconds", "pg_cron"),
    "hidden setting": (None, {"installed": "1.6", "may_use": True}, "1.6, by seconds", "pg_cron"),
    "to come": (
        "clickstream",
        {"available": "1.5", "may_create": True},
        "1.5 will be created, by seconds",
        "pg_cron",
    ),
    "elsewhere": ("postgres", {"available": "1.6", "may_create": True}, "in database postgres", "`rtdash ingest`"),
    "not loaded": (
        None,
        {"available": "1.6", "may_create": True},
        "not loaded, or hidden from this",
        "`rtdash ingest`",
    ),
    "no right": ("clickstream", {"installed": "1.6"}, "1.6, which this role has no right to", "`rtdash ingest`"),
}


@pytest.mark.parametrize(("database", "extension", "text", "runs"), CRON.values(), ids=CRON)
def test_who_runs_the_rollups(database, extension, text, runs):
    server = having("pg_cron", replace(BARE, cron_database=database), **extension)
    assert said(server, "pg_cron").startswith(text)
    assert said(server, "rollups").endswith(f"5 minutes and hour by {runs} each minute")
