"""compose.yaml is right as far as it can be told without an engine; each mistake that is planted is found."""

from __future__ import annotations

import os
import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tests.unit.compose import ROOT, ComposeFile, problems

TEXT = (ROOT / "compose.yaml").read_text(encoding="utf-8")
EXAMPLE = (ROOT / ".env.example").read_text(encoding="utf-8")

# What is found, and the edit that is the mistake, of compose.yaml or of .env.example.
PLANTED = [
    ("schema: $.services.kafka", "    healthcheck:\n      # Kafka's", "    health_check:\n      # Kafka's"),
    ("schema: $.services.ingest.depends_on", "{condition: service_", "{conditions: service_"),
    ("variable POSTGRES_PASSWORD: not in .env.example", "${CITUS_OWNER_PASSWORD:", "${POSTGRES_PASSWORD:"),
    ("variable ${CITUS_OWNER_PASSWORD}: not ${NAME:?…}", "OWNER_PASSWORD:?see .env.example}", "OWNER_PASSWORD}"),
    ("variable $ROOT_PASSWORD", 'os.environ["ROOT_PASSWORD"]', '"$ROOT_PASSWORD"'),
    ("variable HTTP_PORT: not in compose.yaml", "CITUS_READER_PASSWORD=", "HTTP_PORT="),
    ("no note above it", "# Citus: the dashboard's account, which only reads\n", ""),
    (".env.example: SINGLESTORE_ROOT_PASSWORD=secret", "ROOT_PASSWORD=\n", "ROOT_PASSWORD=secret\n"),
    ("rights: ROOT_PASSWORD is written down", "ROOT_PASSWORD: ${SINGLESTORE_ROOT_PASSWORD", "ROOT_PASSWORD: secret #"),
    ("the password of RTDASH_CITUS_DSN is", "${CITUS_READER_PASSWORD:?see .env.example}@", "secret@"),
    ("config singlestore_accounts: a", "'${SINGLESTORE_OWNER_PASSWORD:?see .env.example}'", "'secret'"),
    ("kafka: apache/kafka is not pinned", "apache/kafka:3.9.1", "apache/kafka"),
    ("kafka: apache/kafka:latest is not pinned", "apache/kafka:3.9.1", "apache/kafka:latest"),
    ("init: python:slim is not pinned", "python:3.11.14-slim-bookworm", "python:slim"),
    ("builds version 0.1.0 as rtdash:0.0.9", "image: rtdash:0.1.0", "image: rtdash:0.0.9"),
    ("ingest: copies config/, which is not there", "COPY sql/ sql/", "COPY config/ sql/"),
    ("ingest: copies docs/, which .dockerignore keeps out", "COPY sql/ sql/", "COPY docs/ docs/"),
    ("there is no config citus_acounts", "source: citus_accounts", "source: citus_acounts"),
    ("config citus_accounts: nobody has it", "source: citus_accounts", "source: singlestore_accounts"),
    ("there is no volume postgres", "coordinator:/var/lib", "postgres:/var/lib"),
    ("volume coordinator: nobody has it", "coordinator:/var/lib", "worker-1:/var/lib"),
    ("worker-2: volume worker-1 is another's", "worker-2:/var/lib", "worker-1:/var/lib"),
    ("mounts ./kafka.d, which is not in the repository", "kafka:/var/lib", "./kafka.d:/var/lib"),
    ("mounts /srv/kafka, which is not in the repository", "kafka:/var/lib", "/srv/kafka:/var/lib"),
    ("coordinator: port 15432:5432 is not one of 127.0.0.1", "127.0.0.1:15432:5432", "15432:5432"),
    ("coordinator: port 0.0.0.0:15432:5432 is not", "127.0.0.1:15432:5432", "0.0.0.0:15432:5432"),
    ("singlestore: port 15432 is another's", "127.0.0.1:18080:8080", "127.0.0.1:15432:8080"),
    ("init: waits for citus, which is not there", "cluster: {condition", "citus: {condition"),
    ("init: does not wait until kafka is", "kafka: {condition: service_healthy", "kafka: {condition: service_started"),
    ("init: waits for the health of kafka, which has no check", "test: nc -z 127.0.0.1 9092", "disable: true"),
    ("kafka: no health check", "test: nc -z 127.0.0.1 9092", "disable: true"),
    ("init, which is started again", "command: [init]", "restart: unless-stopped"),
    ("kafka: stays down when it falls", "start_period: 60s\n    restart: unless-stopped", "start_period: 60s"),
    ("ingest: setting brake: Extra inputs are not permitted", "RTDASH_BRAKE_MB:", "RTDASH_BRAKE:"),
    ("ingest: setting brake_mb", "RTDASH_BRAKE_MB: 200", "RTDASH_BRAKE_MB: much"),
    ("ingest: setting citus_dsn", "RTDASH_CITUS_DSN: postgresql", "RTDASH_CITUS_DSN: mysql"),
    ("citus_dsn: nobody is at citus:5432", "@coordinator:5432/", "@citus:5432/"),
    ("donations_dsn: nobody is at singlestore:13306", "@singlestore:3306/", "@singlestore:13306/"),
    ("coordinator lets rtdash_reader not into events", "@coordinator:5432/clickstream", "@coordinator:5432/events"),
    ("coordinator lets rtdash not into", "//rtdash:${CITUS_OWNER_PASSWORD:", "//rtdash:${SINGLESTORE_OWNER_PASSWORD:"),
    ("coordinator lets rtdash_reader not into", "CITUS_READER_PASSWORD\n", "READER_PASSWORD\n"),
    ("singlestore lets rtdash_control not into donations", "CREATE USER 'rtdash_control'", "CREATE USER 'control'"),
    ("rtdash_reader may PROCESS, SHOW METADATA, everywhere", "GRANT SHOW METADATA", "GRANT PROCESS, SHOW METADATA"),
    ("singlestore: control may do nothing", "CREATE USER 'rtdash_control'", "CREATE USER 'control'"),
    ("kafka_pipeline_servers: nobody is at localhost:9092", "PIPELINE_SERVERS: kafka", "PIPELINE_SERVERS: localhost"),
    ("kafka_bootstrap_servers: nobody is at kafka:9094", "SERVERS: kafka:9092", "SERVERS: kafka:9094"),
    ("kafka: HOST says 127.0.0.1:29092, which is not", "HOST://127.0.0.1:19092", "HOST://127.0.0.1:29092"),
    ("kafka: does not listen where HOST says", "HOST://:19092", "HOST://:9094"),
    ("cluster: is made of coordinator, worker-1, worker-3", "add_node('worker-2'", "add_node('worker-3'"),
    ("cluster: its nodes have different", "-2:\n    <<: *citus", "-2:\n    <<: *citus\n    configs: [{source: init}]"),
    ("cluster: coordinator does not let it in", "PGUSER: rtdash", "PGUSER: postgres"),
]


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.upper().startswith("RTDASH_"):
            monkeypatch.delenv(name)


