"""What schema files bind, and how it is kept out of what is said of them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from pydantic import SecretStr

from rtdash.model.text import plain

Values = Mapping[str, str | SecretStr]
"""By the names that stand in the files, `%(name)s`; what is secret is a JSON object, and its values are the secrets."""

NONE: Values = MappingProxyType({})

_TOO_MUCH = 4


def revealed(values: Values) -> dict[str, str]:
    """For the driver to bind."""
    return {name: value.get_secret_value() if isinstance(value, SecretStr) else value for name, value in values.items()}


def redacted(words: str, values: Values) -> str:
    """A server's words without the secrets: it may quote the statement that it refuses, cut off anywhere.

    So a word that has four characters in a row from a secret is hidden, whole.
    """
    hidden: set[int] = set()
    for form in _forms(values):
        size = min(_TOO_MUCH, len(form))
        for start in range(len(words) - size + 1):
            if words[start : start + size] in form:
                hidden.update(range(start, start + size))
    shown, start = [], 0
    for word in words.split(" "):
        end = start + len(word)
        shown.append(word if hidden.isdisjoint(range(start, end)) else "***")
        start = end + 1
    return " ".join(shown)


def _forms(values: Values) -> Iterator[str]:
    """Each secret as it is, and as JSON and then SQL write it; as `plain` shows them, since so are the words."""
    for value in values.values():
        if not isinstance(value, SecretStr):
            continue
        for secret in json.loads(value.get_secret_value()).values():
            written = json.dumps(secret)[1:-1]
            quoted = written.replace("\\", "\\\\").replace('"', '\\"').replace("'", "\\'")
            yield from (plain(form) for form in (secret, written, quoted) if form)
