"""Why a query is slow, told by real servers: from the user's panel to the sentence on the screen."""

from __future__ import annotations

import threading
import time
from contextlib import closing
from pathlib import Path

import pytest
from pydantic import SecretStr
from textual.pilot import Pilot

from rtdash.app import RtdashApp
from rtdash.cli.dashboard import Choices, compose, explainer
from rtdash.errors import Busy, Refused
from rtdash.messages import WhyAsked
from rtdash.model.explanation import BreakOff
from rtdash.panels.header import parse
from rtdash.panels.spec import PanelSpec
from rtdash.resources import sql_folder
from rtdash.schema.apply import apply
from rtdash.screens.why import WhyScreen
from rtdash.settings import Settings
from rtdash.sources import donations
from rtdash.widgets.drawing.why import Asking
from rtdash.widgets.why import WhyPane
from tests.world import until

UNEXPLAINED = "The plan does not account for the time:"
SLEEPS = {
    "donations": "SELECT SLEEP(0.25) + %(customer_id)s AS value",
    "citus": "SELECT 1 AS value FROM pg_sleep(0.25)",
}
SCANS = {
    "donations": "SELECT COUNT(*) AS value FROM donation_transactions WHERE total_amount > 1",
    "citus": "SELECT count(*) AS value FROM events WHERE country IS NULL",
}
READ = {
    "donations": "donation_transactions is read in full: 12,000 rows read, 1 row returned.",
    "citus": "events is read in full: 12,000 rows read, 1 row returned.",
}


def text(name: str, source: str, sql: str, **header: str) -> str:
    """What a panel's file says."""
    keys = {"title": name, "source": source, "draw": "stat", **header}
    return "".join(f"-- {key}: {value}\n" for key, value in keys.items()) + sql


def panel(name: str, source: str, sql: str, **header: str) -> PanelSpec:
    return parse(Path(f"{name}.sql"), text(name, source, sql, **header))


@pytest.fixture
def donations_reader(mariadb, donations_database, donations_dsn) -> SecretStr:
    apply(donations_dsn, sql_folder("mariadb", "schema"), lambda _: None)
    return mariadb.dsn("reader", donations_database)


@pytest.fixture
def settings(donations_reader, citus_reader_dsn, clickstream, tmp_path: Path) -> Settings:
    """The dashboard's own accounts, on databases with their schemas."""
    del clickstream
    return Settings(donations_dsn=donations_reader, citus_dsn=citus_reader_dsn, slow_log=tmp_path / "slow.sqlite")


@pytest.fixture
def full(owner, donations_dsn, settings) -> None:
    """12,000 rows in the raw table of each database."""
    del settings  # its schemas
    owner.execute("INSERT INTO events (event_time, customer_id) SELECT now(), 1 FROM generate_series(1, 12000)")
    with closing(donations.connect(donations_dsn, "test")) as connection, connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO donation_transactions"
            " SELECT seq, 'Pau', 1, 1, 'PureJoy', UTC_TIMESTAMP(6), 5, 1, 1 FROM seq_1_to_12000"
        )


async def explanation(app: RtdashApp, pilot: Pilot[int], panel_id: str) -> str:
    """What the screen says once the server has answered; the screen is closed again."""
    await pilot.pause()
    app.post_message(WhyAsked(panel_id))
    deadline = time.monotonic() + 20
    while not isinstance(app.screen, WhyScreen) or isinstance(app.screen.query_one(WhyPane)._outcome, Asking):
        assert time.monotonic() < deadline, "no explanation"
        await pilot.pause(0.02)
    lines = app.screen.query_one(WhyPane)._lines
    await pilot.press("escape")
    return " ".join("".join(part for part, _ in line).strip("│ ") for line in lines)


@pytest.mark.usefixtures("full")
async def test_each_server_says_why(settings, tmp_path):
    for source in ("donations", "citus"):
        (tmp_path / "own" / source).mkdir(parents=True)
        for name, sqls in (("sleeps", SLEEPS), ("scans", SCANS)):
            (tmp_path / "own" / source / f"{source}_{name}.sql").write_text(text(name, source, sqls[source]))
    with compose(settings.model_copy(update={"panels_folder": tmp_path / "own"}), Choices()) as app:
        async with app.run_test(size=(200, 50)) as pilot:
            for source in ("donations", "citus"):
                slept = await explanation(app, pilot, f"{source}_sleeps")
                assert f"▲ {UNEXPLAINED}" in slept, slept
                assert "The server's own account" in slept
                scanned = await explanation(app, pilot, f"{source}_scans")
                assert f"▲ {READ[source]}" in scanned, scanned
                assert UNEXPLAINED not in scanned, scanned


def test_one_query_is_explained_at_a_time(settings, monkeypatch):
    asked = explainer(settings)
    sleeps = panel("sleeps", "donations", "SELECT SLEEP(1) AS value")
    explanations = []
    first = threading.Thread(target=lambda: explanations.append(asked.explain(sleeps, {})))
    first.start()
    until(lambda: asked._explaining.locked())
    with monkeypatch.context() as impatient:
        impatient.setattr("rtdash.sources.explainer.PATIENCE_S", 0.01)
        with pytest.raises(Busy, match="another query is being explained"):
            asked.explain(panel("scans", "citus", SCANS["citus"]), {})
    assert asked.explain(panel("scans", "citus", SCANS["citus"]), {}).plan.rows == 1, "the first ends meanwhile"
    first.join()
    assert explanations[0].plan.took_ms >= 1000


def test_what_was_broken_off_leaves_room_for_the_next(settings):
    asked = explainer(settings)
    for source, sleeps in (("donations", "SELECT SLEEP(19) AS value"), ("citus", "SELECT pg_sleep(19) AS value")):
        handed_out: list[BreakOff] = []
        failures: list[str] = []

        def first(source=source, sleeps=sleeps, handed_out=handed_out, failures=failures) -> None:
            failures.append(asked.explain(panel("sleeps", source, sleeps), {}, handed_out.append).failure)

        thread = threading.Thread(target=first)
        thread.start()
        until(lambda: handed_out)  # noqa: B023 (called at once)
        handed_out[0]()
        assert asked.explain(panel("scans", source, SCANS[source]), {}).plan.rows == 1
        thread.join()
        assert len(failures) == 1
        assert failures[0]


def test_what_is_not_asked_is_not_explained(settings, is_citus):
    if is_citus:
        pytest.skip("a cluster has what the panel needs")
    with pytest.raises(Refused, match="not a Citus cluster"):
        explainer(settings).explain(panel("nodes", "citus", "SELECT 1 AS value", needs="citus"), {})


def test_the_deadline_is_several_times_that_of_the_query(settings):
    asked = explainer(settings)
    sleeps = panel("sleeps", "citus", "SELECT 1 AS value FROM pg_sleep(20)", deadline="100ms")
    assert asked.deadline_s(sleeps) == pytest.approx(0.4)
    assert asked.explain(sleeps, {}).failure == "PostgreSQL: not explained within 0.4 s"
    assert asked.deadline_s(panel("usual", "citus", "SELECT 1 AS value")) == 4 * settings.deadline_s


def test_without_the_right_to_see_views_there_is_one_line(mariadb, donations_database, donations_reader, tmp_path):
    del donations_reader  # the schema
    settings = Settings(donations_dsn=mariadb.dsn("control", donations_database), slow_log=tmp_path / "slow.sqlite")
    views = panel("views", "donations", "SELECT COUNT(*) AS value FROM current_campaigns")
    assert "GRANT SHOW VIEW" in explainer(settings).explain(views, {}).failure
