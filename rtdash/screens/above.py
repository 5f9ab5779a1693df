"""What screens above the board have in common: they are painted once when they open."""

from __future__ import annotations

from typing import ClassVar, TypeVar

from textual.events import Resize, ScreenResume
from textual.geometry import Region
from textual.screen import ModalScreen
from textual.strip import Strip

from rtdash.widgets.ground import blank

Answer = TypeVar("Answer")


class Above(ModalScreen[Answer]):
    """A screen that fills the terminal, until it is dismissed with an answer."""

    covers: ClassVar[bool] = True
    """Nothing of what lies below is to be seen."""

    def render_lines(self, crop: Region) -> list[Strip]:
        """What lies between its widgets."""
        return blank(self, crop)

    def on_resize(self, event: Resize) -> None:
        """Textual tells a screen of the size that it was just laid out for, and would lay all screens out again."""
        if event.size == self.outer_size:
            event.prevent_default()

    def on_screen_resume(self, event: ScreenResume) -> None:
        """Its widgets have their styles since they were mounted."""
        event.refresh_styles = False


class Overlay(Above[Answer]):
    """A box above the board, which stays as it is around it: there is nothing to send of that, nor to compute."""

    covers = False

    def render_lines(self, crop: Region) -> list[Strip]:
        """The cells of what lies below."""
        lines = self.app.lines_below(self)  # type: ignore[attr-defined]
        if lines is None:
            # Textual's own lets what lies below shine through.
            return super(Above, self).render_lines(crop)
        shown = [line.crop_extend(crop.x, crop.right, None) for line in lines[crop.y : crop.bottom]]
        # On a terminal that has just grown this one is laid out before those below.
        return shown + [Strip.blank(crop.width)] * (crop.height - len(shown))
