"""The dashboard's screen: places panels and panes, and hands states to them."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from datetime import tzinfo

from textual.app import ComposeResult
from textual.binding import Binding
from textual.events import Resize
from textual.geometry import Region
from textual.screen import Screen
from textual.strip import Strip

from rtdash.panels.spec import PanelSpec, Source
from rtdash.screens import layout
from rtdash.screens.above import Above
from rtdash.screens.picture import Picture
from rtdash.screens.summary import status
from rtdash.widgets.campaigns import CampaignsPane
from rtdash.widgets.drawing import conservation
from rtdash.widgets.ground import Column, Row, Tiles, blank
from rtdash.widgets.keys import KeysLine
from rtdash.widgets.latency import LatencyPane
from rtdash.widgets.panel import Frame, Panel
from rtdash.widgets.panes import Slowest, StatusLine

KEPT_KEYS = frozenset({"start", "form", "beside", "stop", "pause", "help", "page", "quit"})
"""In the line of keys however small the screen is."""
LESSER_KEYS = frozenset({"preset", "stop-all"})
"""In the line of keys where all have room."""
CHOOSE_FIRST = "choose a panel first: Tab, a click, or a row of the latency table (l)"
"""What is said when a key is meant for a panel and there is no `chosen_id`."""


class DashboardScreen(Screen[None]):
    """The board, on a small screen in three pages; audience, cluster, pipeline and the user's own have a page each."""

    AUTO_FOCUS = ""
    MIN_COLUMNS, MIN_ROWS = 100, 34
    WIDE_COLUMNS = 240
    BOXED_COLUMNS, BOXED_ROWS = 160, 46

    def __init__(
        self,
        specs: Sequence[PanelSpec],
        bindings: Sequence[Binding],
        *,
        threshold_ms: float,
        zone: tzinfo,
        sweeps: bool,
    ) -> None:
        """With `sweeps` live charts stand still under a write head."""
        super().__init__()
        shown = (spec for spec in specs if not (spec.is_probe or spec.stands_for))
        self.panels = {spec.id: Panel(spec, threshold_ms, zone, sweeps=sweeps) for spec in shown}
        self._keys_line = KeysLine(bindings, keep=KEPT_KEYS, lesser=LESSER_KEYS)
        self._status = StatusLine()
        self._slowest = Slowest(threshold_ms)
        self.latency = LatencyPane(threshold_ms)
        self.campaigns = CampaignsPane()
        self.draw_ms: dict[str, float] = {}
        """What it took to make the lines of each panel when it was last painted."""
        self._hidden: Picture | None = None
        """What is not drawn yet."""
        self._page = self._board_page = layout.BOARD_PAGES[0]

    def compose(self) -> ComposeResult:
        """Status, the three groups of the board, the other pages, and the keys."""

        def known(ids: Iterable[str]) -> list[Panel]:
            return [self.panels[id_] for id_ in ids if id_ in self.panels]

        # Before there is anything whose styles would be looked up again.
        self._classify()
        yield self._status
        with Column(id="board"):
            with Column(id="donations", classes="page"):
                yield Row(*known(layout.HEADLINE), id="headline")
                with Row(id="movement"):
                    yield from known([layout.CITIES, layout.MAP])
                    yield Column(*known(layout.ORGANIZATIONS), id="organizations")
            with Row(id="clickstream", classes="page"):
                yield from known([layout.TREND])
                with Column(id="counts"):
                    yield Row(*known(layout.COUNTS[:2]), id="counts-above")
                    yield from known(layout.COUNTS[2:])
                yield from known([layout.TOP_DEVICES])
            with Row(id="operations", classes="page"):
                yield self.latency
                yield self.campaigns
            yield Tiles(*known(layout.AUDIENCE), id="audience", classes="page")
            yield Tiles(*known(layout.CLUSTER), id="cluster", classes="page")
            yield Column(*known(layout.PIPELINE), id="pipeline", classes="page")
            yield Column(*known(self._own), id="own", classes="page")
        yield self._slowest
        yield self._keys_line

    def render_lines(self, crop: Region) -> list[Strip]:
        """What lies between the panels."""
        return blank(self, crop)

    @property
    def _own(self) -> list[str]:
        return [panel_id for panel_id in self.panels if panel_id not in layout.SHIPPED]

    @property
    def watched(self) -> frozenset[str]:
        """What asks for the panels whose answers are wanted now: the board's, and those of the page that is shown."""
        pages = {
            "audience": layout.AUDIENCE,
            "cluster": layout.CLUSTER,
            "pipeline": layout.PIPELINE,
            "own": self._own,
        }
        shown = self.panels.keys() & layout.BOARD.union(pages.get(self._page, ()))
        return frozenset(self.panels[panel_id].asked.id for panel_id in shown)

    @property
    def chosen_id(self) -> str | None:
        """What asks for the panel that has the focus, or lies under the cursor of the latency table while that has it.

        None while that is not on the screen: behind a panel that fills it, Tab still leads there.
        """
        focused = self.focused
        if focused is None or not focused.size.area:
            return None
        if isinstance(focused, Panel):
            return focused.asked.id
        return self.latency.chosen_id if focused is self.latency else None

    @property
    def is_small(self) -> bool:
        """Whether the screen shows one page at a time."""
        width, height = self.app.size
        return width < self.MIN_COLUMNS or height < self.MIN_ROWS

    def ask(self, spec: PanelSpec) -> PanelSpec:
        """From now on the panel in the place of `spec` shows what that is answered; returns what it was asked by."""
        panel = self.panels[spec.place]
        before, panel.asked = panel.asked, spec
        self.latency.cursor.exchange(before.id, spec.id)
        return before

    def on_mount(self) -> None:
        """Choose before the first layout."""
        self._arrange()

    def on_resize(self, event: Resize) -> None:
        """Choose between one page and all."""
        del event
        self._arrange()

    def show_page(self, page: str) -> None:
        """Show one page, or the part of the board that is one."""
        self._page = page
        if page in layout.BOARD_PAGES:
            self._board_page = page
        self.minimize()
        self._arrange()

    @property
    def _is_boxed(self) -> bool:
        width, height = self.app.size
        return width >= self.BOXED_COLUMNS and height >= self.BOXED_ROWS

    def _classify(self) -> None:
        """Say to the style sheet how much room there is."""
        self.set_class(self.is_small, "-small")
        self.set_class(self.app.size.width >= self.WIDE_COLUMNS, "-wide")
        self.set_class(self._is_boxed, "-boxed")

    def _arrange(self) -> None:
        self._classify()
        small, boxed = self.is_small, self._is_boxed
        for page in layout.PAGES:
            is_part = not small and page in layout.BOARD_PAGES and self._page in layout.BOARD_PAGES
            self.query_one(f"#{page}").display = is_part or page == self._page
        for framed in self.query(Frame):
            framed.set_boxed(boxed)
        # Left alone, Textual would move it to a neighbour that is going as well.
        if self.focused is not None and not all(node.display for node in self.focused.ancestors_with_self):
            self.set_focus(None)
            # The one that loses it is drawn again, in the frame of the new layout and not before.
            self.refresh(layout=True)

    def next_page(self) -> None:
        """The page after this one; the board is one of them where it is shown at once."""
        pages = [
            page
            for page in layout.PAGES
            if (self.is_small or page not in layout.BOARD_PAGES[1:]) and (page != "own" or self._own)
        ]
        here = pages.index(self._page) if self._page in pages else 0
        self.show_page(pages[(here + 1) % len(pages)])

    def show_board(self) -> None:
        """The board, as it was left."""
        self.show_page(self._board_page)

    def zoom(self, framed: Frame | None = None) -> None:
        """Let one panel fill the screen, or give the others their room back."""
        if self.maximized is not None:
            self.minimize()
            return
        target = framed or (self.focused if isinstance(self.focused, Frame) else None)
        if target is None:
            target = next((each for each in self.query(Frame) if each.size.area), None)
        if target is not None:
            # Textual's own way there has every widget of the screen looked up in the style sheet again.
            self.set_reactive(Screen.maximized, target)
            target.add_class("-zoomed")
            target.set_boxed(True)
            self.refresh(layout=True)

    def minimize(self) -> None:
        """A panel that gives its room back has the frame of the others again."""
        if (zoomed := self.maximized) is not None:
            self.set_reactive(Screen.maximized, None)
            zoomed.remove_class("-zoomed")
            self._arrange()
            self.refresh(layout=True)
        super().minimize()

    def paint(self, picture: Picture) -> None:
        """Show the picture; behind a screen that covers it nothing is drawn until that is gone."""
        self.draw_ms = {}
        self._hidden = picture if self.is_covered else None
        if self._hidden is None:
            self._draw(picture)

    @property
    def is_covered(self) -> bool:
        """Whether nothing of it is to be seen."""
        return any(screen.covers for screen in self.app.screen_stack if isinstance(screen, Above))

    def on_screen_resume(self) -> None:
        """Catch up."""
        if self._hidden is not None:
            self.paint(self._hidden)

    def _draw(self, picture: Picture) -> None:
        """Hand panels and panes their part of the picture."""
        upstream, generated_until, thinned = picture.upstream, picture.generated_until, picture.thinned
        for panel_id, panel in self.panels.items():
            # What the cluster's panels tell is of the server itself, however late or thin the events are.
            if panel.spec.source is Source.CITUS and panel_id not in layout.CLUSTER:
                panel.set_upstream(upstream, generated_until, thinned, picture.now)
            started = time.perf_counter()
            asked = panel.asked
            panel.set_state(picture.states[asked.id], picture.at, picture.every_s(asked), picture.thrift.chart_s)
            self.draw_ms[asked.id] = 1000 * (time.perf_counter() - started)
        rows = picture.latency_rows
        self.latency.set_rows(rows, picture.at, picture.share_spans())
        self._slowest.set_rows(rows, picture.at)
        foot = conservation.draw(*picture.balances, self.campaigns.inner[0])
        self.campaigns.set_campaigns(picture.campaigns, picture.delivery_spans(), list(picture.said), foot)
        self._status.set_status(status(picture, self.campaigns.chosen))
