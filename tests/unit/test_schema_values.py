"""What the pipeline's file binds, and that no secret of it comes back in the words of a server."""

from __future__ import annotations

import json

import pytest
from pydantic import SecretStr
from pymysql.converters import escape_string

from rtdash.schema.pipeline import kafka_values
from rtdash.schema.values import redacted, revealed
from rtdash.settings import Settings

SECRETS = ["correct horse", 'it\'s "so" \\ deep', "pâte\n\x1b[31m", "abc", "0"]


def of(secret):
    return {
        "kafka_credentials": SecretStr(json.dumps({"sasl.password": secret})),
        "kafka_source": "kafka:9092/donations",
    }


def settings(**changes):
    return Settings(_env_file=None, **{"kafka_bootstrap_servers": "one:9092,two:9092"} | changes)


SASL = {"kafka_security_protocol": "SASL_SSL", "kafka_sasl_username": "me", "kafka_sasl_password": "hush"}


@pytest.mark.parametrize(
    ("changes", "source", "config", "credentials"),
    [
        ({}, "one:9092,two:9092", {}, {}),
        ({"kafka_pipeline_servers": "kafka:19092"}, "kafka:19092", {}, {}),
        (
            SASL | {"kafka_sasl_mechanism": "SCRAM-SHA-512", "kafka_pipeline_ssl_ca": "/etc/ca.pem"},
            "one:9092,two:9092",
            {
                "security.protocol": "SASL_SSL",
                "sasl.mechanism": "SCRAM-SHA-512",
                "sasl.username": "me",
                "ssl.ca.location": "/etc/ca.pem",
            },
            {"sasl.password": "hush"},
        ),
        ({"kafka_security_protocol": "SSL"}, "one:9092,two:9092", {"security.protocol": "SSL"}, {}),
        (
            SASL | {"kafka_security_protocol": "SASL_PLAINTEXT"},
            "one:9092,two:9092",
            {"security.protocol": "SASL_PLAINTEXT", "sasl.mechanism": "PLAIN", "sasl.username": "me"},
            {"sasl.password": "hush"},
        ),
    ],
)
def test_how_singlestore_reaches_kafka(changes, source, config, credentials):
    values = kafka_values(settings(**changes))
    assert "hush" not in repr(values)
    bound = revealed(values)
    assert bound.pop("kafka_source") == f"{source}/donations"
    assert {name: json.loads(text) for name, text in bound.items()} == {
        "kafka_config": config,
        "kafka_credentials": credentials,
    }


def test_without_kafka_there_is_nothing_to_bind():
    assert kafka_values(settings(kafka_bootstrap_servers=None)) == {}


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize(
    "quote", [str, lambda text: json.dumps(text)[1:-1], lambda text: escape_string(json.dumps(text))]
)
def test_a_statement_that_is_quoted_back_shows_no_secret(secret, quote):
    said = redacted(f"syntax error near {quote(secret)} at line 7", of(secret))
    assert quote(secret) not in said
    assert said.startswith("syntax error near ***")


def test_a_statement_that_is_cut_off_anywhere_shows_no_four_characters_of_a_secret():
    secret = "Tr0ub4dor&3-and-more"
    statement = f'CREDENTIALS \'{{"sasl.password": "{secret}"}}\' BATCH_INTERVAL 100'
    for start in range(len(statement)):
        for end in range(start, len(statement)):
            said = redacted(f"near '{statement[start:end]}' at line 7", of(secret))
            assert not any(secret[place : place + 4] in said for place in range(len(secret) - 3))
            assert said.startswith("near ")
            assert said.endswith(" line 7")


@pytest.mark.parametrize("values", [{}, of("hush-hush"), of("")])
def test_what_quotes_no_secret_is_shown_as_it_is(values):
    text = "Cannot get the metadata of kafka:9092/donations: sasl.password  is wrong"
    assert redacted(text, values) == text
