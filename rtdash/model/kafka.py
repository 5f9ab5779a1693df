"""How Kafka is reached: its brokers, and who we are to them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import SecretStr

SecurityProtocol = Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"]
SaslMechanism = Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"]


@dataclass(frozen=True, slots=True)
class Kafka:
    """Addresses and credentials; what the protocol has no use for is left alone. No text of it shows the password."""

    bootstrap_servers: str
    """host:port[,host:port …]."""
    security_protocol: SecurityProtocol = "PLAINTEXT"
    sasl_mechanism: SaslMechanism = "PLAIN"
    sasl_username: str | None = None
    sasl_password: SecretStr | None = None
    ssl_ca: Path | None = None
    """The certificates that we trust, PEM; None: those of the system."""

    @property
    def has_credentials(self) -> bool:
        """Whether we name ourselves, by a password."""
        return self.security_protocol.startswith("SASL_")

    @property
    def is_encrypted(self) -> bool:
        """Whether a broker shows a certificate."""
        return self.security_protocol.endswith("SSL")
