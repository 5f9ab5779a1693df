"""Makes a slow query of a slow sample, once it is painted: by then all of its parts are known."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, timedelta

from rtdash.model.sample import Sample
from rtdash.model.slow import SlowQuery
from rtdash.panels.spec import PanelSpec
from rtdash.screens.picture import Picture
from rtdash.widgets.drawing.numbers import grouped
from rtdash.widgets.drawing.record import is_live, number, text


class SlowWatch:
    """`take` each sample, then `painted` with the picture that shows it."""

    def __init__(self, specs: Iterable[PanelSpec], threshold_ms: float, record: Callable[[SlowQuery], object]) -> None:
        self._specs = {spec.id: spec for spec in specs}
        self._threshold_ms = threshold_ms
        self._record = record
        self._waiting: list[Sample] = []

    def take(self, sample: Sample) -> None:
        """Keep it until it is painted, when it is slow and not the first of its connection."""
        if sample.latency_ms > self._threshold_ms and not sample.is_first:
            self._waiting.append(sample)

    def painted(self, picture: Picture, draw_ms: Mapping[str, float]) -> None:
        """Record what waits, with what it took to draw each panel."""
        waiting, self._waiting = self._waiting, []
        for sample in waiting:
            spec = self._specs[sample.panel_id]
            beside = sorted(self._specs[panel_id].title for panel_id in sample.beside)
            slow = _slow(sample, spec, picture, self._threshold_ms, draw_ms.get(spec.id, 0.0))
            self._record(replace(slow, beside=tuple(beside)))


def _slow(sample: Sample, spec: PanelSpec, picture: Picture, threshold_ms: float, draw_ms: float) -> SlowQuery:
    topics = [*picture.records("delivery"), *picture.records("clickstream_lag")]
    lags = [number(topic, "lag") for topic in topics if topic.get("lag") is not None]
    behind = [number(topic, "behind_s") for topic in topics if topic.get("behind_s") is not None]
    return SlowQuery(
        at=picture.now.astimezone(UTC) - timedelta(seconds=picture.at - sample.started_at),
        panel_id=sample.panel_id,
        title=spec.title,
        server=picture.servers[spec.source],
        threshold_ms=threshold_ms,
        waited_ms=sample.waited_ms,
        connect_ms=sample.connect_ms,
        execute_ms=sample.execute_ms,
        fetch_ms=sample.fetch_ms,
        decode_ms=sample.decode_ms,
        draw_ms=draw_ms,
        parameters={name: _plainest(value) for name, value in sample.variables.items() if spec.asks(name)},
        error=sample.error or "",
        campaigns=tuple(
            f"{text(record, 'name')} {grouped(round(number(record, 'real_rate_per_s')))}/s"
            for record in picture.campaigns
            if is_live(record)
        ),
        lag=round(sum(lags)) if lags else None,
        behind_s=max(behind, default=None),
    )


def _plainest(value: object) -> str | int | float | bool | None:
    return value if isinstance(value, (str, int, float, bool)) or value is None else str(value)
