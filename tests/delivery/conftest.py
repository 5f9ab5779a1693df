"""Worlds whose servers may be killed: private ones, the broker built in or Apache Kafka; and moments that are drawn."""

from __future__ import annotations

import itertools
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from confluent_kafka.admin import AdminClient, NewTopic
from pydantic import SecretStr

from rtdash.resources import sql_folder
from rtdash.schema.apply import apply
from rtdash.servers.broker import PrivateBroker
from rtdash.servers.folders import DataFolder
from rtdash.servers.postgres import PrivatePostgres
from rtdash.sources.kafka import CLICKSTREAM_TOPIC, DONATIONS_TOPIC, client_config
from tests.delivery.apache_kafka import ApacheKafka, NotToBeHad, bring_libraries
from tests.world import World

PARTITIONS = 4
_SEED = "RTDASH_TEST_SEED"
_numbers = itertools.count(1)


@pytest.fixture
def moments() -> Random:
    """Draws the moments of a test; with the seed that a failed test has printed it draws the same again."""
    seed = os.environ.get(_SEED) or str(secrets.randbits(32))
    print(f"{_SEED}={seed}")
    return Random(seed)


@pytest.fixture
def clickstream_dsn(postgres: PrivatePostgres, citus_database: str) -> SecretStr:
    """A new database with the clickstream's schema, on a server of our own."""
    dsn = postgres.dsn("owner", citus_database)
    apply(dsn, sql_folder("citus", "schema"), lambda _: None)
    return dsn


@pytest.fixture
def databases(clickstream_dsn: SecretStr, donations_dsn: SecretStr) -> tuple[SecretStr, SecretStr]:
    """Both databases with their schema."""
    apply(donations_dsn, sql_folder("mariadb", "schema"), lambda _: None)
    return clickstream_dsn, donations_dsn


@pytest.fixture
def world(databases: tuple[SecretStr, SecretStr], own_broker: PrivateBroker, tmp_path: Path) -> Iterator[World]:
    """With the built-in broker."""
    with World.open(*databases, own_broker, tmp_path) as world:
        yield world


@pytest.fixture(scope="session")
def kafka_libraries() -> Path:
    """Asked for once; without them all tests of Apache Kafka are skipped."""
    try:
        return bring_libraries()
    except NotToBeHad as error:
        pytest.skip(str(error))


@pytest.fixture
def apache_kafka(server_folder: Path, kafka_libraries: Path) -> Iterator[ApacheKafka]:
    """A server whose topics no other test has seen."""
    with (
        DataFolder.open(server_folder / f"kafka_{next(_numbers)}") as data,
        ApacheKafka(data, kafka_libraries) as kafka,
    ):
        yield kafka


@pytest.fixture
def kafka_world(databases: tuple[SecretStr, SecretStr], apache_kafka: ApacheKafka, tmp_path: Path) -> Iterator[World]:
    """With Apache Kafka, and both topics on it."""
    make_topics(apache_kafka)
    with World.open(*databases, apache_kafka, tmp_path) as world:
        yield world


def make_topics(kafka: ApacheKafka) -> None:
    admin = AdminClient(client_config(kafka.kafka, "test"))
    topics = [NewTopic(topic, PARTITIONS, 1) for topic in (DONATIONS_TOPIC, CLICKSTREAM_TOPIC)]
    for made in admin.create_topics(topics).values():
        made.result(10)
