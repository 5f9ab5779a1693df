"""What must be true of compose.yaml, as far as it can be told without an engine: each check yields what is wrong."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from check_jsonschema.builtin_schemas import get_builtin_schema
from jsonschema import Draft202012Validator
from pydantic import SecretStr, ValidationError
from ruamel.yaml import YAML

from rtdash.settings import Settings

ROOT = Path(__file__).parents[2]
HAS_OWN_HEALTH_CHECK = {"ghcr.io/singlestore-labs/singlestoredb-dev"}
SECRET = re.compile(r"\$\{\w*PASSWORD:\?[^}]+\}")
_VARIABLE = re.compile(r"\$(?:\$|\{(\w+):\?[^}]+\})")
_PINNED = re.compile(r"[a-z0-9][\w./-]*:\d[\w.-]*")


@dataclass(frozen=True)
class ComposeFile:
    """compose.yaml with .env.example, in which every password has got a value of its own."""

    text: str
    example: str

    @cached_property
    def values(self) -> dict[str, str]:
        lines = (line.partition("=") for line in self.example.splitlines() if line and not line.startswith("#"))
        return {name: value or f"of{name.lower().replace('_', '')}" for name, _, value in lines}

    @cached_property
    def raw(self) -> dict[str, Any]:
        """As it is written; a key that stands there twice is an error of the reader."""
        return YAML(typ="safe", pure=True).load(self.text)

    @cached_property
    def services(self) -> dict[str, dict[str, Any]]:
        return self.document["services"]

    @cached_property
    def document(self) -> dict[str, Any]:
        return self._filled(self.raw)

    @cached_property
    def one_shots(self) -> set[str]:
        """Services that others wait for until they have ended."""
        return {name for _, name, condition in self.waits if condition == "service_completed_successfully"}

    @cached_property
    def waits(self) -> list[tuple[str, str, str]]:
        """Who waits, for whom, and until when."""
        return [
            (name, other, wait["condition"])
            for name, service in self.services.items()
            for other, wait in service.get("depends_on", {}).items()
        ]

    def _filled(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {key: self._filled(each) for key, each in value.items()}
        if isinstance(value, list):
            return [self._filled(each) for each in value]
        if not isinstance(value, str):
            return value
        return _VARIABLE.sub(lambda found: self.values.get(found[1], "") if found[1] else "$", value)


def problems(file: ComposeFile) -> list[str]:
    """All that is wrong; nothing when nothing is."""
    checks = (schema, variables, secrets, images, files, configs, volumes, ports, waits, health, settings, accounts)
    return [*schema(file)] or [problem for check in checks[1:] for problem in check(file)]


def schema(file: ComposeFile) -> Iterator[str]:
    validator = Draft202012Validator(get_builtin_schema("vendor.compose-spec"))
    yield from (f"schema: {error.json_path}: {error.message}" for error in validator.iter_errors(file.document))


def variables(file: ComposeFile) -> Iterator[str]:
    """Each is needed, and told of in .env.example; `$` stands for nothing else."""
    if found := re.search(r"\$\S*", _VARIABLE.sub("", file.text)):
        yield f"variable {found[0]}: not ${{NAME:?…}}"
    used = {name for name in _VARIABLE.findall(file.text) if name}
    yield from (f"variable {name}: not in .env.example" for name in used - set(file.values))
    yield from (f"variable {name}: not in compose.yaml" for name in set(file.values) - used)
    for note, line in zip(file.example.splitlines(), file.example.splitlines()[1:], strict=False):
        if "=" in line and not line.startswith("#") and not note.startswith("# "):
            yield f"variable {line}: no note above it"


def secrets(file: ComposeFile) -> Iterator[str]:
    """Passwords come from .env alone, and none is there yet."""
    for name, service in file.raw["services"].items():
        for key, value in service.get("environment", {}).items():
            if key.endswith("PASSWORD") and not SECRET.fullmatch(str(value)):
                yield f"{name}: {key} is written down"
            if key.endswith("DSN") and not re.search(f":{SECRET.pattern}@", value):
                yield f"{name}: the password of {key} is written down"
    for name, config in file.raw["configs"].items():
        if any(not SECRET.fullmatch(word) for word in re.findall(r"IDENTIFIED BY '([^']*)'", config["content"])):
            yield f"config {name}: a password is written down"
    yield from (f".env.example: {line}" for line in file.example.splitlines() if re.match(r"\w+=.", line))


def images(file: ComposeFile) -> Iterator[str]:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    for name, service in file.services.items():
        bases = re.findall(r"^FROM (\S+)", service.get("build", {}).get("dockerfile_inline", ""), re.MULTILINE)
        named = [service["image"], *bases]
        yield from (f"{name}: {image} is not pinned" for image in named if not _PINNED.fullmatch(image))
        if "build" in service and service["image"] != f"rtdash:{version}":
            yield f"{name}: builds version {version} as {service['image']}"


def files(file: ComposeFile) -> Iterator[str]:
    """What the build copies is there, and is let through."""
    passed = {line[1:] for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").split() if line.startswith("!")}
    for name, service in file.services.items():
        build = service.get("build", {"context": ".", "dockerfile_inline": ""})
        for step in re.findall(r"^COPY (.+)", build["dockerfile_inline"], re.MULTILINE):
            for source in step.split()[:-1]:
                if not (ROOT / build["context"] / source).exists():
                    yield f"{name}: copies {source}, which is not there"
                if source.rstrip("/") not in passed:
                    yield f"{name}: copies {source}, which .dockerignore keeps out"


def configs(file: ComposeFile) -> Iterator[str]:
    used = set()
    for name, service in file.services.items():
        for config in service.get("configs", []):
            used.add(config["source"])
            if config["source"] not in file.document["configs"]:
                yield f"{name}: there is no config {config['source']}"
    yield from (f"config {name}: nobody has it" for name in set(file.document["configs"]) - used)


def volumes(file: ComposeFile) -> Iterator[str]:
    """Each is one service's own, declared once; nothing of the host is mounted that is not in the repository."""
    taken: set[str] = set()
    for name, service in file.services.items():
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            if source.startswith((".", "/", "~")):
                if source.startswith(("/", "~")) or not (ROOT / source).exists():
                    yield f"{name}: mounts {source}, which is not in the repository"
            elif source not in file.document["volumes"]:
                yield f"{name}: there is no volume {source}"
            elif source in taken:
                yield f"{name}: volume {source} is another's"
            taken.add(source)
    yield from (f"volume {name}: nobody has it" for name in set(file.document["volumes"]) - taken)


