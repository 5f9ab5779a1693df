"""A panel on the screen: a frame, a body drawn from the panel's state, and its age."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, tzinfo
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.events import Click

from rtdash.messages import PanelOpened
from rtdash.model.data import Bars, Counts, Line, Sparklines, Table
from rtdash.model.state import EMPTY_STATE, PanelState
from rtdash.model.text import plain
from rtdash.panels.spec import Draw, PanelSpec
from rtdash.widgets.drawing import body, frame, spans, whose
from rtdash.widgets.drawing.numbers import how_old, milliseconds, moment
from rtdash.widgets.drawing.spans import Span, fit
from rtdash.widgets.drawing.sweep import HEAD
from rtdash.widgets.lines import Lines

STALE_S = 0.5
STALE_INTERVALS = 2.2
"""Data older than both is marked with its age: at four polls a second within one of the server's falling silent."""


LEAST_TITLE = 14
"""Cells that what can be said shorter leaves to the title."""
FRAME = 6
"""Cells of an edge with its rules."""
_ALL = 1_000_000
"""More lines than any body has."""
_RENEWALS = {Draw.SPARKLINES: 0.9, Draw.LINE: 0.9, Draw.MAP: 1.8}
"""How much of the interval of charts passes until each is drawn anew: a frame that is a little early will do."""


