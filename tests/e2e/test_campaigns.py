"""What the screen says of a campaign is what the databases hold."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import psycopg
import pytest

from tests.e2e import board
from tests.e2e.demo import Dashboard, Demo
from tests.e2e.processes import Process, users_of

FASTER = "+++"  # 200, 500, 1,000, 2,000


def moves(demo: Demo) -> set[str]:
    """Wait until each panel shows numbers that have changed since they were first seen; returns the panels."""
    first: dict[str, list[str]] = {}
    moved: set[str] = set()

    def all_moved(screen: str) -> bool:
        for title in board.PANELS:
            shown = board.body(screen, title)
            if any(re.search(r"\d|[━┃╹╺]", line) for line in shown) and first.setdefault(title, shown) != shown:
                moved.add(title)
        return len(moved) == len(board.PANELS)

    demo.until(all_moved, 40)
    return moved


def runners(demo: Demo) -> list[Process]:
    """Campaign runners, of the demo and of dashboards beside it."""
    return [each for each in users_of(demo.home) if " campaign start " in each.command]


def stored(demo: Demo, campaign_id: int) -> tuple[int, Decimal, dict[str, Decimal], tuple[str, Decimal]]:
    """Count, amount, amount by organisation and best pair, from the donations themselves."""
    by_pair = demo.ask(
        "SELECT city, organization, COUNT(*), SUM(total_amount) FROM donation_transactions WHERE campaign_id = %s"
        " GROUP BY city, organization",
        campaign_id,
    )
    by_organization: dict[str, Decimal] = {}
    for _, organization, _, amount in by_pair:
        by_organization[organization] = by_organization.get(organization, Decimal(0)) + amount
    city, organization, _, best = max(by_pair, key=lambda row: row[3])
    count, amount = sum(row[2] for row in by_pair), sum(row[3] for row in by_pair)
    return count, amount, by_organization, (f"{city} · {organization}", best)


def delivered(demo: Demo) -> dict[str, Any]:
    """What the delivery of both topics says of itself, summed up over the life of the demo."""
    with psycopg.connect(demo.settings.dsn_of_citus_owner.get_secret_value()) as citus:
        sums = "SELECT COALESCE(SUM(dead), 0), COALESCE(SUM(lost), 0), COALESCE(SUM(duplicates), 0) FROM ingest_offsets"
        dead = "SELECT count(*) FROM dead_letters"
        return {
            "donations": demo.ask(sums)[0] + demo.ask(dead)[0],
            "clickstream": (*citus.execute(sums).fetchone(), *citus.execute(dead).fetchone()),
            "events": citus.execute("SELECT count(*) FROM events").fetchone()[0],
        }


def test_from_start_to_stop_the_screen_says_what_is_stored(demo):
    demo.type("s")
    demo.until_campaign("running")
    demo.type(FASTER)
    demo.until(lambda screen: "of 2,000" in demo.campaign("running", screen).get("per s", ""))
    assert moves(demo) == set(board.PANELS)
    demo.until_campaign("running", loaded=10_000)
    demo.type("x")
    row = demo.until_campaign("ended")
    acked = board.number(row["acked"])
    demo.until(lambda screen: demo.campaign("ended", screen).get("loaded") == f"{acked:,} =")
    # The panels are asked one after the other: the last may be a moment behind the table of campaigns.
    screen = demo.until(lambda screen: screen if board.large_number(screen, "Donations") == acked else "")
    row = demo.campaign("ended", screen)

    ((campaign_id, generated, in_table, failed, unknown, events),) = demo.ask(
        "SELECT campaign_id, generated, acked, failed, `unknown`, events_acked FROM campaigns"
    )
    assert (generated, in_table, failed, unknown) == (acked, acked, 0, 0)
    assert board.number(row["generated"]) == board.number(row["loaded"]) == acked > 10_000

    count, amount, by_organization, (best_pair, best) = stored(demo, campaign_id)
    assert count == acked
    assert board.large_number(screen, "Total amount") == amount
    assert board.bars(screen, "Amount by organisation") == {
        name: Decimal(f"{sum_:.0f}") for name, sum_ in by_organization.items()
    }
    assert best_pair in board.body(screen, "Best city and organisation")[0]
    assert board.large_number(screen, "Best city and organisation") == best

    assert "dead letters 0  lost 0  duplicates 0" in board.framed(screen, board.CAMPAIGNS)[0]
    nothing = (0, 0, 0, 0)
    assert delivered(demo) == {"donations": nothing, "clickstream": nothing, "events": events}


def by_workshop(screen: str) -> str:
    """The screen, when each panel of the donations shows an answer of the workshop's SQL."""
    edges = ["".join(board.framed(screen, title)[:1]) for title in board.DONATIONS]
    return screen if all(" workshop's SQL " in edge for edge in edges) else ""


