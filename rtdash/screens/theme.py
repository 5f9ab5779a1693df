"""The default theme: told apart by people who do not see red and green alike (the palette of Okabe and Ito)."""

from __future__ import annotations

from textual.app import App
from textual.reactive import Reactive
from textual.theme import Theme

_ORANGE = "#E69F00"

RTDASH_DARK = Theme(
    name="rtdash-dark",
    primary="#56B4E9",
    secondary="#CC79A7",
    accent="#F0E442",
    warning=_ORANGE,
    error="#FF6E4A",
    success="#2BBF95",
    foreground="#E6EAF0",
    background="#0E1218",
    surface="#161C26",
    panel="#1C2430",
    dark=True,
    variables={
        # Else it is a shade of itself to Textual, one off, and no more the second series' colour.
        "warning": _ORANGE,
        "quiet": "#8A94A6",
        "frame": "#3A4556",
        "contour": "#4C5A70",
        "series-1": "#56B4E9",
        "series-2": _ORANGE,
        "series-3": "#2BBF95",
        "series-4": "#CC79A7",
    },
)


class Themed(App[int]):
    """The part of the app that has this theme: before the style sheet is read, which would else be read twice more."""

    theme = Reactive(RTDASH_DARK.name)

    @property
    def available_themes(self) -> dict[str, Theme]:
        """Textual's, and ours."""
        return {RTDASH_DARK.name: RTDASH_DARK, **super().available_themes}

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """The style sheet's own tokens, for themes that do not have them."""
        return dict(RTDASH_DARK.variables)
