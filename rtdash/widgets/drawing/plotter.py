"""plotext without its manual and its tests, which take more time and memory to import than all that draws.

The names of those modules are plotext's own affair, and what it does with them while it is imported: where they are
others, or it does not go without them, all of it is imported.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

__all__ = ["plotext"]


class _Nothing(ModuleType):
    """Has whatever is asked of it."""

    def __getattr__(self, name: str) -> None:
        return None


@contextmanager
def _left_out() -> Iterator[None]:
    names = [name for name in ("plotext._doc.doc", "plotext._tests.run") if name not in sys.modules]
    sys.modules.update({name: _Nothing(name) for name in names})
    try:
        yield
    finally:
        for name in names:
            del sys.modules[name]


try:
    with _left_out():
        import plotext
except Exception:  # noqa: BLE001 (whatever it does with nothing)
    for _name in [name for name in [*sys.modules] if name.partition(".")[0] == "plotext"]:
        del sys.modules[_name]
    import plotext