def ports(file: ComposeFile) -> Iterator[str]:
    taken: set[str] = set()
    for name, service in file.services.items():
        for port in service.get("ports", []):
            found = re.fullmatch(r"127\.0\.0\.1:(\d+):\d+", str(port))
            if found is None:
                yield f"{name}: port {port} is not one of 127.0.0.1"
            elif found[1] in taken:
                yield f"{name}: port {found[1]} is another's"
            else:
                taken.add(found[1])


def waits(file: ComposeFile) -> Iterator[str]:
    for name, other, condition in file.waits:
        if other not in file.services:
            yield f"{name}: waits for {other}, which is not there"
        elif condition == "service_started":
            yield f"{name}: does not wait until {other} is of use"
        elif condition == "service_healthy" and not _is_watched(file.services[other]):
            yield f"{name}: waits for the health of {other}, which has no check"
        elif condition == "service_completed_successfully" and "restart" in file.services[other]:
            yield f"{name}: waits for the end of {other}, which is started again"


def health(file: ComposeFile) -> Iterator[str]:
    for name, service in file.services.items():
        if name in file.one_shots or "profiles" in service:
            continue
        if not _is_watched(service):
            yield f"{name}: no health check"
        if service.get("restart") != "unless-stopped":
            yield f"{name}: stays down when it falls"


def _is_watched(service: Mapping[str, Any]) -> bool:
    check = service.get("healthcheck", {})
    return "test" in check or (not check and service["image"].split(":")[0] in HAS_OWN_HEALTH_CHECK)


