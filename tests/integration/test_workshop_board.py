"""The board by the workshop's SQL on MariaDB, as the dashboard's own account asks it: the same numbers, later."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from typing import Any

import pytest
from pydantic import SecretStr
from textual.pilot import Pilot

from rtdash.app import RtdashApp
from rtdash.cli.dashboard import Choices, compose
from rtdash.model.data import Data, Sparklines, Stat
from rtdash.model.store import Store
from rtdash.panels.texts import workshop_panels
from rtdash.resources import sql_folder
from rtdash.schema.apply import apply
from rtdash.servers.mariadb import PrivateMariaDB
from rtdash.settings import Settings
from rtdash.sources import donations

SEVEN = workshop_panels()
THEIRS = tuple(f"{panel_id}.workshop" for panel_id in SEVEN)
LATE_S = 0.5


@pytest.fixture
def settings(mariadb: PrivateMariaDB, donations_database: str, donations_dsn: SecretStr, tmp_path) -> Settings:
    """The dashboard's own account, on a database with the schema."""
    apply(donations_dsn, sql_folder("mariadb", "schema"), lambda _: None)
    return Settings(donations_dsn=mariadb.dsn("reader", donations_database), slow_log=tmp_path / "slow.sqlite")


@asynccontextmanager
async def board(settings: Settings) -> AsyncIterator[tuple[RtdashApp, Pilot[Any]]]:
    with compose(settings, Choices()) as app:
        async with app.run_test(size=(200, 50)) as pilot:
            yield app, pilot


async def when(condition: Callable[[], Any]) -> None:
    """Let the app go on until `condition` holds."""
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline, condition
        await asyncio.sleep(0.01)


async def answered(store: Store, *panel_ids: str) -> None:
    """Wait until each has an answer of its own to what is asked from now on."""
    now = time.monotonic()
    await when(
        lambda: all((state := store[each]).answered_by == each and (state.answered_at or 0) > now for each in panel_ids)
    )


@contextmanager
def locked(dsn: SecretStr) -> Iterator[None]:
    """Nobody reads a donation meanwhile."""
    with closing(donations.connect(dsn, "test")) as connection, connection.cursor() as cursor:
        cursor.execute("LOCK TABLES donation_transactions WRITE")
        yield


def numbers(data: Data | None) -> Any:
    """What either SQL must say alike: of lines that begin elsewhere, what each sums up to."""
    if isinstance(data, Sparklines):
        return {series.label: [value for value in series.values if value] for series in data.series}
    return data


async def test_either_sql_says_the_same_of_a_campaign_and_no_number_falls(world, settings):
    with world.ingest(), world.campaign_beside(rate_per_s=500, count=2500) as final:
        async with board(settings) as (app, pilot):
            counts: list[Any] = []
            await answered(app.store, *SEVEN)
            for asked in ("01_donations.workshop", "01_donations") * 2:
                await pilot.press("t")
                await answered(app.store, asked)
                shown = app.store[asked].data
                assert isinstance(shown, Stat)
                counts.append(shown.value)
            assert counts == sorted(counts)
            progress = await asyncio.to_thread(final)
            await when(lambda: app.store["01_donations"].data == Stat(progress.acked))
            await answered(app.store, *SEVEN)
            ours = [numbers(app.store[each].data) for each in SEVEN]
            await pilot.press("t")
            await answered(app.store, *THEIRS)
            assert [numbers(app.store[each].data) for each in THEIRS] == ours
            assert not [each for each in THEIRS if app.store[each].error]


async def test_a_query_of_the_workshop_that_takes_long_holds_up_no_other(settings, donations_dsn):
    async with board(settings) as (app, pilot):
        await answered(app.store, *SEVEN)
        await pilot.press("t")
        await answered(app.store, *THEIRS)
        await pilot.press("t")
        await answered(app.store, *SEVEN)
        with locked(donations_dsn):
            await pilot.press("t")
            pressed = time.monotonic()
            await when(lambda: set(app.poller.in_flight()) & {*THEIRS} and time.monotonic() > pressed + LATE_S)
            await answered(app.store, "campaigns", "arrivals", "delivery")
            (late,) = set(app.poller.in_flight()) & {*THEIRS}
            assert all(app.store[each].answered_by in SEVEN for each in THEIRS), "what ours have said stays"
            await pilot.press("t")
            await answered(app.store, *SEVEN)
            assert late in app.poller.in_flight(), "and the other runs on"
        await when(lambda: late not in app.poller.in_flight() and app.store[late].latency.last > 1000 * LATE_S)
        assert [each for each in SEVEN if app.store[each].answered_by != each] == []
        await when(lambda: late in {slow.panel_id for slow in app.read_slow(60.0).latest})
