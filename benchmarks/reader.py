"""The dashboard without a screen: the real scheduler polls every panel and probe of the clickstream."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from functools import partial
from typing import Any

from figures import spread
from pydantic import SecretStr

from rtdash.bench.polling import Polling
from rtdash.model.data import Absent, Table
from rtdash.model.sample import Sample
from rtdash.panels import catalog
from rtdash.panels.spec import Source
from rtdash.settings import Settings
from rtdash.sources.citus import CitusConnection

_LAG = "clickstream_lag"


class Reader:
    """`watch` polls; the figures are of the samples since the last `forget`."""

    def __init__(self, dsn: SecretStr) -> None:
        settings = Settings()
        self._interval_s = settings.interval_ms / 1000
        self.specs = [spec for spec in catalog.load() if spec.source is Source.CITUS]
        self._polling = Polling(self.specs, {Source.CITUS: partial(CitusConnection, dsn)}, settings)
        self.forget()

    def __enter__(self) -> Reader:
        self._polling.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self._polling.__exit__()

    def forget(self) -> None:
        """Begin to count anew."""
        self._latencies_ms: dict[str, list[float]] = defaultdict(list)
        self._errors: dict[str, list[str]] = defaultdict(list)
        self._missed = dict(self._polling.missed())
        self.lags: list[tuple[float, float]] = []
        """When (`time.monotonic`), and by how many seconds the live tables were behind."""

    def watch(self, until: Callable[[], bool]) -> None:
        """Poll as the screen's clock does, until `until` is true."""
        self._polling.watch(until, self._take)

    def panels(self) -> dict[str, dict[str, Any]]:
        """Latency, samples, missed ticks and errors of each panel that was asked."""
        missed = self._polling.missed()
        return {
            spec.id: {
                **spread(self._latencies_ms[spec.id], "ms"),
                "missed": missed.get(spec.id, 0) - self._missed.get(spec.id, 0),
                "errors": len(self._errors[spec.id]),
                "error": next(iter(self._errors[spec.id]), None),
                "every_s": spec.every or self._interval_s,
                "heavy": spec.is_heavy,
            }
            for spec in self.specs
            if spec.id in self._latencies_ms
        }

    def _take(self, sample: Sample) -> None:
        if isinstance(sample.data, Absent):
            return
        if sample.error is not None:
            self._errors[sample.panel_id].append(sample.error)
        # A panel that was asked is shown, also when no answer counts.
        latencies_ms = self._latencies_ms[sample.panel_id]
        if sample.latency_ms > 0 and not sample.is_first:
            latencies_ms.append(sample.latency_ms)
        if sample.panel_id == _LAG and isinstance(sample.data, Table):
            place = sample.data.columns.index("behind_s")
            self.lags.append((sample.started_at, float(sample.data.rows[0][place])))
