"""Which campaign the keys act on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from rtdash.widgets.cursor import Cursor
from rtdash.widgets.drawing.record import campaign_id, newest


def rows(*states):
    """Campaigns in these states, the newest first."""
    return [{"campaign_id": len(states) - index, "state": state} for index, state in enumerate(states)]


@pytest.mark.parametrize(
    ("states", "chosen"),
    [
        ((), None),
        (("ended", "lost"), 2),
        (("ended", "running", "running"), 2),
        (("stopping", "running"), 2),
        (("planned", "ended", "running"), 1),
        (("ended", "planned"), 1),
        (("odd",), 1),
    ],
)
def test_it_begins_on_the_newest_that_runs(states, chosen):
    assert Cursor(campaign_id, newest).on(rows(*states)) == chosen


def test_it_begins_on_the_one_that_ended_last_as_the_panels_do():
    started, ended = rows("ended", "ended")
    at = datetime(2026, 11, 22, tzinfo=UTC)
    shown = [started | {"ended_at": at}, ended | {"ended_at": at + timedelta(seconds=1)}]
    assert Cursor(campaign_id, newest).on(shown) == 1


def test_it_stays_with_its_campaign_wherever_the_row_goes():
    cursor = Cursor(campaign_id, newest)
    cursor.follow(2)
    assert cursor.on(rows("running", "running", "running")) == 2
    assert cursor.on(rows("running", "ended")) == 2
    assert cursor.on([*reversed(rows("running", "running", "ended", "ended"))]) == 2


def test_it_falls_back_when_its_campaign_is_gone_and_does_not_return_to_it():
    cursor = Cursor(campaign_id, newest)
    cursor.follow(9)
    assert cursor.on(rows("ended", "running")) == 1
    assert cursor.on(rows(*["running"] * 9)) == 9
    cursor.follow(1)
    cursor.on([])
    assert cursor.on(rows("running", "running")) == 2


def test_it_moves_by_rows_and_not_beyond():
    cursor, shown = Cursor(campaign_id, newest), rows("ended", "running", "ended")
    seen = []
    for step in (1, 1, -1, -1, -1, 10):
        cursor.move(shown, step)
        seen.append(cursor.on(shown))
    assert seen == [1, 1, 2, 3, 3, 1]
    cursor.move([], 1)
    assert cursor.on([]) is None
