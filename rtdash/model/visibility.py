"""From produced to visible: how long each donation took to be painted."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from datetime import datetime

from rtdash.model.data import Table
from rtdash.model.moment import epoch_us

COVERED_BY = "01_donations"
"""The panel whose paint makes new donations visible."""
SPAN_S = 10.0
"""Percentiles are over the donations painted in the last 10 s."""
_KEPT = 20_000
"""Arrivals kept: of 50 a second, those of the last 400 s."""


@dataclass(frozen=True, slots=True)
class _Covered:
    """Donations that an answer covers: how old they were when it was asked for, ms."""

    asked_at: float
    known_at: float
    age_ms: float
    donations: int


class Visibility:
    """Follows donations from the probe `arrivals` to the frame that shows them.

    The probe says which donations became readable. A panel whose query was started after the probe's answer covers them
    all, so its paint is when they are visible, at the latest. Ages are taken on the server's clock, the rest on ours:
    the result is an upper bound, by up to 20 ms (the step of `produced_at`) and the time of the probe.
    """

    def __init__(self, span_s: float = SPAN_S) -> None:
        self._span_s = span_s
        self.after_arrival: int | None = None
        self._waiting: deque[_Covered] = deque(maxlen=_KEPT)
        self._painted: deque[tuple[float, float, int]] = deque(maxlen=_KEPT)

    def arrived(self, table: Table, asked_at: float, known_at: float) -> None:
        """Take the probe's answer in; what was there before the first one does not count."""
        records = table.records()
        now = next((record["server_now"] for record in records if isinstance(record["server_now"], datetime)), None)
        if now is None:
            return
        if self.after_arrival is None:
            self.after_arrival = epoch_us(now)
            return
        for record in records:
            arrival, produced, donations = record["arrival_id"], record["produced_at"], record["donations"]
            if not isinstance(arrival, int) or not isinstance(produced, datetime) or donations is None:
                continue
            if arrival > self.after_arrival:
                self.after_arrival = arrival
                age_ms = 1000 * (now - produced).total_seconds()
                self._waiting.append(_Covered(asked_at, known_at, age_ms, int(str(donations))))

    def restart(self) -> None:
        """Count from the next answer on."""
        self.after_arrival = None
        self._waiting.clear()

    def painted(self, started_at: float, painted_at: float) -> None:
        """A panel whose query was started at `started_at` is on the screen since `painted_at`."""
        while self._waiting and self._waiting[0].known_at <= started_at:
            item = self._waiting.popleft()
            self._painted.append((painted_at, item.age_ms + 1000 * (painted_at - item.asked_at), item.donations))

    def p95_ms(self, now: float) -> float | None:
        """95 % of the donations painted in the last 10 s were visible within it; None when none were."""
        return self.percentile_ms(0.95, now)

    def percentile_ms(self, share: float, now: float) -> float | None:
        """This share of the donations painted in the last span were visible within it; None when none were."""
        while self._painted and now - self._painted[0][0] > self._span_s:
            self._painted.popleft()
        total = sum(donations for _, _, donations in self._painted)
        seen = 0
        for _, latency_ms, donations in sorted(self._painted, key=lambda item: item[1]):
            seen += donations
            if seen >= share * total:
                return latency_ms
        return None
