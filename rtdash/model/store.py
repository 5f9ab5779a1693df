"""Folds samples into panel states. Lives on the thread of the screen, so it needs no lock."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from rtdash.model.data import Absent, Stat
from rtdash.model.latency import NO_LATENCY, Latency, LatencyHistory, Reach
from rtdash.model.rate import Rate
from rtdash.model.sample import Sample
from rtdash.model.state import EMPTY_STATE, PanelState

REVIEW_S = 1.0


class Store:
    """States by panel id. `sources` maps each panel to its server, `threshold_ms` is the flag's."""

    def __init__(self, sources: Mapping[str, str], threshold_ms: float) -> None:
        self._sources = dict(sources)
        self._states = dict.fromkeys(sources, EMPTY_STATE)
        self._histories = {panel_id: LatencyHistory(threshold_ms) for panel_id in sources}
        self._read_at = dict.fromkeys(sources, 0.0)
        self._rates: dict[str, Rate] = {}

    def __getitem__(self, panel_id: str) -> PanelState:
        return self._states[panel_id]

    def states(self) -> Mapping[str, PanelState]:
        """All states now."""
        return dict(self._states)

    def values(self, panel_id: str, reach: Reach, now: float) -> tuple[float, ...]:
        """What the panel's queries of one reach took, ms, by size."""
        return self._histories[panel_id].values(reach, now)

    def apply(self, sample: Sample) -> None:
        """Take one sample in. An error keeps the last good value; a dead server marks all its panels."""
        panel_id = sample.panel_id
        self.count(sample)
        if sample.error is not None:
            marked = [panel_id]
            if sample.is_server_down:
                source = self._sources[panel_id]
                marked = [other for other, at in self._sources.items() if at == source]
            for other in marked:
                self._states[other] = replace(self._states[other], error=sample.error)
            return
        before = self._states[panel_id]
        self._states[panel_id] = replace(
            before,
            data=sample.data,
            answered_at=sample.started_at,
            answered_by=panel_id,
            error=None,
            rate_per_s=self._rate(panel_id, sample),
            # Each connection learns it with its first answer: the others have said it already.
            shards=sample.shards or before.shards,
        )

    def count(self, sample: Sample) -> None:
        """Take in how long a sample took, and what was missed meanwhile: all that counts of an answer to a question
        that is not asked any more.
        """
        history, at = self._histories[sample.panel_id], sample.finished_at
        if isinstance(sample.data, Absent) or (sample.error is not None and not sample.latency_ms):
            history.add_missed(at, sample.missed_ms)
        elif sample.is_first:
            history.add_first(at, sample.latency_ms, sample.missed_ms)
        else:
            history.add(at, sample.latency_ms, sample.missed_ms)
        self._states[sample.panel_id] = replace(self._states[sample.panel_id], latency=self._read(sample.panel_id, at))

    def _rate(self, panel_id: str, sample: Sample) -> float | None:
        if not isinstance(sample.data, Stat) or sample.data.value is None:
            self._rates.pop(panel_id, None)
            return None
        rate = self._rates.setdefault(panel_id, Rate())
        rate.add(sample.started_at, float(sample.data.value))
        return rate.per_s()

    def _read(self, panel_id: str, now: float) -> Latency:
        self._read_at[panel_id] = now
        return self._histories[panel_id].read(now)

    def observe(self, in_flight: Mapping[str, float], missed: Mapping[str, int], now: float) -> None:
        """Take in what the scheduler alone knows: queries still running, and ticks that were left out.

        What is as old as its span leaves the figures at `now`, also of a panel that is not answered any more.
        """
        for panel_id, known in self._states.items():
            state = known
            if state.latency is not NO_LATENCY and now - self._read_at[panel_id] >= REVIEW_S:
                state = replace(state, latency=self._read(panel_id, now))
            since, skipped = in_flight.get(panel_id), missed.get(panel_id, 0)
            if since != state.in_flight_since or skipped != state.missed:
                state = replace(state, in_flight_since=since, missed=skipped)
            self._states[panel_id] = state

    def forget(self, panel_ids: Iterable[str]) -> None:
        """Drop the data of panels whose question has changed: an old answer under a new title would be a lie."""
        for panel_id in panel_ids:
            self._rates.pop(panel_id, None)
            self._states[panel_id] = replace(
                self._states[panel_id], data=None, answered_at=None, answered_by="", rate_per_s=None
            )

    def hand_over(self, from_id: str, to_id: str) -> None:
        """The panel `to_id` comes in the place of another, which asks for the same: until its own first answer it shows
        what that one has shown, as old as it is. Latencies stay with whose they are.
        """
        shown = self._states[from_id]
        self._states[to_id] = replace(
            self._states[to_id],
            data=shown.data,
            answered_at=shown.answered_at,
            answered_by=shown.answered_by,
            rate_per_s=shown.rate_per_s,
            error=None,
        )
        self._rates.pop(to_id, None)
        if (rate := self._rates.pop(from_id, None)) is not None:
            self._rates[to_id] = rate
