"""The command palette: the same actions as the keys, and the presets by name."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from textual.app import App, SystemCommand
from textual.command import CommandPalette

from rtdash.model.campaign import PRESETS
from rtdash.screens.above import Overlay
from rtdash.screens.bindings import BINDINGS


class Palette(CommandPalette, Overlay[None]):
    """Textual's own, with the board around it as it is."""


def commands(app: App[int]) -> Iterator[SystemCommand]:
    """One command a key, and one a preset."""
    for name, rate_per_s in PRESETS.items():
        act = partial(app.call_later, app.run_action, f"preset('{name}')")
        yield SystemCommand(f"Preset {name}", f"{rate_per_s:,} donations a second of the chosen campaign", act)
    for binding in BINDINGS:
        if binding.id is not None and binding.action != "command_palette":
            act = partial(app.call_later, app.run_action, binding.action)
            yield SystemCommand(binding.description, binding.tooltip, act)