def settings(file: ComposeFile) -> Iterator[str]:
    """Those of rtdash are settings that it takes, and their addresses are of this file."""
    for name, service in file.services.items():
        given = {
            key.removeprefix("RTDASH_").lower(): value
            for key, value in service.get("environment", {}).items()
            if key.startswith("RTDASH_")
        }
        if not given:
            continue
        try:
            taken = Settings(**given)
        except ValidationError as error:
            yield from (f"{name}: setting {'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors())
            continue
        for field in given:
            value = getattr(taken, field)
            if isinstance(value, SecretStr):
                yield from (f"{name}: {field}: {problem}" for problem in _address(file, value.get_secret_value()))
        for field in ("kafka_bootstrap_servers", "kafka_pipeline_servers"):
            if getattr(taken, field) not in advertised(file):
                yield f"{name}: {field}: nobody is at {getattr(taken, field)}"


def _address(file: ComposeFile, dsn: str) -> Iterator[str]:
    parts = urlsplit(dsn)
    server = file.services.get(parts.hostname or "", {})
    if not any(port.endswith(f":{parts.port}") for port in server.get("ports", [])):
        yield f"nobody is at {parts.hostname}:{parts.port}"
    elif (parts.path[1:], parts.username, parts.password) not in logins(file, parts.hostname or ""):
        yield f"{parts.hostname} lets {parts.username} not into {parts.path[1:]} with this password"


def advertised(file: ComposeFile) -> dict[str, str]:
    """Addresses that Kafka gives its clients, each with the listener's name."""
    said = file.services["kafka"]["environment"]["KAFKA_ADVERTISED_LISTENERS"].split(",")
    return {address: name for name, address in (listener.split("://") for listener in said)}


def logins(file: ComposeFile, server: str) -> set[tuple[str, str | None, str | None]]:
    """Database, account and password of all whom a server lets in, but its administrator."""
    service = file.services[server]
    contents = (file.document["configs"].get(each["source"], {}) for each in service["configs"])
    scripts = "".join(each.get("content", "") for each in contents)
    environment = service["environment"]
    if "POSTGRES_DB" not in environment:
        users = re.findall(r"CREATE USER '(\w+)'@'%' IDENTIFIED BY '(\w+)'", scripts)
        return {(database, *user) for database in re.findall(r"CREATE DATABASE (\w+)", scripts) for user in users}
    words = {name: environment.get(variable) for name, variable in re.findall(r"\\getenv (\w+) (\w+)", scripts)}
    owner = (environment["POSTGRES_USER"], environment["POSTGRES_PASSWORD"])
    others = [(role, words.get(word)) for role, word in re.findall(r"ROLE (\w+) LOGIN PASSWORD :'(\w+)'", scripts)]
    return {(environment["POSTGRES_DB"], *login) for login in (owner, *others)}


def accounts(file: ComposeFile) -> Iterator[str]:
    """Nodes of the cluster are those that it is made of; every account is granted something; Kafka is where it says."""
    nodes = {name for name, service in file.services.items() if "POSTGRES_DB" in service.get("environment", {})}
    commands = " ".join(file.services["cluster"]["entrypoint"])
    named = set(re.findall(r"citus_(?:set_coordinator_host|add_node)\('([\w-]+)', 5432\)", commands))
    if named != nodes:
        yield f"cluster: is made of {', '.join(sorted(named))}, and there are {', '.join(sorted(nodes))}"
    if len({str(file.services[node]["environment"] | file.services[node]["configs"][0]) for node in nodes}) != 1:
        yield "cluster: its nodes have different accounts"
    environment = file.services["cluster"]["environment"]
    login = tuple(environment[f"PG{name}"] for name in ("DATABASE", "USER", "PASSWORD"))
    if login not in logins(file, environment["PGHOST"]):
        yield f"cluster: {environment['PGHOST']} does not let it in"
    script = file.document["configs"]["singlestore_accounts"]["content"]
    for _, account, _ in logins(file, "singlestore"):
        if f"TO '{account}'@'%';" not in script:
            yield f"singlestore: {account} may do nothing"
    for rights, account in re.findall(r"GRANT (.+) ON \*\.\* TO '(\w+)'", script):
        if account != "rtdash" and rights != "SHOW METADATA":
            yield f"singlestore: {account} may {rights}, everywhere"
    listening = file.services["kafka"]["environment"]["KAFKA_LISTENERS"]
    published = [port.removesuffix(f":{port.split(':')[-1]}") for port in file.services["kafka"]["ports"]]
    for address, name in advertised(file).items():
        if f"{name}://:{address.split(':')[1]}" not in listening.split(","):
            yield f"kafka: does not listen where {name} says it does"
        if address.split(":")[0] != "kafka" and address not in published:
            yield f"kafka: {name} says {address}, which is not published"
