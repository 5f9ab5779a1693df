"""`rtdash bench live`: what the panels' queries take, and how soon a donation is seen, without a screen."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from rtdash.bench.figures import Report, Say, in_columns, medians, readable
from rtdash.bench.polling import Polling
from rtdash.errors import RtdashError
from rtdash.model.latency import Reach
from rtdash.model.sample import Sample
from rtdash.model.store import Store
from rtdash.panels.spec import PanelSpec, Source
from rtdash.settings import Settings
from rtdash.sources.connection import Connector

_WARM_UP_S = 5.0
"""First queries on their connections, and donations that were produced before anybody looked, do not count."""
_VISIBLE = {"produced_to_visible_p50_ms": 0.50, "produced_to_visible_p95_ms": 0.95}
_PANEL = ("samples", "missed", "errors", "p50_ms", "p95_ms", "p99_ms")

Figures = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Round:
    """What was seen in some seconds."""

    panels: Mapping[str, Figures]
    """Of each panel and probe that was asked and that its server can answer, by the names of `_PANEL`."""
    visible: Figures


@dataclass(frozen=True, slots=True)
class Dashboard:
    """What is polled, and how."""

    specs: Sequence[PanelSpec]
    connectors: Mapping[Source, Connector]
    settings: Settings

    def watch(self, seconds: float) -> Round:
        """Poll for so long, after a warm-up. Raises RtdashError when no donation was seen."""
        with Polling(self.specs, self.connectors, self.settings, seconds) as polling:
            polling.watch(_for(_WARM_UP_S), lambda _: None)
            store = Store({spec.id: spec.source for spec in self.specs}, self.settings.threshold_ms)
            missed, errors = dict(polling.missed()), Counter[str]()

            def take(sample: Sample) -> None:
                store.apply(sample)
                errors[sample.panel_id] += sample.error is not None

            polling.watch(_for(seconds), take)
            now = time.monotonic()
            visible = {name: polling.visibility.percentile_ms(share, now) for name, share in _VISIBLE.items()}
            missed = {name: count - missed.get(name, 0) for name, count in polling.missed().items()}
        panels: dict[str, Figures] = {}
        for spec in self.specs:
            state = store[spec.id]
            latency = state.latency.figures(Reach.HOUR)
            if not state.is_absent and (latency.count or errors[spec.id]):
                numbers = latency.count, missed.get(spec.id, 0), errors[spec.id], latency.p50, latency.p95, latency.p99
                panels[spec.id] = dict(zip(_PANEL, numbers, strict=True))
        seen = {name: value for name, value in visible.items() if value is not None}
        if len(seen) < len(visible):
            raise RtdashError(f"no donation was seen within {seconds:g} s")
        return Round(panels, seen)


def measure(dashboard: Dashboard, seconds: float, repeat: int, say: Say) -> Report:
    """Medians of `repeat` rounds. Raises RtdashError."""
    rounds = []
    for number in range(1, repeat + 1):
        rounds.append(found := dashboard.watch(seconds))
        say(f"{number} of {repeat}: {'  '.join(f'{name} {readable(value)}' for name, value in found.visible.items())}")
    visible = medians([each.visible for each in rounds])
    everywhere = [panel_id for panel_id in rounds[0].panels if all(panel_id in each.panels for each in rounds)]
    panels = {panel_id: medians([each.panels[panel_id] for each in rounds]) for panel_id in everywhere}
    totals = {name: sum(figures[name] for figures in panels.values()) for name in ("samples", "missed", "errors")}
    rows = [[panel_id, *map(readable, figures.values())] for panel_id, figures in panels.items()]
    said = in_columns([[name, readable(value)] for name, value in (visible | totals).items()])
    return Report(f"{in_columns([['', *_PANEL], *rows])}\n\n{said}", visible | totals | {"panels": panels})


def _for(seconds: float) -> Callable[[], bool]:
    until_s = time.monotonic() + seconds
    return lambda: time.monotonic() >= until_s