def test_the_file_is_right():
    assert problems(ComposeFile(TEXT, EXAMPLE)) == []


@pytest.mark.parametrize(("found", "right", "wrong"), PLANTED, ids=[found for found, _, _ in PLANTED])
def test_a_planted_mistake_is_found(found: str, right: str, wrong: str):
    assert right in TEXT + EXAMPLE
    text, example = TEXT.replace(right, wrong), EXAMPLE.replace(right, wrong)
    assert [problem for problem in problems(ComposeFile(text, example)) if found in problem]


def test_a_key_that_stands_there_twice_is_refused():
    with pytest.raises(Exception, match="duplicate key"):
        problems(ComposeFile(TEXT + "\nservices: {}\n", EXAMPLE))


def test_the_guide_names_ports_that_are_published():
    guide = (ROOT / "docs" / "compose.md").read_text(encoding="utf-8")
    services = ComposeFile(TEXT, EXAMPLE).services.values()
    published = {port.split(":")[1] for service in services for port in service.get("ports", [])}
    assert set(re.findall(r"127\.0\.0\.1:(\d+)", guide)) == published


def test_scripts_for_python_are_python():
    services = ComposeFile(TEXT, EXAMPLE).services
    for script in (services["rights"]["entrypoint"][2], services["ingest"]["healthcheck"]["test"][3]):
        compile(script, "compose.yaml", "exec")


def test_passwords_are_made_once_and_for_the_owner_alone(tmp_path: Path):
    (tmp_path / ".env.example").write_text(EXAMPLE, encoding="utf-8")

    def make(python: str = sys.executable) -> str:
        subprocess.run(
            ["make", "--silent", "-f", ROOT / "Makefile", f"PYTHON={python}", ".env"], cwd=tmp_path, check=True
        )
        return (tmp_path / ".env").read_text(encoding="utf-8")

    with pytest.raises(subprocess.CalledProcessError):
        make("false")
    assert not (tmp_path / ".env").exists(), "without passwords it would never be made again"
    made = make()
    passwords = [line.split("=")[1] for line in made.splitlines() if line and not line.startswith("#")]
    assert len(set(passwords)) == len(passwords) == EXAMPLE.count("PASSWORD=")
    assert all(len(password) == 32 and password.isalnum() for password in passwords)
    assert stat.S_IMODE((tmp_path / ".env").stat().st_mode) == 0o600
    assert make() == made
