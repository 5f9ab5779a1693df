"""Apache Kafka that asks its clients who they are, over TLS; its certificate is made on the spot."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pydantic import SecretStr

from rtdash.model.kafka import Kafka
from rtdash.servers.folders import DataFolder
from tests.delivery.apache_kafka import ApacheKafka, free_ports

PASSWORD = "hunter2-geheim"

# The node reaches itself by the other listener.
_SETTINGS = """\
listeners=PLAINTEXT://127.0.0.1:{plaintext},SASL_SSL://127.0.0.1:{secured},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=PLAINTEXT://127.0.0.1:{plaintext},SASL_SSL://127.0.0.1:{secured}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,SASL_SSL:SASL_SSL,CONTROLLER:PLAINTEXT
sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-256
listener.name.sasl_ssl.plain.sasl.jaas.config=\\
  org.apache.kafka.common.security.plain.PlainLoginModule required user_rtdash="{password}";
listener.name.sasl_ssl.scram-sha-256.sasl.jaas.config=\\
  org.apache.kafka.common.security.scram.ScramLoginModule required;
ssl.keystore.type=PEM
ssl.keystore.location={keystore}
"""
_CERTIFICATE = ("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days=2")


class SecuredKafka(ApacheKafka):
    """`kafka` leads to the listener for clients: SASL_SSL with SCRAM-SHA-256 or PLAIN, and one account."""

    def __init__(self, data: DataFolder, libraries: Path) -> None:
        super().__init__(data, libraries)
        (self._secured,) = free_ports(1)
        self._authority = data.path / "authority.pem"
        self._keystore = data.path / "keystore.pem"
        address, password = f"127.0.0.1:{self._secured}", SecretStr(PASSWORD)
        self.kafka = Kafka(address, "SASL_SSL", "SCRAM-SHA-256", "rtdash", password, self._authority)

    def _prepare(self) -> None:
        signed_by = ("-CA", self._authority, "-CAkey", self._make_certificate(self._authority, "/CN=an authority"))
        own = self.data.path / "own.pem"
        key = self._make_certificate(own, "/CN=Kafka", "-addext", "subjectAltName=IP:127.0.0.1", *signed_by)
        self._keystore.write_bytes(key.read_bytes() + own.read_bytes())
        super()._prepare()

    def _make_certificate(self, file: Path, name: str, *options: str | Path) -> Path:
        """Its key."""
        key = file.with_suffix(".key")
        self._run((*_CERTIFICATE, "-out", file, "-keyout", key, "-subj", name, *options))
        return key

    def _properties(self) -> str:
        ports = {"plaintext": self._port, "secured": self._secured, "controller": self._controller}
        return super()._properties() + _SETTINGS.format(**ports, password=PASSWORD, keystore=self._keystore)

    def _accounts(self) -> Sequence[str]:
        return ("--add-scram", f"SCRAM-SHA-256=[name=rtdash,password={PASSWORD}]")
