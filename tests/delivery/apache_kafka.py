"""A private Apache Kafka: the real server, one node, on the ports that it is given once. It outlives a kill -9."""

from __future__ import annotations

import re
import socket
import subprocess
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path
from signal import SIGKILL, SIGTERM
from typing import Any, ClassVar

import platformdirs
from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from rtdash.model.kafka import Kafka
from rtdash.servers.folders import DataFolder
from rtdash.servers.process import StopSignals
from rtdash.servers.server import PrivateServer
from rtdash.sources.kafka import client_config

VERSION = "4.1.1"
JAVA = 17
_LONGEST_S = 300.0
# 16 bytes in base64, as each cluster has; ours know of no other.
_CLUSTER_ID = "rtdash-apache-kafka-AA"

_PROJECT = f"""\
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>rtdash</groupId><artifactId>apache-kafka</artifactId><version>1</version>
  <dependencies>
    <dependency><groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>{VERSION}</version></dependency>
    <dependency><groupId>org.slf4j</groupId><artifactId>slf4j-simple</artifactId><version>1.7.36</version></dependency>
  </dependencies>
</project>
"""

_SETTINGS = """\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller}
controller.listener.names=CONTROLLER
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=PLAINTEXT://127.0.0.1:{port}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
log.dirs={logs}
num.partitions=4
auto.create.topics.enable=false
offsets.topic.replication.factor=1
offsets.topic.num.partitions=1
# How soon a node that was killed is let in again.
broker.session.timeout.ms=2000
broker.heartbeat.interval.ms=500
"""


class NotToBeHad(Exception):  # noqa: N818
    """What runs Apache Kafka is not on this machine, and cannot be brought to it."""


class ApacheKafka(PrivateServer):
    """Apache Kafka in KRaft mode. Topics are made by hand; a topic that is made again gets a new id."""

    title = "Kafka"
    # Its libraries are in our own cache.
    runs_as_ourselves = True
    stop_signals: ClassVar[StopSignals] = ((SIGTERM, 5.0), (SIGKILL, 0.5))

    def __init__(self, data: DataFolder, libraries: Path) -> None:
        super().__init__(data)
        self._libraries = libraries
        self._logs = data.path / "topics"
        self._settings = data.path / "server.properties"
        self._port, self._controller = free_ports(2)
        self.kafka = Kafka(f"127.0.0.1:{self._port}")

    def addresses(self) -> dict[str, Any]:
        """What `Settings` needs to reach it, by the names of its fields."""
        return settings_of(self.kafka)

    @property
    def is_new(self) -> bool:
        return not self._logs.exists()

    def _prepare(self) -> None:
        self._settings.write_text(self._properties(), encoding="utf-8")
        format_ = ("format", "-t", _CLUSTER_ID, "-c", self._settings)
        self._run(self._java("kafka.tools.StorageTool", *format_, *self._accounts()))

    def _properties(self) -> str:
        """The server's settings; of two lines with one name the last counts."""
        return _SETTINGS.format(port=self._port, controller=self._controller, logs=self._logs)

    def _accounts(self) -> Sequence[str]:
        """Options that make the accounts it begins with."""
        return ()

    def _command(self) -> list[str | Path]:
        return self._java("kafka.Kafka", self._settings)

    def _java(self, program: str, *arguments: str | Path) -> list[str | Path]:
        options = ("-Xms256m", "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
        quiet = "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn"
        return ["java", *options, quiet, "-cp", f"{self._libraries}/*", program, *arguments]

    def _answers(self) -> bool:
        admin = AdminClient(client_config(self.kafka, "test"))
        try:
            return bool(admin.list_topics(timeout=0.5).brokers)
        except KafkaException:
            return False


def settings_of(kafka: Kafka) -> dict[str, Any]:
    """What `Settings.kafka` is made of."""
    return {f"kafka_{field.name}": getattr(kafka, field.name) for field in fields(kafka)}


def free_ports(count: int) -> list[int]:
    """Ports of 127.0.0.1 that nobody listens on now."""
    lines = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    try:
        return [line.getsockname()[1] for line in lines]
    finally:
        for line in lines:
            line.close()


def bring_libraries() -> Path:
    """The folder of Kafka's libraries, in a cache of the user; Maven brings them once. Raises NotToBeHad."""
    _check_java()
    folder = platformdirs.user_cache_path("rtdash-tests") / f"kafka-{VERSION}"
    if not folder.exists():
        unfinished = folder.with_name(f"{folder.name}.new")
        unfinished.mkdir(parents=True, exist_ok=True)
        project = unfinished / "pom.xml"
        project.write_text(_PROJECT, encoding="utf-8")
        _output("mvn", "-q", "-B", "-f", project, "dependency:copy-dependencies", f"-DoutputDirectory={unfinished}")
        unfinished.rename(folder)
    return folder


def _check_java() -> None:
    said = _output("java", "-version")
    found = re.search(r'version "(\d+)', said)
    if found is None or int(found[1]) < JAVA:
        raise NotToBeHad(f"Apache Kafka {VERSION} needs Java {JAVA}; this is {said.splitlines()[0]}")


def _output(*command: str | Path) -> str:
    """What a command says, on either stream. Raises NotToBeHad."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_LONGEST_S, check=False)
    except (FileNotFoundError, subprocess.TimeoutExpired) as error:
        raise NotToBeHad(f"Apache Kafka {VERSION}: {error}") from None
    said = done.stdout + done.stderr
    if done.returncode:
        raise NotToBeHad(f"Apache Kafka {VERSION}: {' '.join(map(str, command))}: {said.strip()[:300]}")
    return said
