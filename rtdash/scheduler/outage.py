"""How a server that is away is asked again: by one connection, sooner at first."""

from __future__ import annotations

from rtdash.errors import Refused

DELAYS_S = (0.25, 0.5, 1.0)
REFUSED_DELAY_S = 15.0


class Outage:
    """Times of one server's outage, on the scheduler's clock. Not thread-safe: its lane queue holds the lock."""

    def __init__(self) -> None:
        self._failures = 0
        self._retry_at: float | None = None

    @property
    def is_on(self) -> bool:
        """Whether the server is away."""
        return self._retry_at is not None

    def wait_s(self, now: float) -> float:
        """Time until the next try, s."""
        return max(0.0, (self._retry_at or now) - now)

    def failed(self, error: Exception, now: float) -> None:
        """A connection could not be made, or broke. Refused credentials are not hammered at."""
        delay = REFUSED_DELAY_S if isinstance(error, Refused) else DELAYS_S[min(self._failures, len(DELAYS_S) - 1)]
        self._failures += 1
        self._retry_at = now + delay

    def ended(self) -> None:
        """The server answers again."""
        self._failures = 0
        self._retry_at = None
