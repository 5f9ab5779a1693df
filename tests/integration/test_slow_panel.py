"""A user's own panel that sleeps on the server: from its file to the table, and from there to `rtdash slow`."""

from __future__ import annotations

import asyncio
import json
import re
import time
from pathlib import Path

import pytest

from rtdash.app import RtdashApp
from rtdash.cli import main
from rtdash.cli.dashboard import Choices, compose
from rtdash.resources import sql_folder
from rtdash.schema.apply import apply
from rtdash.settings import Settings

SLEEPS = """\
-- title: Sleeps
-- source: donations
-- draw: stat
-- every: 500ms
SELECT SLEEP(0.25) + %(customer_id)s AS value
"""


@pytest.fixture
def settings(mariadb, donations_database, donations_dsn, tmp_path: Path) -> Settings:
    """The dashboard's own account, on a database with the schema, with a folder of the user's panels."""
    apply(donations_dsn, sql_folder("mariadb", "schema"), lambda _: None)
    own = tmp_path / "panels" / "donations"
    own.mkdir(parents=True)
    (own / "sleeps.sql").write_text(SLEEPS)
    return Settings(
        donations_dsn=mariadb.dsn("reader", donations_database),
        panels_folder=tmp_path / "panels",
        slow_log=tmp_path / "slow.sqlite",
    )


def text(app: RtdashApp) -> str:
    """The screen as text."""
    return "\n".join(strip.text for strip in app.screen._compositor.render_strips())


async def test_a_panel_that_sleeps_is_flagged_and_ends_up_in_the_slow_log(settings, tmp_path, capsys):
    with compose(settings, Choices()) as app:
        async with app.run_test(size=(200, 50)):
            app.dashboard.show_page("own")
            app._look()
            deadline = time.monotonic() + 20

            def is_flagged() -> bool:
                shown = app.picture is not None and app.picture.states["sleeps"].latency.over
                return bool(shown and re.search(r"Sleeps .* ▲ [2-9]\d\d ms", text(app)))

            while not is_flagged():
                assert time.monotonic() < deadline, text(app)
                await asyncio.sleep(0.02)
            (row,) = (row for row in app.picture.latency_rows if row.title.startswith("Sleeps"))
            assert row.state.is_slow(app.picture.at, 200.0)
            assert row.state.latency.over == row.state.latency.asked >= 1
    file = tmp_path / "settings.toml"
    settings.save(file)
    assert main(["slow", "--since", "1h", "--json", "--panel", "sleeps", "--settings", str(file)]) == 0
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert len(told) >= 1
    for slow in told:
        assert (slow["title"], slow["server"], slow["threshold_ms"]) == ("Sleeps", "MariaDB", 200.0)
        assert slow["parameters"] == {"customer_id": 1}
        assert slow["execute_ms"] >= 250.0
        assert slow["connect_ms"] == 0.0, "the first sample of a connection is kept out"
        assert all(slow[part] >= 0.0 for part in ("waited_ms", "fetch_ms"))
        assert slow["decode_ms"] > 0.0
        assert slow["draw_ms"] > 0.0
        assert slow["error"] == ""
