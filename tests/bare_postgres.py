"""A private PostgreSQL on which neither pg_partman nor pg_cron was ever installed."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from rtdash.servers.postgres import PrivatePostgres

_MISSING = ("pg_partman", "pg_cron")


class BarePostgres(PrivatePostgres):
    """The same server with hll alone.

    PostgreSQL finds its files relative to where its program really lies: a copy of it finds a folder of extensions that
    lacks what we leave out.
    """

    def _command(self) -> list[str | Path]:
        program, *options = super()._command()
        # The command line wins over the configuration file.
        return [self._stripped(Path(program)), *options, "-c", "shared_preload_libraries=pg_stat_statements"]

    def _stripped(self, program: Path) -> Path:
        bin_folder, share, libraries = (
            Path(_answer(program.with_name("pg_config"), option))
            for option in ("--bindir", "--sharedir", "--pkglibdir")
        )
        prefix = Path(os.path.commonpath([bin_folder, share, libraries]))
        root = self.data.path / "bare"
        copy = root / bin_folder.relative_to(prefix) / program.name
        if not copy.exists():
            extensions = root / share.relative_to(prefix) / "extension"
            for folder in (copy.parent, extensions):
                folder.mkdir(parents=True)
            shutil.copy2(program, copy)
            (root / libraries.relative_to(prefix)).symlink_to(libraries)
            for file in share.iterdir():
                if file.name != "extension":
                    (extensions.parent / file.name).symlink_to(file)
            for file in (share / "extension").iterdir():
                if not file.name.startswith(_MISSING):
                    (extensions / file.name).symlink_to(file)
        return copy


def _answer(*command: str | Path) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=10).stdout.strip()
