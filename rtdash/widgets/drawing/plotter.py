"""plotext without its manual and its tests, which take more time and memory to import than all that draws.

The names of those modules are plotext's own affair: where they are others, all of it is imported.
"""

from __future__ import annotations

import sys
from types import ModuleType

__all__ = ["plotext"]


class _Nothing(ModuleType):
    """Has whatever is asked of it."""

    def __getattr__(self, name: str) -> None:
        return None


_left_out = [name for name in ("plotext._doc.doc", "plotext._tests.run") if name not in sys.modules]
sys.modules.update({name: _Nothing(name) for name in _left_out})
try:
    import plotext
finally:
    for _name in _left_out:
        del sys.modules[_name]
