"""Polls all shipped panels and probes as the dashboard does, without a screen."""

from __future__ import annotations

import time
from collections.abc import Callable

from rtdash.bench.polling import Polling
from rtdash.cli.dashboard import connectors
from rtdash.model.data import Absent, Bars, Counts, Data, Line, Places, Sparklines, Stat, Table
from rtdash.model.sample import Sample
from rtdash.panels import catalog
from rtdash.settings import Settings


class Board:
    """`watch` asks and listens; what was wrong is in `errors` and `empty`, the delays in `p95s_ms`."""

    def __init__(self, settings: Settings) -> None:
        specs = catalog.load()
        self.panels = {spec.id for spec in specs if not spec.is_probe}
        self._polling = Polling(specs, connectors(settings), settings)
        self.answered: set[str] = set()
        self.errors: list[tuple[str, str]] = []
        self.empty: list[str] = []
        self.p95s_ms: list[float] = []

    def watch(self, until: Callable[[], bool], deadline_s: float, full_after_s: float) -> None:
        """Poll until `until` is true; a panel that has nothing to show `full_after_s` from now on goes to `empty`."""
        begun_s = time.monotonic()

        def is_over() -> bool:
            assert time.monotonic() - begun_s < deadline_s, "not in time"
            if (p95_ms := self._polling.visibility.p95_ms(time.monotonic())) is not None:
                self.p95s_ms.append(p95_ms)
            return until()

        with self._polling:
            self._polling.watch(is_over, lambda sample: self._take(sample, full_from_s=begun_s + full_after_s))

    def _take(self, sample: Sample, full_from_s: float) -> None:
        self.answered.add(sample.panel_id)
        if sample.data is None:
            self.errors.append((sample.panel_id, str(sample.error)))
        elif sample.panel_id in self.panels and sample.started_at > full_from_s and not has_content(sample.data):
            self.empty.append(sample.panel_id)


def has_content(data: Data) -> bool:
    """Whether a panel with this data shows any number that is not 0, or says that its server cannot give one."""
    match data:
        case Stat(value):
            return bool(value)
        case Bars(items) | Places(items) | Counts(items):
            return any(item.value for item in items)
        case Sparklines(series):
            return any(one.total for one in series)
        case Line(columns=columns):
            return any(any(column) for column in columns)
        case Table(rows=rows):
            return bool(rows)
        case Absent():
            return True