def by_us(screen: str) -> str:
    """The screen, when none does."""
    edges = ["".join(board.framed(screen, title)[:1]) for title in board.DONATIONS]
    return screen if all(edges) and "workshop" not in "".join(edges) else ""


def said(screen: str) -> list[Any]:
    """What those panels say that stands still after a campaign; but for the lines, which may begin later by one SQL."""
    bodies = [board.body(screen, title) for title in board.DONATIONS[2:] if title != "Last 35 s by city"]
    return [*bodies, *(board.large_number(screen, title) for title in board.DONATIONS[:2])]


def test_the_workshops_sql_shows_the_same_numbers_while_a_campaign_runs_and_after(demo):
    demo.type("st")
    demo.until_campaign("running", loaded=1)
    first = board.large_number(demo.until(by_workshop), "Donations")
    demo.until(lambda screen: (board.large_number(screen, "Donations") or 0) > first)
    demo.type("x")
    demo.until_campaign("ended")
    # Those that ended last are shown together: the campaign of the test before may be one of them.
    ((count,),) = demo.ask("SELECT COUNT(*) FROM donation_transactions JOIN current_campaigns USING (campaign_id)")
    demo.until(lambda screen: board.large_number(screen, "Donations") == count)
    demo.type("t")
    shown = said(demo.until(by_us))
    demo.type("t")
    assert said(demo.until(by_workshop)) == shown
    demo.type("t")
    demo.until(by_us)


def test_the_table_fills_the_screen_and_nothing_went_astray(demo):
    demo.until_campaign("ended")
    # The first Shift+Tab focuses the first panel, the second the one before it: the last of all.
    demo.type("\x1b[Z")
    demo.type("\x1b[Z")
    demo.type("m")
    screen = demo.until(lambda screen: "╭─ Donations ─" not in screen and board.campaigns(screen) and screen)
    assert board.campaigns(screen)[0]["cities"]
    assert not re.search(r"\d (failed|unknown)\b", screen)
    demo.type("m")
    demo.until(lambda screen: board.body(screen, "Donations"))


def test_a_stop_typed_elsewhere_is_seen_here(demo):
    demo.type("s")
    row = demo.until_campaign("running", loaded=1)
    listed = demo.command("campaign", "list")
    assert re.search(rf"running +{row['name']} +[0-9,]+/s", listed), listed
    assert demo.command("campaign", "stop").startswith("asked 1 campaign(s) to stop\n")
    ended = demo.until_campaign("ended")
    assert ended["name"] == row["name"]
    assert ended["generated"] == ended["acked"]
    assert demo.command("campaign", "stop") == "asked 0 campaign(s) to stop\n"


def test_a_stop_right_after_a_start_leaves_no_campaign(demo):
    # A campaign of the test before, started a moment ago, would be the one that is starting.
    demo.until(lambda _: not runners(demo))
    demo.until_campaign("ended")
    demo.type("sx")
    demo.until_shown("stopping: waiting for the last delivery reports")
    demo.until(lambda screen: not demo.campaign("running", screen) and not demo.campaign("stopping", screen))
    assert demo.ask("SELECT COUNT(*) FROM campaigns WHERE state IN ('running', 'stopping')") == ((0,),)
    demo.until(lambda _: not runners(demo))


@pytest.fixture
def beside(demo):
    """The dashboard of `rtdash` alone, on the servers of the demo, which to it are servers that stay."""
    with Dashboard(demo.folder, "--settings", demo.settings_file) as beside:
        beside.until_open()
        yield beside


def test_a_second_dashboard_shows_the_same_campaign_and_may_leave_it_running(demo, beside):
    beside.type("s")
    row = beside.until_campaign("running", loaded=1)
    assert demo.until_campaign("running")["name"] == row["name"]

    beside.type("q")
    beside.until_shown("l Leave it running")
    beside.type("\x1b")
    beside.until(lambda screen: "Leave it running" not in screen)
    beside.until_campaign("running", loaded=board.number(row["loaded"]) + 1)

    beside.type("q")
    beside.until_shown("l Leave it running")
    beside.type("l")
    assert beside.wait() == 0
    assert runners(demo)
    loaded = board.number(demo.until_campaign("running")["loaded"])
    assert demo.until_campaign("running", loaded=loaded + 200)["name"] == row["name"]

    demo.command("campaign", "stop")
    ended = demo.until_campaign("ended")
    assert ended["generated"] == ended["acked"]
    demo.until(lambda _: not runners(demo))


def test_a_second_dashboard_may_end_with_its_campaign(demo, beside):
    beside.type("s")
    name = beside.until_campaign("running", loaded=1)["name"]
    beside.type("q")
    beside.until_shown("s Stop it")
    beside.type("s")
    assert beside.wait() == 0
    assert demo.until_campaign("ended")["name"] == name
