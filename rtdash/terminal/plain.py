"""The part of the app that does without what a terminal does not have, or its user does not want."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from textual.app import App
from textual.filter import LineFilter

from rtdash.terminal.colors import NoColors
from rtdash.terminal.signs import AsciiSigns


class Plain(App[int]):
    """Without colours where NO_COLOR is set; in ASCII when `is_ascii` is set."""

    is_ascii = False

    def get_line_filters(self) -> Sequence[LineFilter]:
        """What every line goes through before it is shown."""
        filters = [] if self.no_color else [*super().get_line_filters()]
        if self.no_color:
            filters.append(_no_colors(is_dark=self.current_theme.dark))
        if self.is_ascii:
            filters.append(_ascii_signs())
        return filters


# Lines remember what came out of a filter: there is one of each.
_no_colors = cache(NoColors)
_ascii_signs = cache(AsciiSigns)
