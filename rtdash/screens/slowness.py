"""Makes a slow query of a slow sample, once it is painted: by then all of its parts are known."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, timedelta

from rtdash.model.sample import Sample
from rtdash.model.slow import SlowQuery
from rtdash.panels.spec import PanelSpec
from rtdash.screens.picture import Picture
from rtdash.widgets.drawing.numbers import grouped
from rtdash.widgets.drawing.record import Record, is_live, number, text


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
            self._record(self._slow(sample, picture, draw_ms.get(sample.panel_id, 0.0)))

    def _slow(self, sample: Sample, picture: Picture, draw_ms: float) -> SlowQuery:
        spec = self._specs[sample.panel_id]
        clickstream, delivery = (_known(picture, probe) for probe in ("clickstream_lag", "delivery"))
        lags = [number(topic, "lag") for topic in (delivery, clickstream) if topic.get("lag") is not None]
        return SlowQuery(
            at=picture.now.astimezone(UTC) - timedelta(seconds=picture.at - sample.started_at),
            panel_id=spec.id,
            title=spec.title,
            server=picture.servers[spec.source],
            threshold_ms=self._threshold_ms,
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
                for record in _records(picture, "campaigns")
                if is_live(record)
            ),
            lag=round(sum(lags)) if lags else None,
            behind_s=number(clickstream, "behind_s") if clickstream.get("behind_s") is not None else None,
            rolling_up=tuple(filter(None, text(clickstream, "rolling_up").split(", "))),
            is_checkpoint=None if (known := clickstream.get("checkpoint")) is None else bool(known),
            beside=tuple(sorted(self._specs[panel_id].title for panel_id in sample.beside)),
        )


def _records(picture: Picture, probe: str) -> Sequence[Record]:
    """What a probe has said; nothing when that is long ago: who knows what went on since."""
    return [] if picture.old(probe) else picture.records(probe)


def _known(picture: Picture, probe: str) -> Record:
    return next(iter(_records(picture, probe)), {})


def _plainest(value: object) -> str | int | float | bool | None:
    return value if isinstance(value, (str, int, float, bool)) or value is None else str(value)
