"""What the keys do to what is in view."""

from __future__ import annotations

from textual.theme import ThemeProvider

from rtdash.messages import PanelOpened
from rtdash.screens.bindings import BINDINGS
from rtdash.screens.commands import Palette
from rtdash.screens.explaining import Explaining
from rtdash.screens.help import HelpScreen
from rtdash.screens.lab import LAB_BINDINGS
from rtdash.screens.slow import SLOW_BINDINGS
from rtdash.screens.why import WHY_BINDINGS
from rtdash.widgets.cursor import ROW_BINDINGS
from rtdash.widgets.latency import LATENCY_BINDINGS


class Looking(Explaining):
    """The part of the app that turns pages and lets a panel fill the screen."""

    _help: HelpScreen | None = None

    def _tick(self) -> None:
        """Ask what is due."""
        raise NotImplementedError

    def _paint(self) -> None:
        """Draw what is known."""
        raise NotImplementedError

    def _hurry(self) -> None:
        """Draw what comes as it comes."""
        raise NotImplementedError

    def action_zoom(self) -> None:
        """Let the focused panel fill the screen, or give it back."""
        self.dashboard.zoom()
        self._hurry()
        self._paint()

    def action_latency(self) -> None:
        """The latency table, large, and the keys are its own."""
        if self.dashboard.is_small:
            self.dashboard.show_page("operations")
            self.dashboard.latency.focus()
        elif self.dashboard.maximized is not None:
            self.dashboard.zoom()
        else:
            self.dashboard.show_board()
            self.dashboard.zoom(self.dashboard.latency)
            self.dashboard.latency.focus()
        self._look()

    def action_page(self, page: str = "") -> None:
        """This page, or the next one."""
        if page:
            self.dashboard.show_page(page)
        else:
            self.dashboard.next_page()
        self._look()

    def action_board(self) -> None:
        """Back to the board; from a zoomed panel, Textual's own Escape goes first."""
        self.dashboard.show_board()
        self._look()

    def _look(self) -> None:
        """Ask nothing any more that has gone out of view, and what has come into it once it is shown."""
        self.poller.watch(self.dashboard.watched)
        self._hurry()
        self.call_after_refresh(self._tick)

    def action_show_help(self) -> None:
        """Keys and panels."""
        if self._help is None:
            keys = [*BINDINGS, *ROW_BINDINGS, *LATENCY_BINDINGS, *SLOW_BINDINGS, *WHY_BINDINGS, *LAB_BINDINGS]
            self._help = HelpScreen(keys, self.specs)
            # Else it would end with its first look.
            self.install_screen(self._help, "help")
        if self.screen is not self._help:
            self._help.rewind()
            self.push_screen(self._help)

    def action_command_palette(self) -> None:
        """Find a command by its name."""
        if not isinstance(self.screen, Palette):
            self.push_screen(Palette())

    def search_themes(self) -> None:
        """Find a theme by its name: Textual's own palette would dim the board, and send all of it."""
        self.push_screen(Palette([ThemeProvider], placeholder="Search for themes…"))

    def on_panel_opened(self, message: PanelOpened) -> None:
        """A double click lets the panel fill the screen."""
        self.dashboard.zoom(self.dashboard.panels[message.panel_id])
