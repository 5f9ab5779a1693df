"""Patience with a server that is away: short waits, and one complaint for each change of state."""

from __future__ import annotations

import logging

from rtdash.errors import SourceError

log = logging.getLogger(__name__)

_WAITS_S = (0.25, 0.5, 1.0)


class Retry:
    """Remembers whether the last attempt of `name` failed."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._failures = 0
        self._complained: type[SourceError] | None = None

    def succeeded(self) -> None:
        """An attempt went well."""
        if self._failures:
            log.info("%s: works again", self._name)
        self._failures, self._complained = 0, None

    def failed(self, error: SourceError) -> float:
        """An attempt failed; returns how long to wait before the next, s."""
        # A server that was away, and is back, may not let us in.
        if type(error) is not self._complained:
            log.warning("%s: %s; trying again", self._name, error)
        self._complained = type(error)
        self._failures += 1
        return _WAITS_S[min(self._failures, len(_WAITS_S)) - 1]
