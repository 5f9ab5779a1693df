"""The command palette: the same actions as the keys."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from textual.app import App, SystemCommand

from rtdash.screens.bindings import BINDINGS


def commands(app: App[int]) -> Iterator[SystemCommand]:
    """One command a key."""
    for binding in BINDINGS:
        if binding.id is not None and binding.action != "command_palette":
            act = partial(app.call_later, app.run_action, binding.action)
            yield SystemCommand(binding.description, binding.tooltip, act)
