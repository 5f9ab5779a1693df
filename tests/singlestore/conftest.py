"""The stand-in for a SingleStore server, and `rtdash init` on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from rtdash import cli
from rtdash.cli import init
from rtdash.schema import pipeline
from rtdash.schema.finding import Finding
from rtdash.settings import Settings
from tests.singlestore.peer import Peer
from tests.singlestore.scripted_pipeline import ScriptedPipeline
from tests.singlestore.scripted_schema import ScriptedSchema

Run = Callable[..., tuple[int, str, str]]
SECRET = "hush-hush"


@pytest.fixture
def peer() -> Iterator[Peer]:
    with Peer.open() as peer:
        yield peer


class Topics:
    """Stands in for Kafka: every topic is there."""

    def __init__(self, kafka: object) -> None:
        del kafka

    def make(self, wanted: object) -> Finding:
        return Finding(wanted.name, "is there")

    plan = make


@pytest.fixture
def schema(peer: Peer) -> ScriptedSchema:
    return ScriptedSchema(peer)


@pytest.fixture
def scripted(peer: Peer) -> ScriptedPipeline:
    """There is none before it is made."""
    return ScriptedPipeline(peer, None)


@pytest.fixture
def rtdash_init(
    peer: Peer,
    schema: ScriptedSchema,  # noqa: ARG001 (what the peer has)
    scripted: ScriptedPipeline,  # noqa: ARG001
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Run:
    """`rtdash_init("--plan", kafka=False)`: exit status, output and errors."""
    monkeypatch.setattr(init, "Broker", Topics)
    monkeypatch.setattr(pipeline, "_FIRST_BATCH_S", 0.3)

    def run(*arguments: str, kafka: bool = True, password: str = SECRET) -> tuple[int, str, str]:
        reached = {
            "kafka_bootstrap_servers": "localhost:9092",
            "kafka_pipeline_servers": "kafka:9092",
            "kafka_security_protocol": "SASL_SSL",
            "kafka_sasl_mechanism": "PLAIN",
            "kafka_sasl_username": "rtdash",
            "kafka_sasl_password": password,
            "kafka_pipeline_ssl_ca": "/etc/pki/kafka.pem",
        }
        file = tmp_path / "settings.toml"
        Settings(donations_dsn=peer.dsn(), **(reached if kafka else {})).save(file)
        status = cli.main(["init", *arguments, f"--settings={file}"])
        return status, *capsys.readouterr()

    return run
