"""Processes of this machine, as /proc shows them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Process:
    """One process; the time of its start tells it from a later one with the same number."""

    pid: int
    started: int
    parent: int
    arguments: bytes

    @property
    def command(self) -> str:
        """Its arguments, with blanks between them."""
        return self.arguments.replace(b"\0", b" ").decode(errors="replace").strip()

    @property
    def environment(self) -> bytes:
        """Its variables; nothing when it has ended, or is somebody else's."""
        with suppress(FileNotFoundError, ProcessLookupError, PermissionError):
            return Path(f"/proc/{self.pid}/environ").read_bytes()
        return b""

    @property
    def working_folder(self) -> bytes:
        """Where it works; nothing when it has ended, or is somebody else's."""
        with suppress(FileNotFoundError, ProcessLookupError, PermissionError):
            return os.fsencode(Path(f"/proc/{self.pid}/cwd").readlink())
        return b""

    @property
    def lives(self) -> bool:
        """Whether it still runs; a zombie does not."""
        found = _read(self.pid)
        return found is not None and found.started == self.started


def _read(pid: int) -> Process | None:
    folder = Path(f"/proc/{pid}")
    try:
        state, parent, *rest = (folder / "stat").read_text().rsplit(") ", 1)[1].split()
        arguments = (folder / "cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return None if state == "Z" else Process(pid, int(rest[17]), int(parent), arguments)


def everyone() -> Iterator[Process]:
    """All processes."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (found := _read(int(entry.name))):
            yield found


def family(pid: int) -> list[Process]:
    """The process and all that descend from it."""
    processes = list(everyone())
    members = {pid}
    while more := {each.pid for each in processes if each.parent in members} - members:
        members |= more
    return [each for each in processes if each.pid in members]


def users_of(folder: Path) -> list[Process]:
    """Processes that name `folder` in their arguments or environment, or work in it, whoever started them."""
    name = os.fsencode(folder)

    def uses(each: Process) -> bool:
        return any(name in text for text in (each.arguments, each.environment, each.working_folder))

    return [each for each in everyone() if each.pid != os.getpid() and uses(each)]
