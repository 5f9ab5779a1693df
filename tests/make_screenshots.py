"""Pictures for the README: the real demo on private servers, with a campaign running, at three sizes.

make screenshots        writes docs/screenshots/dashboard-200x50.svg and its smaller sisters
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rtdash.app import RtdashApp
from rtdash.cli.backend import Backend, Progress, backend
from rtdash.cli.dashboard import Choices, compose
from rtdash.panels import catalog

FOLDER = Path(__file__).parents[1] / "docs" / "screenshots"
SIZES = ((200, 50), (120, 36), (80, 24))
RATE_PER_S = 2000
SETTLED_S = 45.0
"""A campaign of this age fills the window of 35 s."""


async def _until(pilot: Any, condition: Callable[[], object], timeout_s: float = 90.0) -> None:
    deadline = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError("the dashboard did not come to what was to be pictured")
        await pilot.pause(0.25)


async def _picture(app: RtdashApp, size: tuple[int, int], names: list[str], *, first: bool) -> None:
    async with app.run_test(size=size) as pilot:
        started = time.monotonic()
        wanted_s = SETTLED_S if first else 12.0
        await _until(pilot, lambda: time.monotonic() - started > wanted_s and app.store["09_last_7_days"].data)
        for page, name in enumerate(names, start=1):
            await pilot.press(str(page))
            await pilot.pause(1.0)
            file = FOLDER / f"{name}.svg"
            app.save_screenshot(str(file))
            print(file)
        await pilot.press("q")
        await _until(pilot, lambda: app.return_code is not None)


def main() -> int:
    """Start the servers once, and the dashboard once a size."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="rtdash-shots-") as folder:
        # The account of the servers must be able to enter.
        Path(folder).chmod(0o711)
        with backend(Path(folder) / "data", Progress()) as demo:
            _picture_all(demo)
    return 0


def _picture_all(demo: Backend) -> None:
    for number, (width, height) in enumerate(SIZES):
        names = [f"dashboard-{width}x{height}"]
        if width < 100:
            names += [f"dashboard-{width}x{height}-page-{page}" for page in (2, 3)]
        choices = Choices(starts_campaign=True, rate_per_s=RATE_PER_S, demo=demo.folder)
        with compose(demo.settings, choices, catalog.load()) as app:
            asyncio.run(_picture(app, (width, height), names, first=number == 0))


if __name__ == "__main__":
    sys.exit(main())
