"""What processes of this machine take, as /proc shows it."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

_TICKS_PER_S = os.sysconf("SC_CLK_TCK")
_MIB = 1 << 20


def processor_s(pids: Iterable[int]) -> float:
    """Processor time that these processes have taken, with their children that have ended, s."""
    return sum(sum(map(int, _stat(pid)[11:15])) for pid in pids) / _TICKS_PER_S


def resident_mib(pid: int) -> float:
    """Memory of a process that is not swapped out, what it shares with others included, MiB."""
    pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="utf-8").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / _MIB


def with_children(parent: int) -> list[int]:
    """A process and its children."""
    children = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if parent_of(int(folder.name)) == parent:
                children.append(int(folder.name))
        except (FileNotFoundError, ProcessLookupError):
            continue  # it has ended
    return [parent, *children]


def parent_of(pid: int) -> int:
    """The parent of a process."""
    return int(_stat(pid)[1])


def _stat(pid: int) -> list[str]:
    """Fields of /proc/…/stat after the name: state, parent, …, from the 11th on the four times in ticks."""
    return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
