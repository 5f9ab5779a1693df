"""The real dashboard in a pseudo-terminal, to be measured there."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path

from rtdash.bench.meter import Meter
from rtdash.bench.size import Size

LIVE = b"250 ms"
"""The interval on the status line: its first picture is there, and it is not paused."""
FIRST_PAINT_S = 30.0
"""No dashboard takes so long to show it."""


@dataclass(frozen=True, slots=True)
class Dashboards:
    """They are opened on the servers of a settings file; what they keep is below `home`."""

    settings_file: Path
    home: Path

    def open(self, size: Size, *options: str) -> Meter:
        """One more, with these options of the command line; the end of a `with` block ends it."""
        command = [sys.executable, "-P", "-m", "rtdash", "--settings", str(self.settings_file), *options]
        return Meter(command, environment(self.home), columns=size.columns, rows=size.rows)


def environment(home: Path) -> dict[str, str]:
    """Without the settings of whoever measures."""
    return {"PATH": os.environ["PATH"], "HOME": str(home), "LANG": "C.UTF-8"}
