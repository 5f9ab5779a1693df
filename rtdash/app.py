"""The Textual app: keys become commands, samples become states, states are painted once a burst."""

from __future__ import annotations

import asyncio
import math
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import ClassVar

from textual.app import SystemCommand
from textual.binding import BindingType
from textual.screen import Screen
from textual.timer import Timer

from rtdash.interfaces import Control, Explainer, Laboratory, Poller
from rtdash.messages import CommandEnded, SamplesArrived
from rtdash.model.conservation import ConservationWatch
from rtdash.model.data import Table
from rtdash.model.interval import stepped
from rtdash.model.sample import Sample
from rtdash.model.slow import Recorded, SlowQuery
from rtdash.model.store import Store
from rtdash.model.text import plain
from rtdash.model.visibility import COVERED_BY, Visibility
from rtdash.panels.spec import PanelSpec
from rtdash.resources import style_file
from rtdash.scheduler.scheduler import TICK_S
from rtdash.screens.asking import Asking
from rtdash.screens.bindings import BINDINGS
from rtdash.screens.commands import commands
from rtdash.screens.dashboard import DashboardScreen
from rtdash.screens.experiments import Experiments
from rtdash.screens.frames import Frames
from rtdash.screens.leave import Choice, LeaveScreen
from rtdash.screens.picture import Picture
from rtdash.screens.queries import Queries
from rtdash.screens.saying import Saying
from rtdash.screens.slowness import SlowWatch
from rtdash.screens.theme import Themed
from rtdash.screens.view import View
from rtdash.terminal.plain import Plain
from rtdash.terminal.seam import Diffing
from rtdash.widgets.lines import COMPONENTS

SHARES_S = 5.0
"""Over this long the dashboard's own load is measured."""
LEAVES_LAB = "leaving: the lab removes its tables first"
LEAVES_S = 60.0
"""At most so long it is shown: by then it is done, or was ended."""


