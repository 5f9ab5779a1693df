"""The panels and probes of the donations as SingleStore is asked for them: each arrives, and its answer is decoded."""

from __future__ import annotations

import time
from decimal import Decimal
from functools import partial

import sqlglot

from rtdash.cli.dashboard import Choices, compose
from rtdash.model.data import Data, Stat, Table
from rtdash.panels.spec import Source
from rtdash.scheduler.scheduler import Scheduler
from rtdash.settings import Settings
from rtdash.sources.donations import DonationsConnection
from tests.singlestore.scripted_panels import AFTER_ARRIVAL, ANSWERS, SPECS, answer_panels, asked
from tests.unit.server import PATIENCE_S, Samples, lane_threads_end


def test_the_script_has_the_columns_of_each_query():
    assert ANSWERS.keys() == {spec.id for spec in SPECS}
    for spec in SPECS:
        named = sqlglot.parse_one(asked(spec), dialect="singlestore").named_selects
        columns = list(ANSWERS[spec.id].columns)
        if "*" in named:
            named, columns = named[named.index("*") + 1 :], columns[-(len(named) - 1) :]
        assert named == columns, spec.id


def test_each_panel_is_asked_and_decoded(peer):
    answer_panels(peer)
    samples = Samples()
    with lane_threads_end():
        scheduler = Scheduler(
            SPECS,
            {Source.DONATIONS: partial(DonationsConnection, peer.dsn())},
            interval_s=0.25,
            lanes=2,
            deadline_s=5.0,
            variables={"customer_id": 1, "after_arrival": AFTER_ARRIVAL},
        )
        scheduler.start(samples)
        scheduler.tick(time.monotonic())
        samples.wait(len(SPECS))
        scheduler.stop()
    assert {sample.panel_id: sample.error for sample in samples.taken} == dict.fromkeys(ANSWERS)
    assert all(sample.is_first for sample in samples.taken), "interpreted, and kept out of the percentiles"
    data: dict[str, Data | None] = {sample.panel_id: sample.data for sample in samples.taken}
    assert data["02_amount"] == Stat(Decimal("4060200.17"))
    for panel_id, answer in ANSWERS.items():
        shown = data[panel_id]
        if isinstance(shown, Table):
            assert len(shown.rows) == len(answer.rows)
            assert all(str(cell).isprintable() for row in shown.rows for cell in row)
    assert {heard.statement for heard in peer.statements("^(SELECT|--|\\()")} >= {asked(spec) for spec in SPECS}


async def test_the_dashboard_on_singlestore(peer):
    """From the settings to the screen, its page of the pipeline included, and off it again."""
    answer_panels(peer)

    def text() -> str:
        return "\n".join(strip.text for strip in app.screen._compositor.render_strips())

    async def shows(what: str) -> None:
        until_s = time.monotonic() + 3 * PATIENCE_S
        while what not in text():
            assert time.monotonic() < until_s, text()
            await pilot.pause(0.02)

    with lane_threads_end(), compose(Settings(donations_dsn=peer.dsn()), Choices()) as app:
        async with app.run_test(size=(200, 50)) as pilot:
            await shows("€4,060,200")
            await shows("SingleStore")
            await pilot.press("6")
            await shows("Invalid JSON ·[2J")
            await shows("donations:-1:1795731335000001")
    peer.until(lambda: not peer.open_connections)
