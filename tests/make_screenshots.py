"""Pictures for the README: the real demo on private servers, with campaigns in different states, at three sizes.

make screenshots             writes docs/screenshots/dashboard-200x50.svg and its smaller sisters, the form,
                             slow queries, and the lab, which takes minutes
make screenshots ARGS=lab    the lab's alone
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
from rtdash.model.campaign import CampaignPlan
from rtdash.model.lab import LabReport, Phase

FOLDER = Path(__file__).parents[1] / "docs" / "screenshots"
SIZES = ((200, 50), (120, 36), (80, 24))
FORM_SIZE = (120, 36)
RUNNING = CampaignPlan(name="spring", rate_per_s=2000, duration_s=600.0)
ENDED = CampaignPlan(name="summer", rate_per_s=10_000, count=20_000, beside=True)
PLANNED = CampaignPlan(name="Christmas", rate_per_s=50_000, delay_s=300.0, duration_s=60.0, beside=True)
SLOW = {
    "sleeps": "SELECT COUNT(*) AS value FROM campaigns WHERE SLEEP(0.05) = 0",
    "scans": "SELECT SUM(total_amount) AS value FROM donation_transactions WHERE SHA2(city, 512) LIKE '%%ab%%'",
}
"""A user's own panels that are slow, each by another cause."""
LAB_SIZE = (200, 50)
LAB_S = 3600.0
SETTLED_S = 45.0
"""A campaign of this age fills the window of 35 s."""


async def _until(pilot: Any, condition: Callable[[], object], timeout_s: float = 90.0) -> None:
    deadline = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError("the dashboard did not come to what was to be pictured")
        await pilot.pause(0.25)


def _states(app: RtdashApp) -> list[tuple[object, object]]:
    records = app.picture.campaigns if app.picture is not None else []
    return [(record["name"], record["state"]) for record in records]


async def _three_campaigns(app: RtdashApp, pilot: Any) -> None:
    await _until(pilot, lambda: (RUNNING.name, "running") in _states(app))
    before = _states(app).count((ENDED.name, "ended"))
    # So soon after a start another one is taken for the same key, pressed twice.
    await pilot.pause(2.0)
    app.control.start_campaign(ENDED)
    await _until(pilot, lambda: _states(app).count((ENDED.name, "ended")) > before)
    app.control.start_campaign(PLANNED)
    await _until(pilot, lambda: (PLANNED.name, "planned") in _states(app))


def _save(app: RtdashApp, name: str) -> None:
    file = FOLDER / f"{name}.svg"
    app.save_screenshot(str(file))
    print(file)


async def _picture(app: RtdashApp, size: tuple[int, int], names: list[str], *, first: bool) -> None:
    async with app.run_test(size=size) as pilot:
        started = time.monotonic()
        await _three_campaigns(app, pilot)
        wanted_s = SETTLED_S if first else 24.0
        await _until(pilot, lambda: time.monotonic() - started > wanted_s and app.store["09_last_7_days"].data)
        for page, name in enumerate(names, start=1):
            await pilot.press(str(page))
            await pilot.pause(1.0)
            _save(app, name)
        if size == FORM_SIZE:
            await pilot.press("S")
            await pilot.pause(1.0)
            _save(app, "form-{}x{}".format(*size))
            await pilot.press("escape")
            await _slow_queries(app, pilot, "{}x{}".format(*size))
        await pilot.press("q")
        await _until(pilot, lambda: app.return_code is not None)


async def _slow_queries(app: RtdashApp, pilot: Any, size: str) -> None:
    """Latency table, slow log, and why each of our own slow panels is slow."""
    app.action_page("own")
    await _until(pilot, lambda: all(app.store[name].latency.over > 4 for name in SLOW))
    for name in SLOW:
        app.dashboard.panels[name].focus()
        await pilot.press("enter")
        # Its plan is asked for meanwhile.
        await pilot.pause(5.0)
        _save(app, f"why-{name}-{size}")
        await pilot.press("escape")
    await pilot.press("L")
    await pilot.pause(3.0)
    _save(app, f"slow-{size}")
    await pilot.press("escape", "l")
    await pilot.pause(2.0)
    _save(app, f"latency-{size}")
    await pilot.press("l")


async def _lab(app: RtdashApp) -> None:
    """While it fills, and what it has found of both databases."""

    def report(store: str) -> LabReport | None:
        return app.lab_reports.get(store)

    def is_half_filled() -> bool:
        found = report("donations")
        return found is not None and found.phase is Phase.FILLING and found.subjects[0].rows > found.rows / 2

    def has_both() -> bool:
        return all((found := report(store)) and found.phase is Phase.DONE for store in ("donations", "clickstream"))

    async with app.run_test(size=LAB_SIZE) as pilot:
        await pilot.press("e", "s")
        await _until(pilot, is_half_filled, LAB_S)
        await pilot.pause(1.0)
        _save(app, "lab-fills-{}x{}".format(*LAB_SIZE))
        await _until(pilot, lambda: has_both() or app.lab_trouble, LAB_S)
        await _until(pilot, lambda: not app.laboratory.is_running)
        for name, keys, sizes in (("clickstream", (), SIZES[1:2]), ("done", ("v",), SIZES)):
            await pilot.press(*keys)
            for width, height in sizes:
                await pilot.resize_terminal(width, height)
                await pilot.pause(1.0)
                _save(app, f"lab-{name}-{width}x{height}")
        await pilot.press("escape", "q")
        await _until(pilot, lambda: app.return_code is not None)


def main(only_lab: bool) -> int:
    """Start the servers once, and the dashboard once a size."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="rtdash-shots-") as folder:
        # The account of the servers must be able to enter.
        Path(folder).chmod(0o711)
        panels = Path(folder) / "panels" / "donations"
        panels.mkdir(parents=True)
        for name, sql in SLOW.items():
            header = f"-- title: A query that {name}\n-- source: donations\n-- draw: stat\n-- every: 500ms\n"
            (panels / f"{name}.sql").write_text(header + sql, encoding="utf-8")
        with backend(Path(folder) / "data", Progress(), panels_folder=panels.parent) as demo:
            if not only_lab:
                _picture_all(demo)
            with compose(demo.settings, Choices(demo=demo.folder)) as app:
                asyncio.run(_lab(app))
    return 0


def _picture_all(demo: Backend) -> None:
    for number, (width, height) in enumerate(SIZES):
        names = [f"dashboard-{width}x{height}"]
        if width < 100:
            names += [f"dashboard-{width}x{height}-page-{page}" for page in (2, 3)]
        choices = Choices(starts_campaign=True, plan=RUNNING, demo=demo.folder)
        with compose(demo.settings, choices) as app:
            asyncio.run(_picture(app, (width, height), names, first=number == 0))


if __name__ == "__main__":
    sys.exit(main(only_lab=sys.argv[1:] == ["lab"]))