class RtdashApp(Queries, Experiments, Asking, Themed, Diffing, Plain):
    """Owns store and clock. Only its handlers change state, so nothing is locked."""

    CSS_PATH = style_file("rtdash.tcss")
    TITLE = "rtdash"
    BINDINGS: ClassVar[list[BindingType]] = [*BINDINGS]
    COMPONENT_CLASSES: ClassVar[set[str]] = set(COMPONENTS)

    def __init__(
        self,
        specs: Sequence[PanelSpec],
        poller: Poller,
        control: Control,
        view: View,
        explainer: Explainer,
        record: Callable[[SlowQuery], object] = lambda _: None,
        read_slow: Callable[[float], Recorded] = lambda _: Recorded(),
        *,
        laboratory: Laboratory,
    ) -> None:
        """`record` keeps what was slow, and returns at once; `read_slow` tells what was kept in the last so many s."""
        super().__init__(specs, control, explainer)
        self.poller = poller
        self.view = view
        self.diffs &= view.diffs
        self.is_ascii = view.is_ascii
        self.read_slow = read_slow
        self.laboratory = laboratory
        self.lab_reports, self.lab_trouble = {}, ""
        self.store = Store({spec.id: spec.source for spec in specs}, view.threshold_ms)
        self.visibility = Visibility()
        self.conservation = ConservationWatch()
        self._slow = SlowWatch(specs, view.threshold_ms, record)
        self.is_paused = False
        self._covering = frozenset(spec.id for spec in specs if spec.place == COVERED_BY)
        self._is_leaving = False
        self._arrived: deque[Sample] = deque()
        self._paint_due: Timer | None = None
        self._frames = Frames(line_budget=view.line_budget, frame_rate=view.frame_rate, has_meter=view.has_meter)
        self._newest_count: float | None = None
        self._saying = Saying()
        self._campaign_states: Sequence[tuple[int, str]] = ()
        self._shares: Mapping[str, float] = {}
        self.picture: Picture | None = None

    # ── life ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def get_default_screen(self) -> Screen[None]:
        """The dashboard."""
        return DashboardScreen(
            self.specs,
            BINDINGS,
            threshold_ms=self.view.threshold_ms,
            zone=self.view.zone,
            sweeps=self.view.sweeps,
        )

    def on_mount(self) -> None:
        """Start the lanes and the clock."""
        self.poller.start(self._deliver)
        self._choose_customer(0)
        self.poller.watch(self.dashboard.watched)
        self._clock = self.set_interval(min(self.poller.interval_s, TICK_S), self._tick)
        self.set_interval(SHARES_S, self._measure_shares)
        self.call_after_refresh(self._tick)
        # What is known before the first answer is said by the first frame.
        self._paint()
        if self.view.starts_campaign:
            self.control.start_campaign()

    def _measure_shares(self) -> None:
        self._shares = self.poller.busy_shares()

    def _tick(self) -> None:
        now = self.view.clock()
        self._take_arrived()
        if not self.is_paused:
            self.poller.tick(now)
        self.store.observe(self.poller.in_flight(), self.poller.missed(), now)
        self._paint_soon()

    # ── samples ───────────────────────────────────────────────────────────────────────────────────────────────────

    def _deliver(self, sample: Sample) -> None:
        """What the lanes call, on their threads. A frame that is due takes it in: nobody is woken for each sample."""
        self._arrived.append(sample)
        # Only after that: a frame that is not due any more has yet to look, or there is none.
        if self._paint_due is None:
            self.post_message(SamplesArrived())

    def on_samples_arrived(self) -> None:
        """Paint when their burst is over."""
        self._paint_soon()

    def _take_arrived(self) -> None:
        """Fold in what has arrived."""
        while self._arrived:
            sample = self._arrived.popleft()
            self._remember(sample)
            self._slow.take(sample)
            if self._is_outdated(sample):
                self.store.count(sample)
            else:
                self._apply(sample)

    def _apply(self, sample: Sample) -> None:
        self.store.apply(sample)
        if isinstance(sample.data, Table):
            self._take(sample.panel_id, sample.data, sample)
        elif sample.panel_id in self._covering and sample.error is None:
            self._newest_count = sample.started_at

    def _take(self, probe: str, data: Table, sample: Sample) -> None:
        """What the probes tell of the way from a campaign to the screen."""
        if probe == "arrivals":
            self.visibility.arrived(data, sample.started_at, sample.finished_at)
            if self.visibility.after_arrival is not None:
                self.poller.variables["after_arrival"] = self.visibility.after_arrival
        elif probe == "conservation":
            self.conservation.take_campaigns(data.records()[0], sample.started_at)
        elif probe == "delivery":
            self.conservation.take_delivery(data.records()[0], sample.started_at)
        elif probe == "conservation_events":
            self.conservation.take_events(data.records()[0], sample.started_at)

    def _paint_soon(self) -> None:
        if self._paint_due is None:
            wait_s = self._frames.wait_s(self.view.clock(), self.poller.interval_s)
            # Once: a frame stops it. One that Textual itself ends after one turn it leaves out when it is late by then.
            self._paint_due = self.set_interval(wait_s, self._paint)

    def _hurry(self) -> None:
        """Paint what a key asks for as it comes, however seldom frames are."""
        now = self.view.clock()
        if not self._frames.is_hurried(now):
            # One that is hurried is left: a key that is held down would put it off for as long.
            self._paint_no_more()
        self._frames.hurry(now)
        self._paint_soon()

    def _paint_no_more(self) -> None:
        if self._paint_due is not None:
            self._paint_due.stop()
            self._paint_due = None

    def _paint(self) -> None:
        """In a task of its own: a handler that waits for something may find another picture afterwards."""
        self._paint_no_more()
        if not self.screen_stack:
            return  # a timer that fires while the app closes
        self._take_arrived()
        watched = self.dashboard.watched
        self.picture = Picture(
            specs=[spec for spec in self.specs if spec.is_probe or spec.id in watched],
            states=self.store.states(),
            servers=self.view.servers,
            shares=self._shares,
            at=self.view.clock(),
            now=self.view.wall(self.view.zone),
            interval_s=self.poller.interval_s,
            threshold_ms=self.view.threshold_ms,
            stretches=self.poller.stretches(),
            is_paused=self.is_paused,
            visible_p95_ms=self.visibility.p95_ms(self.view.clock()),
            balances=(self.conservation.donations, self.conservation.events),
            said=self._saying.at(self.view.clock()),
            lab=self.lab_report,
            thrift=self._frames.begin(self.view.clock(), self.written_bytes, self.poller.interval_s),
        )
        if (states := self.picture.campaign_states) != self._campaign_states:
            self._campaign_states = states
            self._saying.overtake()
        self.dashboard.paint(self.picture)
        self._slow.painted(self.picture, self.dashboard.draw_ms)
        if self.dashboard.is_covered:
            # Nobody sees what has come.
            self.visibility.restart()
        elif self._newest_count is not None:
            started_at, self._newest_count = self._newest_count, None
            self.call_after_refresh(lambda: self.visibility.painted(started_at, self.view.clock()))
        self.call_after_refresh(self.view.after_frame)

    # ── keys ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """The same actions as the keys, and the themes."""
        yield from commands(self)
        yield from (command for command in super().get_system_commands(screen) if command.title == "Theme")

    def on_command_ended(self, message: CommandEnded) -> None:
        """Say what became of a command."""
        role = "error" if message.error else "muted"
        self._saying.say(plain(message.error or message.done), role, self.view.clock())
        if message.error:
            self.notify(plain(message.error), severity="error", markup=False)
        self._hurry()

    def action_pause(self) -> None:
        """Stop asking, or go on."""
        self.is_paused = not self.is_paused
        # What arrived meanwhile was not late: nobody looked.
        self.visibility.restart()
        self._hurry()
        self._paint()

    def action_interval(self, step: int) -> None:
        """Ask more or less often."""
        self.poller.interval_s = interval_s = stepped(self.poller.interval_s, step)
        self._clock.stop()
        self._clock = self.set_interval(min(interval_s, TICK_S), self._tick)
        self._hurry()
        self._paint()

    async def action_quit(self) -> None:
        """Leave; campaigns of our own on servers that stay are asked about first."""
        if not (self.view.asks_before_leaving and self.control.own):
            self.leave("stop")
        elif not isinstance(self.screen, LeaveScreen):
            self.push_screen(LeaveScreen(self.control.own), lambda choice: self.leave(choice or "stay"))

    def leave(self, choice: Choice) -> None:
        """End the app, unless the choice is to stay. Lanes end first: no sample may reach a screen that is closing."""
        if choice == "stay" or self._is_leaving:
            return
        self._is_leaving = True
        self._clock.stop()
        self._saying.say("leaving: waiting for queries and delivery reports", "warn", self.view.clock(), math.inf)
        self._hurry()
        if self.laboratory.is_running:
            self.laboratory.stop()
            # Above whatever is on the screen: it may take a while.
            self.notify(LEAVES_LAB, timeout=LEAVES_S)
        self.run_worker(self._end(stop_own=choice == "stop"), name="leave")

    async def _end(self, *, stop_own: bool) -> None:
        await asyncio.to_thread(self.poller.stop)
        # What ended meanwhile may be what was slow.
        self._paint()
        await asyncio.to_thread(lambda: self.control.close(stop_own=stop_own))
        await asyncio.to_thread(self.laboratory.close)
        self.exit(0)
