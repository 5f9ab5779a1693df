"""Settings: flag > environment (`RTDASH_…`) > TOML file > default. One frozen model, passed down as an argument."""

from __future__ import annotations

import json
import math
import ssl
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import platformdirs
from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from rtdash.errors import SettingsError
from rtdash.model import typed
from rtdash.model.kafka import Kafka, SaslMechanism, SecurityProtocol

SCHEMES = {"citus": ("postgresql", "postgres"), "donations": ("mysql", "singlestore")}
_CREDENTIALS = ("kafka_sasl_username", "kafka_sasl_password")
_CERTIFICATES = ("kafka_ssl_ca", "kafka_pipeline_ssl_ca")


def default_file() -> Path:
    """Where the settings file is looked for when none is named."""
    return platformdirs.user_config_path("rtdash") / "rtdash.toml"


class Settings(BaseSettings):
    """Everything that can be set. Secrets hide in the DSNs and the password of Kafka, which are never printed."""

    model_config = SettingsConfigDict(
        env_prefix="RTDASH_",
        env_ignore_empty=True,
        frozen=True,
        extra="forbid",
        hide_input_in_errors=True,
        # The class of what is loaded is built, this one never.
        defer_build=True,
    )
    file: ClassVar[Path | None] = None

    citus_dsn: SecretStr | None = None
    """Clickstream database, read only: postgresql://user:password@host:port/database."""
    citus_owner_dsn: SecretStr | None = None
    """The same database for `rtdash init` and `rtdash ingest`; without it the DSN above is used."""
    donations_dsn: SecretStr | None = None
    """Donations database, read only: mysql://user:password@host:port/database (SingleStore or MariaDB)."""
    donations_owner_dsn: SecretStr | None = None
    """The same database for `rtdash init`, `rtdash ingest` and the campaign runner."""
    donations_control_dsn: SecretStr | None = None
    """The same database for the control pane, with rights on `campaigns` alone."""
    kafka_bootstrap_servers: str | None = None
    """Kafka brokers: host:port[,host:port …]."""
    kafka_security_protocol: SecurityProtocol = "PLAINTEXT"
    """SSL encrypts, SASL names us by username and password; what else is set of either is for these protocols alone."""
    kafka_sasl_mechanism: SaslMechanism = "PLAIN"
    """How the password is proven: PLAIN sends it, the others do not."""
    kafka_sasl_username: str | None = None
    """Who we are to Kafka."""
    kafka_sasl_password: SecretStr | None = None
    """Its password."""
    kafka_ssl_ca: Path | None = None
    """Certificates that Kafka's own must be signed by, PEM; without it those of the system."""
    kafka_pipeline_servers: str | None = None
    """The brokers as SingleStore reaches them: host:port[,host:port …]; without it those above."""
    kafka_pipeline_ssl_ca: str | None = None
    """A file of such certificates on SingleStore's server."""
    kafka_incarnation: str | None = None
    """Names one life of a broker that has no topic ids; the demo sets it for the built-in broker."""
    kafka_partitions: Annotated[int, Field(ge=1, le=1000)] = 4
    """Partitions of a topic that `rtdash init` makes, 1 … 1000."""
    kafka_retention_hours: Annotated[float, Field(ge=0.01, le=100_000, allow_inf_nan=False)] = 24.0
    """How long such a topic keeps messages, h: ingest must be back by then."""

    interval_ms: Annotated[int, Field(ge=100, le=5000)] = 250
    """How often panels are polled, 100 … 5000 ms; a panel's own `every` wins."""
    threshold_ms: Annotated[float, Field(gt=0, allow_inf_nan=False)] = 200.0
    """Queries above it are flagged, ms."""
    lanes: Annotated[int, Field(ge=1, le=16)] = 2
    """Queries that may run at the same time on one server."""
    budget_percent: float | None = None
    """Share of a server's time that the dashboard may take, `25%` or `25`: past it, it asks more seldom, but each panel
    once in 5 s. 100 % is one query all the time. Without it there is no bound but the lanes.
    """
    deadline_s: Annotated[float, Field(gt=0, le=600)] = 5.0
    """A query that has not answered by then is given up, s."""
    time_zone: str = "UTC"
    """The zone in which times are shown; everything is stored in UTC."""
    panels_folder: Path | None = None
    """Your own panels: *.sql in `citus/` and `donations/` below it."""
    diff: bool = True
    """Only the cells that changed are written to the terminal; without it, all of what was drawn again."""
    charts: Literal["sweep", "scroll"] = "sweep"
    """Live charts stand still and a write head sweeps over them, or they scroll and the newest is at the right."""
    meter: bool = False
    """The status line says how many bytes a second are written to the terminal."""
    line_budget: int | None = None
    """So many of them at most, `8kB` or `8000`, 1kB … 10MB: past it the screen is painted more seldom, charts most so,
    but once in 5 s. Without it there is no bound.
    """
    frame_rate: Annotated[int, Field(ge=1, le=30)] | None = None
    """What comes by itself is painted so often a second at most, 1 … 30; a key is answered at once."""
    slow_log: Path | None = None
    """Where slow queries are kept for 7 days; without it `slow.sqlite` in the user's state folder."""
    max_events_per_s: Annotated[int, Field(ge=1)] = 5000
    """Visits beyond it are left out whole, at a fraction kept with the campaign."""
    brake_mb: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 12.0
    """What may wait in Kafka for ingest, MB uncompressed: from half of it on campaigns slow down. 0: no brake.

    The default suits the built-in broker, which keeps 20 MB of a topic; partitions do not fill evenly.
    """

    @field_validator("citus_dsn", "citus_owner_dsn", "donations_dsn", "donations_owner_dsn", "donations_control_dsn")
    @classmethod
    def _known_scheme(cls, value: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        if value is None:
            return value
        allowed = SCHEMES[str(info.field_name).split("_")[0]]
        try:
            parts = urlsplit(value.get_secret_value())
            scheme, _ = parts.scheme, parts.port
        except ValueError:
            # The parser's own message may quote the password.
            raise ValueError(f"is not a URL; allowed: {allowed[0]}://user:password@host:port/database") from None
        if scheme not in allowed or not parts.path.strip("/"):
            raise ValueError(f"allowed: {allowed[0]}://user:password@host:port/database")
        return value

    @field_validator("budget_percent", mode="before")
    @classmethod
    def _share(cls, value: object) -> float | None:
        if value is None:
            return value
        with suppress(ValueError):
            percent = float(str(value).removesuffix("%"))
            if 0 < percent < math.inf:
                return percent
        raise ValueError("allowed: a share above 0, such as 25%")

    @field_validator("line_budget", mode="before")
    @classmethod
    def _bytes_per_s(cls, value: object) -> int | None:
        return None if value is None else typed.bytes_per_s(str(value))

    @field_validator("kafka_bootstrap_servers", "kafka_pipeline_servers")
    @classmethod
    def _addresses_alone(cls, value: str | None) -> str | None:
        if value is not None and "@" in value:
            # Errors name the brokers by it.
            who = "who we are is said by kafka_sasl_username and kafka_sasl_password"
            raise ValueError(f"allowed: host:port[,host:port …]; {who}")
        return value

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (KeyError, ValueError, OSError):
            raise ValueError("allowed: a zone such as UTC or Europe/Paris") from None
        return value

    @model_validator(mode="after")
    def _kafka_fits_its_protocol(self) -> Self:
        protocol = self.kafka_security_protocol
        if protocol == "PLAINTEXT" and "kafka_security_protocol" in self.model_fields_set:
            # Who says so means it: the demo, whose broker needs nothing of what the environment has for another.
            return self
        kafka = Kafka("", protocol)
        for names, protocols, are_of_use in (
            (_CREDENTIALS, "SASL_PLAINTEXT, SASL_SSL", kafka.has_credentials),
            (_CERTIFICATES, "SSL, SASL_SSL", kafka.is_encrypted),
        ):
            if useless := [name for name in names if getattr(self, name) and not are_of_use]:
                raise ValueError(f"{useless[0]}: needs a kafka_security_protocol of {protocols}; it is {protocol}")
        if missing := [name for name in _CREDENTIALS if kafka.has_credentials and not getattr(self, name)]:
            raise ValueError(f"{missing[0]}: is needed, since kafka_security_protocol is {protocol}")
        if self.kafka_ssl_ca is not None:
            try:
                ssl.create_default_context(cafile=self.kafka_ssl_ca)
            except OSError as error:
                what = f"{self.kafka_ssl_ca}: {error.strerror}; allowed: a file of certificates, PEM"
                raise ValueError(f"kafka_ssl_ca: {what}") from None
        return self

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        del dotenv_settings, file_secret_settings
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, cls.file)

    @property
    def dsn_of_citus_owner(self) -> SecretStr | None:
        """The DSN that may write, or the only one there is."""
        return self.citus_owner_dsn or self.citus_dsn

    @property
    def dsn_of_donations_owner(self) -> SecretStr | None:
        """The DSN that may write, or the only one there is."""
        return self.donations_owner_dsn or self.donations_dsn

    @property
    def slow_log_file(self) -> Path:
        """Where slow queries are kept."""
        return self.slow_log or platformdirs.user_state_path("rtdash") / "slow.sqlite"

    @property
    def dsn_of_control(self) -> SecretStr | None:
        """The DSN that may write `campaigns`, or the best there is."""
        return self.donations_control_dsn or self.dsn_of_donations_owner

    @property
    def kafka(self) -> Kafka | None:
        """How Kafka is reached; None when no brokers are set."""
        if not self.kafka_bootstrap_servers:
            return None
        return Kafka(
            bootstrap_servers=self.kafka_bootstrap_servers,
            security_protocol=self.kafka_security_protocol,
            sasl_mechanism=self.kafka_sasl_mechanism,
            sasl_username=self.kafka_sasl_username,
            sasl_password=self.kafka_sasl_password,
            ssl_ca=self.kafka_ssl_ca,
        )

    def save(self, path: Path) -> None:
        """Write the settings, secrets included, to a TOML file that only its owner can read."""
        path.touch(mode=0o600)
        path.chmod(0o600)
        lines = []
        for name, value in self.model_dump(exclude_none=True).items():
            plain = value.get_secret_value() if isinstance(value, SecretStr) else value
            plain = str(plain) if isinstance(plain, Path) else plain
            # A JSON string or number is a TOML one as well, but for DEL, which TOML wants escaped.
            escaped = json.dumps(plain, ensure_ascii=False).replace("\x7f", "\\u007f")
            lines.append(f"{name} = {escaped}")
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def load(file: Path | None = None, **flags: Any) -> Settings:
    """Read the settings; `flags` are those that were given on the command line.

    Raises SettingsError with one line that names the setting and what is allowed.
    """
    if file is not None and not file.is_file():
        raise SettingsError(f"settings file {file}: there is no such file")

    class _Loaded(Settings):
        pass

    _Loaded.file = file or default_file()
    try:
        return _Loaded(**{name: value for name, value in flags.items() if value is not None})
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False, include_context=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        what = "is not a setting" if first["type"] == "extra_forbidden" else first["msg"].removeprefix("Value error, ")
        # What settings say of each other begins with the name of one.
        raise SettingsError(f"setting {where}: {what}" if where else f"setting {what}") from None
    except (ValueError, OSError) as error:
        raise SettingsError(f"settings file {_Loaded.file}: {error}") from None
