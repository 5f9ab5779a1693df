"""Settings of Kafka: what is said of it fits its protocol."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import SecretStr

from rtdash.model.kafka import Kafka
from rtdash.settings import load
from tests.unit.refusing import PASSWORD, SASL, refusal

pytestmark = pytest.mark.usefixtures("nothing_set")


def test_kafka_is_all_that_is_set_of_it():
    assert load().kafka is None
    assert load(kafka_bootstrap_servers="h:9092").kafka == Kafka("h:9092")
    kafka = load(**SASL, kafka_sasl_mechanism="SCRAM-SHA-512", kafka_bootstrap_servers="h:9092").kafka
    assert kafka == Kafka("h:9092", "SASL_SSL", "SCRAM-SHA-512", "u", SecretStr(PASSWORD))
    assert load(**SASL, kafka_bootstrap_servers="h:9092").kafka.sasl_mechanism == "PLAIN"


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        ({"kafka_security_protocol": "TLS"}, "kafka_security_protocol: Input should be 'PLAINTEXT', 'SSL', 'SASL_"),
        ({"kafka_sasl_mechanism": "GSSAPI"}, "kafka_sasl_mechanism: Input should be 'PLAIN', 'SCRAM-SHA-256' or 'SCR"),
        (
            SASL | {"kafka_sasl_username": ""},
            "kafka_sasl_username: is needed, since kafka_security_protocol is SASL_SSL",
        ),
        (
            SASL | {"kafka_sasl_password": ""},
            "kafka_sasl_password: is needed, since kafka_security_protocol is SASL_SSL",
        ),
        (
            {"kafka_sasl_password": PASSWORD},
            "kafka_sasl_password: needs a kafka_security_protocol of SASL_PLAINTEXT, SASL_SSL; it is PLAINTEXT",
        ),
        (
            SASL | {"kafka_security_protocol": "SSL"},
            "kafka_sasl_username: needs a kafka_security_protocol of SASL_PLAINTEXT, SASL_SSL; it is SSL",
        ),
        (
            SASL | {"kafka_security_protocol": "SASL_PLAINTEXT", "kafka_ssl_ca": Path("ca.pem")},
            "kafka_ssl_ca: needs a kafka_security_protocol of SSL, SASL_SSL; it is SASL_PLAINTEXT",
        ),
        (
            {"kafka_pipeline_ssl_ca": "/etc/ca.pem"},
            "kafka_pipeline_ssl_ca: needs a kafka_security_protocol of SSL, SASL_SSL; it is PLAINTEXT",
        ),
        (
            SASL | {"kafka_ssl_ca": Path("/nowhere/ca.pem")},
            "kafka_ssl_ca: /nowhere/ca.pem: No such file or directory; allowed: a file of certificates, PEM",
        ),
        (SASL | {"kafka_ssl_ca": Path(__file__)}, f"kafka_ssl_ca: {__file__}: "),
        (
            {"kafka_bootstrap_servers": f"sasl://u:{PASSWORD}@h:9"},
            "kafka_bootstrap_servers: allowed: host:port[,host:p",
        ),
        ({"kafka_pipeline_servers": f"u:{PASSWORD}@h:9"}, "kafka_pipeline_servers: allowed: host:port[,host:port …]; "),
    ],
)
def test_what_kafka_is_told_fits_its_protocol(flags, said):
    assert refusal(**flags).startswith(f"setting {said}")


def test_who_says_plaintext_needs_nothing_that_the_environment_has_for_another(monkeypatch):
    """The demo's broker has neither TLS nor accounts."""
    monkeypatch.setenv("RTDASH_KAFKA_SECURITY_PROTOCOL", "SASL_SSL")
    monkeypatch.setenv("RTDASH_KAFKA_SASL_USERNAME", "u")
    monkeypatch.setenv("RTDASH_KAFKA_SASL_PASSWORD", PASSWORD)
    monkeypatch.setenv("RTDASH_KAFKA_SSL_CA", "/nowhere/ca.pem")
    assert load(kafka_security_protocol="PLAINTEXT").kafka_security_protocol == "PLAINTEXT"
    assert refusal().startswith("setting kafka_ssl_ca: /nowhere/ca.pem: ")
