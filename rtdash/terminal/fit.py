"""Whether the installed Textual is one that the difference of cells fits."""

from __future__ import annotations

import inspect
import pkgutil
from importlib.metadata import version

from textual.app import App

VERSIONS = ("8.2.",)
"""Those whose sources were read for it."""
LEANS_ON = {
    "textual.app:App._display": ("self", "screen", "renderable"),
    "textual._compositor:Compositor.render_update": ("self", "full", "screen_stack", "simplify"),
    "textual._compositor:Compositor.render_strips": ("self", "size"),
    "textual._compositor:LayoutUpdate": ("strips", "region"),
    "textual._compositor:ChopsUpdate": ("chops", "spans", "chop_ends"),
    "textual.driver:Driver.write": ("self", "data"),
    "textual.driver:Driver.flush": ("self",),
    "textual.driver:Driver.start_application_mode": ("self",),
    "textual.driver:Driver.stop_application_mode": ("self",),
}
"""What is called, overridden or read, and its parameters."""
SETS = {"textual.screen:Screen": "_compositor", "textual._compositor:Compositor": "size"}
"""What each of these is given when it is made."""
ATTRIBUTES = (
    "_background_screens",
    "_batch_count",
    "_closed",
    "_driver",
    "_running",
    "_sync_available",
    "cursor_position",
)
"""Of the app."""


def misfit(app: App[int]) -> str:
    """Why it does not fit; empty when it does."""
    if not (installed := version("textual")).startswith(VERSIONS):
        return f"it was not written for Textual {installed}"
    for name, wanted in LEANS_ON.items():
        try:
            found = tuple(inspect.signature(pkgutil.resolve_name(name)).parameters)
        except (ImportError, AttributeError):
            return f"Textual has no {name}"
        if found != wanted:
            return f"Textual's {name} takes {', '.join(found) or 'nothing'}"
    for owner, attribute in SETS.items():
        if attribute not in pkgutil.resolve_name(owner).__init__.__code__.co_names:
            return f"Textual's {owner} has no {attribute}"
    missing = [name for name in ATTRIBUTES if name not in vars(app) and not hasattr(type(app), name)]
    return f"Textual's app has no {missing[0]}" if missing else ""
