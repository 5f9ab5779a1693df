"""What `rtdash init --plan` finds at a server."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """What is there, and what `rtdash init` would do about it."""

    subject: str
    text: str
    is_possible: bool = True
    """False where `rtdash init` would fail."""


@dataclass(frozen=True, slots=True)
class Survey:
    """A server, seen before anything is done to it."""

    findings: list[Finding]
    recorded: dict[str, str]
    """Digest of each recorded file, by its key."""
    has_schema: bool
    """Whether an rtdash was here."""
    extensions: frozenset[str] = frozenset()
    """Those that are there once `rtdash init` has ended."""