class Frame(Lines, can_focus=True):
    """A framed widget whose body can be scrolled by lines; the first `sticky` ones stay."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "scroll_body(-1)", "Up", show=False),
        Binding("down", "scroll_body(1)", "Down", show=False),
        Binding("pageup", "scroll_body(-10)", "Page up", show=False),
        Binding("pagedown", "scroll_body(10)", "Page down", show=False),
        Binding("home", f"scroll_body(-{_ALL})", "Top", show=False),
        Binding("end", f"scroll_body({_ALL})", "End", show=False),
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = {"lines--border"}
    boxed: bool = True
    sticky: int = 0

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 (Textual's name)
        super().__init__(id=id, classes=classes)
        self._offset = 0
        self._revealed = (0, 0)
        self._composed: tuple[object, ...] = ()

    @property
    def inner(self) -> tuple[int, int]:
        """Width and height of the body, in cells."""
        width, height = self.outer_size
        return (width - 2, height - 2) if self.boxed else (width, height - 1)

    def room(self, pinned: Sequence[spans.Line]) -> int:
        """Lines of the body above the pinned ones, of which no more are shown than leave a line that scrolls."""
        height = self.inner[1]
        return max(height - len(pinned), min(height, self.sticky + 1))

    def row_at(self, y: int, pinned: Sequence[spans.Line] = ()) -> int | None:
        """Which of the rows that scroll lies at line `y` of the widget; None where there is none."""
        row = y - 1 - self.sticky
        return self._offset + row if 0 <= row < self.room(pinned) - self.sticky else None

    def reveal(self, row: int, pinned: Sequence[spans.Line] = ()) -> None:
        """Scroll as far as this row needs, when it is another than before; until then the wheel scrolls."""
        room = self.room(pinned) - self.sticky
        if (row, room) != self._revealed:
            self._revealed = (row, room)
            self._offset = max(0, row - room + 1)

    def compose_frame(
        self,
        title: list[Span],
        corner: list[Span],
        lines: list[spans.Line],
        note: list[Span],
        foot: list[Span],
        *,
        keep: int = 0,
        pinned: Sequence[spans.Line] = (),
    ) -> None:
        """Put frame and body together and show them; the last `keep` texts of the corner outlast the title.

        `pinned` lines stay at the bottom, whatever is scrolled above them.
        """
        given = title, corner, lines, note, foot, keep, pinned, self.boxed, self._offset, self.outer_size
        if given == self._composed and self.shows:
            return
        self._composed = given
        width, height = self.outer_size
        inner_width, inner_height = self.inner
        if inner_width < 4 or inner_height < 1:
            return
        room = self.room(pinned)
        more = len(lines) - room
        self._offset = max(0, min(self._offset, more))
        if more > 0:
            lines = lines[: self.sticky] + lines[self.sticky + self._offset :][: room - self.sticky]
            below = more - self._offset
            foot = [(f" {below} more ↓ ", "muted")] if below else [(f" {self._offset} above ↑ ", "muted")]
            if not self.boxed:
                corner = [*foot, *corner]
        lines = [*lines, *[()] * (room - len(lines)), *pinned[: inner_height - room]]
        shown: list[spans.Line] = [frame.top(title, corner, width, boxed=self.boxed, keep=keep)]
        if self.boxed:
            shown += [(("│", "border"), *fit(line, inner_width), ("│", "border")) for line in lines]
            shown.append(frame.bottom(note, foot, width))
        else:
            shown += lines
            if note:
                shown[-1] = fit(note, width)
        self.show(shown[:height])

    def set_boxed(self, boxed: bool) -> None:
        """A full box, or only a rule above, for small screens."""
        if boxed is not self.boxed:
            self.boxed = boxed
            self.outdate()

    def action_scroll_body(self, lines: int) -> None:
        """Scroll the body, if it is longer than the panel."""
        self._offset = max(0, self._offset + lines)
        self.redraw()

    def on_mouse_scroll_down(self) -> None:
        """Scroll by the wheel."""
        self.action_scroll_body(2)

    def on_mouse_scroll_up(self) -> None:
        """Scroll by the wheel."""
        self.action_scroll_body(-2)


class Panel(Frame):
    """Draws one `PanelState`; knows no source and no clock."""

    def __init__(self, spec: PanelSpec, threshold_ms: float, zone: tzinfo = UTC, *, sweeps: bool = False) -> None:
        super().__init__(id=f"panel-{spec.id}")
        self.spec = spec
        self.asked = spec
        """What asks in its name: itself, or what stands in for it."""
        self.tooltip = spec.help or None
        self.sticky = 1 if spec.draw == "table" else 0
        self._every_s = 0.0
        self._threshold_ms = threshold_ms
        self._zone = zone
        self._sweeps = sweeps
        self._renews_s = 0.0
        self._state: PanelState = EMPTY_STATE
        self._at = 0.0
        self._body: list[spans.Line] = []
        self._body_of: tuple[object, ...] = ()
        self._body_at = 0.0
        self._subject = ""
        self._upstream: Span | None = None
        self._thinned: Span | None = None
        self._generated_until: datetime | None = None
        self._now: datetime | None = None

    def set_subject(self, subject: str) -> None:
        """Whom the panel speaks of, for panels with a variable."""
        self._subject = plain(subject)
        self.redraw()

    def set_upstream(
        self, upstream: Span | None, generated_until: datetime | None, thinned: Span | None, now: datetime
    ) -> None:
        """What is wrong before the tables that are read, until when their past was made up, what they leave out."""
        self._upstream, self._generated_until, self._thinned = upstream, generated_until, thinned
        self._now = now

    def set_state(self, state: PanelState, at: float, every_s: float, chart_s: float = 0.0) -> None:
        """Draw a state as it is at a moment of the samples' clock, of a panel that is asked every `every_s`.

        What has not changed is not sent again. A chart is drawn anew once in `chart_s` at most, a map half as often.
        """
        self._state, self._at, self._every_s = state, at, every_s
        self._renews_s = _RENEWALS.get(self.spec.draw, 0.0) * chart_s
        self.redraw()

    def redraw(self) -> None:
        """Draw the last state."""
        if not self.is_attached or not self.size.area:
            return
        now = self._at
        state = self._state
        age_s = state.age_s(now)
        is_stale = age_s is not None and not state.is_absent and age_s > max(STALE_S, STALE_INTERVALS * self._every_s)
        is_slow = state.is_slow(now, self._threshold_ms)
        self.set_class(is_stale, "-stale")
        self.set_class(is_slow, "-slow")
        self.set_class(state.error is not None, "-error")
        self.set_class(state.is_absent, "-absent")
        title: list[Span] = [(f" {self.spec.title}", "title")]
        if self._subject:
            title.append((f" · {self._subject}", "accent"))
        title.append((" ", "title"))
        note: list[Span] = [(f" ✗ {plain(state.error)} ", "error")] if state.error else []
        said = self._trouble(state, now, age_s, is_stale=is_stale, is_slow=is_slow)
        title_cells = min(spans.width(title), LEAST_TITLE)
        room = self.outer_size.width - title_cells - spans.width(said) - FRAME
        mark = whose.mark(self.asked, state.answered_by, room)
        quiet = bool(said) or state.is_absent
        corner: list[Span] = [] if quiet else [(" waiting " if age_s is None else " live ", "muted")]
        window = self._window()
        if not self.boxed:
            corner, window = [*corner, *window], []
        self.compose_frame(title, [*corner, *mark, *said], self._lines_of(state), note, window, keep=len(mark + said))

    def _trouble(
        self, state: PanelState, now: float, age_s: float | None, *, is_stale: bool, is_slow: bool
    ) -> list[Span]:
        """What must be said in the corner, whatever room there is."""
        said: list[Span] = []
        if is_slow:
            said.append((f" ▲ {milliseconds(max(state.latency.last, state.in_flight_ms(now)))} ms ", "warn"))
        # What failed is not live, however young its last good answer still is.
        if (is_stale or state.error) and age_s is not None:
            said.append((f" {how_old(age_s)} old ", "warn"))
        elif self._upstream is not None and not state.is_absent:
            said.append(self._upstream)
        return said

    def _window(self) -> list[Span]:
        """How many shards were asked, what of the window was made up, where it begins, and what was left out of it.

        Where there is no room the first of them go.
        """
        if self._state.is_absent:
            return []
        window: list[Span] = [] if self._state.shards is None else [(f" {self._state.shards} ", "muted")]
        if self._sweeps and isinstance(self._state.data, Sparklines) and self._state.data.series:
            # It stands still at the end of a campaign: that is not now.
            window += [(f" {HEAD}", "accent"), (" newest ", "muted")]
        since: list[Span] = []
        start: datetime | None = None
        match self._state.data:
            case Counts(since=datetime() as start) | Bars(since=datetime() as start) | Table(since=datetime() as start):
                since.append((f" since {moment(start.astimezone(self._zone), self._now)} ", "muted"))
            case Line(at=(start, *_)):
                pass
        if start is not None and self._generated_until is not None and start < self._generated_until:
            until = self._generated_until.astimezone(self._zone)
            window.append((f" history until {until:%a %H:%M} is generated ", "muted"))
        window += since
        return [*window, self._thinned] if self._thinned is not None else window

    def _lines_of(self, state: PanelState) -> list[spans.Line]:
        width, height = self.inner
        if state.data is None:
            self._body_of = ()
            waiting = "no answer yet" if state.error else "waiting for the first answer"
            return [fit(((f" {waiting}", "muted"),), width)]
        asked = (type(state.data), width, height, state.rate_per_s, state.data)
        is_held = self._at - self._body_at < self._renews_s and asked[:3] == self._body_of[:3]
        if asked != self._body_of and not is_held:
            self._body = body.draw(
                state.data, state.rate_per_s, self.spec.unit, self._zone, width, height, sweeps=self._sweeps
            )
            self._body_of, self._body_at = asked, self._at
        return self._body

    def on_click(self, event: Click) -> None:
        """A double click lets it fill the screen."""
        if event.chain == 2:
            self.post_message(PanelOpened(self.spec.id))
