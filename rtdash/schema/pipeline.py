"""SingleStore's pipeline, as `rtdash init` makes and starts it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import closing
from typing import Any

from pydantic import SecretStr
from pymysql.connections import Connection

from rtdash.errors import Refused, RtdashError, SourceError
from rtdash.model.pipeline import PIPELINE, PipelineState
from rtdash.schema.files import SchemaFile
from rtdash.schema.finding import Finding
from rtdash.schema.refusal import is_refusal, words
from rtdash.schema.values import Values, redacted
from rtdash.settings import Settings
from rtdash.sources.donations import connect
from rtdash.sources.kafka import DONATIONS_TOPIC
from rtdash.sources.pipeline import Pipeline

_FIRST_BATCH_S = 2.0
_STOP_S = 5.0
_AS_MADE = (
    "is there already, as it was made; for other brokers, another password or mapping: `rtdash pipeline stop`,"
    f" DROP PIPELINE {PIPELINE}, `rtdash init`"
)
_ANSWERS = {True: "ON", False: "OFF", None: "not known to this server"}


def kafka_values(settings: Settings) -> Values:
    """What the file of the pipeline binds; nothing when no Kafka is set.

    kafka_source: host:port[,host:port …]/topic, as SingleStore reaches it.
    kafka_config, kafka_credentials: JSON objects by librdkafka's names, empty where there is nothing to say.
    """
    if (kafka := settings.kafka) is None:
        return {}
    config: dict[str, str] = {}
    credentials: dict[str, str] = {}
    if kafka.is_encrypted or kafka.has_credentials:
        config["security.protocol"] = kafka.security_protocol
    if kafka.has_credentials and kafka.sasl_username and kafka.sasl_password:
        config |= {"sasl.mechanism": kafka.sasl_mechanism, "sasl.username": kafka.sasl_username}
        credentials["sasl.password"] = kafka.sasl_password.get_secret_value()
    if kafka.is_encrypted and settings.kafka_pipeline_ssl_ca:
        config["ssl.ca.location"] = settings.kafka_pipeline_ssl_ca
    return {
        "kafka_source": f"{settings.kafka_pipeline_servers or kafka.bootstrap_servers}/{DONATIONS_TOPIC}",
        "kafka_config": json.dumps(config),
        "kafka_credentials": SecretStr(json.dumps(credentials)),
    }


def findings(connection: Connection[Any]) -> list[Finding]:
    """What SingleStore says of pipelines and of ours, or why it does not. Raises Unreachable and Overdue."""
    pipeline = Pipeline(connection)
    return [
        Finding("exactly once", _told(lambda: _ANSWERS[pipeline.is_exactly_once()])),
        Finding("pipeline", _told(lambda: pipeline.state() or "is not there, or this account may not see it")),
    ]


def spared(connection: Connection[Any], file: SchemaFile, recorded: Callable[[], Mapping[str, str]]) -> str | None:
    """Why a file is left out on account of the pipeline as it stands; None when it is not.

    `recorded`: see `Target`. Raises Refused when a procedure is not as it was applied, and the pipeline that calls it
    runs: of making it anew then nothing is documented.
    """
    if file.makes_pipeline and _state(connection) is not None:
        # Told again, the password would stand in one more statement, which the server may keep in its trace.
        return _AS_MADE
    if file.makes_procedure and _state(connection) == PipelineState.RUNNING:
        if recorded().get(file.key) == file.digest:
            return f"as applied: left as it is while pipeline {PIPELINE} runs"
        raise Refused(f"it is not made anew while pipeline {PIPELINE} runs: `rtdash pipeline stop`, then `rtdash init`")
    return None


def runs(dsn: SecretStr) -> bool:
    """Whether the pipeline is seen to run. Raises Unreachable and Overdue."""
    with closing(connect(dsn, "init")) as connection:
        return _state(connection) == PipelineState.RUNNING


def rest(dsn: SecretStr, values: Values) -> Finding:
    """Stop the pipeline while its procedure is made anew.

    Not possible where the server refuses, or where it does not stop: then `spared` says what becomes of the procedure.
    """
    with closing(connect(dsn, "init")) as connection:
        return _done(lambda: Pipeline(connection).stop(_STOP_S), values)


def start(dsn: SecretStr, values: Values) -> Finding:
    """Start the pipeline, unless it runs, and wait a little for its first batch or error.

    Not possible where the server refuses, or where it has stopped again. Raises SourceError when the server does not
    let us in or does not answer.
    """
    with closing(connect(dsn, "init")) as connection:
        return _done(lambda: Pipeline(connection).start(_FIRST_BATCH_S), values)


def _done(act: Callable[[], str], values: Values) -> Finding:
    try:
        said, is_done = act(), True
    except RtdashError as error:
        if isinstance(error, SourceError) and not is_refusal(error):
            raise
        said, is_done = str(error), False
    return Finding("pipeline", redacted(said, values), is_possible=is_done)


def _state(connection: Connection[Any]) -> str | None:
    """None when there is no pipeline, or none to be seen. Raises Unreachable and Overdue."""
    try:
        return Pipeline(connection).state()
    except SourceError as error:
        if not is_refusal(error):
            raise
        return None


def _told(ask: Callable[[], str]) -> str:
    try:
        return ask()
    except SourceError as error:
        if not is_refusal(error):
            raise
        return f"the server does not tell: {words(error)}"
