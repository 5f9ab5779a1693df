"""Kafka by SASL and TLS: everything goes through, and who is not let in is told why."""

from __future__ import annotations

import shutil
import stat
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from confluent_kafka.admin import AdminClient, ScramCredentialInfo, ScramMechanism, UserScramCredentialUpsertion
from pydantic import SecretStr

from rtdash.campaigns.delivery import Delivery
from rtdash.cli import main
from rtdash.errors import Refused, Unreachable
from rtdash.model.kafka import Kafka
from rtdash.servers.folders import DataFolder
from rtdash.settings import Settings
from rtdash.sources.kafka import DONATIONS_TOPIC, client_config
from tests.delivery.apache_kafka import settings_of
from tests.delivery.ledger import assert_all_arrived
from tests.delivery.secured_kafka import PASSWORD, SecuredKafka
from tests.messages import donation
from tests.world import World, until

pytestmark = pytest.mark.long

WRONG = "hunter3-falsch"


@pytest.fixture(scope="module")
def secured_kafka(server_folder: Path, kafka_libraries: Path) -> Iterator[SecuredKafka]:
    if shutil.which("openssl") is None:
        pytest.skip("openssl, which makes the certificates, is not here")
    with (
        DataFolder.open(server_folder / "secured_kafka") as data,
        SecuredKafka(data, kafka_libraries) as kafka,
    ):
        yield kafka


@pytest.fixture
def world(databases: tuple[SecretStr, SecretStr], secured_kafka: SecuredKafka, tmp_path: Path) -> Iterator[World]:
    """With topics that no other test has seen."""
    with World.open(*databases, secured_kafka, tmp_path) as world:
        yield world
    admin = AdminClient(client_config(secured_kafka.kafka, "test"))
    if topics := list(admin.list_topics(timeout=5).topics):
        for deleted in admin.delete_topics(topics).values():
            deleted.result(10)


def init(kafka: Kafka, folder: Path, *arguments: str) -> int:
    """`rtdash init` of Kafka alone."""
    file = folder / "init.toml"
    Settings(**settings_of(kafka)).save(file)
    return main(["init", *arguments, f"--settings={file}"])


def test_everything_goes_through(world: World, secured_kafka: SecuredKafka, capsys: pytest.CaptureFixture[str]):
    """Topics, a campaign, ingest: what was acknowledged is there once. The password is in the settings file alone."""
    assert init(secured_kafka.kafka, world.folder) == 0
    said = capsys.readouterr().out
    assert said.count("made: 4 partitions, messages kept 24 h") == 2
    with world.ingest_process() as ingest, world.campaign_process(500, duration_s=2) as campaign:
        arguments = [Path(f"/proc/{process.pid}/cmdline").read_text() for process in (ingest, campaign)]
        assert campaign.wait(30) == 0
        assert_all_arrived(world)
        assert ingest.poll() is None
    logs = [file.read_text() for file in world.folder.glob("*.log")]
    assert len(logs) == 2
    assert PASSWORD not in "".join([said, *arguments, *logs])
    for file in world.folder.glob("*.toml"):
        assert PASSWORD in file.read_text()
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_password_that_is_sent_is_as_good(secured_kafka: SecuredKafka, tmp_path: Path):
    assert init(replace(secured_kafka.kafka, sasl_mechanism="PLAIN"), tmp_path, "--plan") == 0


@pytest.mark.parametrize(
    ("changes", "kind", "reason"),
    [
        (
            {"sasl_password": SecretStr(WRONG)},
            Refused,
            "SASL authentication error: Authentication failed during authentication due to invalid credentials with"
            " SASL mechanism SCRAM-SHA-256; see kafka_sasl_mechanism, kafka_sasl_username and kafka_sasl_password",
        ),
        (
            {"sasl_mechanism": "PLAIN", "sasl_password": SecretStr(WRONG)},
            Refused,
            "SASL authentication error: Authentication failed: Invalid username or password;"
            " see kafka_sasl_mechanism, kafka_sasl_username and kafka_sasl_password",
        ),
        (
            {"sasl_mechanism": "SCRAM-SHA-512"},
            Refused,
            "SASL SCRAM-SHA-512 mechanism handshake failed: Broker: Unsupported SASL mechanism: broker's supported"
            " mechanisms: ",
        ),
        (
            {"ssl_ca": None},
            Refused,
            "certificate verify failed: broker certificate could not be verified; see kafka_ss",
        ),
        ({"security_protocol": "PLAINTEXT"}, Unreachable, "; if they hang up, they want another kafka_security_protoc"),
    ],
    ids=["password", "plain password", "mechanism", "authority", "protocol"],
)
def test_who_is_not_let_in_is_told_why_in_one_line(secured_kafka, tmp_path, capsys, monkeypatch, changes, kind, reason):
    monkeypatch.setattr("rtdash.schema.topics._METADATA_S", 1.0)
    monkeypatch.setattr("rtdash.campaigns.delivery._CONNECT_S", 1.0)
    kafka = replace(secured_kafka.kafka, **changes)
    assert init(kafka, tmp_path) == 2
    said = capsys.readouterr()
    assert said.err.count("\n") == 1
    assert said.err.startswith(f"rtdash: Kafka at {kafka.bootstrap_servers}: ")
    assert reason in said.err
    with pytest.raises(kind) as caught:
        Delivery(kafka)
    assert reason in str(caught.value)
    assert WRONG not in said.out + said.err + str(caught.value)


def test_a_campaign_with_a_wrong_password_ends_before_it_begins(world: World):
    world.settings = world.settings.model_copy(update={"kafka_sasl_password": SecretStr(WRONG)})
    with world.campaign_process(500) as campaign:
        assert campaign.wait(30) == 2
    (line,) = (world.folder / "campaign.log").read_text().splitlines()
    assert line.startswith("rtdash: Kafka at 127.0.0.1:")
    assert "invalid credentials" in line
    assert not world.campaigns.latest()


def test_ingest_that_is_not_let_in_says_why_and_waits_until_it_is(world: World, secured_kafka: SecuredKafka):
    """It begins before its account is made."""
    init(secured_kafka.kafka, world.folder)
    update = {"kafka_sasl_username": "late", "kafka_sasl_password": SecretStr(WRONG)}
    world.settings = world.settings.model_copy(update=update)
    world.send(DONATIONS_TOPIC, donation())
    log_file = world.folder / "ingest.log"
    with world.ingest_process() as ingest:
        until(lambda: log_file.read_text().count("invalid credentials") == 2)
        admin = AdminClient(client_config(secured_kafka.kafka, "test"))
        account = UserScramCredentialUpsertion(
            "late", ScramCredentialInfo(ScramMechanism.SCRAM_SHA_256, 4096), WRONG.encode()
        )
        for made in admin.alter_user_scram_credentials([account]).values():
            made.result(10)
        until(lambda: "ingest of donations: works again" in log_file.read_text(), 30)
        until(lambda: world.delivered("loaded") > 0, 30)
        assert ingest.poll() is None
    said = log_file.read_text()
    assert said.count("see kafka_sasl_mechanism, kafka_sasl_username and kafka_sasl_password") == 2, "once a topic"
    assert WRONG not in said
