"""Panels ⑱–㉑: how far rollups are, whether they agree with the raw events, partitions, and scheduled jobs."""

from __future__ import annotations

import random
import threading
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from asking import PANELS, Screen, panel
from psycopg import sql

ROLLUPS = ("live", "rollup_events_5min", "rollup_events_1hr")


@pytest.fixture
def modest(owner, new_role):
    """A role that may read all data, and nothing else."""
    role = sql.Identifier(new_role("GRANT pg_read_all_data TO {role}"))
    owner.execute(sql.SQL("SET ROLE {}").format(role))
    owner.execute("SET default_transaction_read_only = on")
    return Screen(owner)


def test_reading_all_data_is_enough(modest):
    everywhere = [file.stem for file in PANELS if panel(file.stem).needs is None]
    assert [modest.ask(name) is not None for name in everywhere] == [True] * 14
    with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
        modest.connection.execute("DELETE FROM rollups")


# ── ⑱ rollups ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_every_rollup_has_a_row_before_its_first_run(screen):
    rows = screen.rows("18")
    assert [row["rollup"] for row in rows] == ["live", "5min", "1hr"]
    for row in rows:
        assert (row["behind s"], row["waiting"], row["runs"], row["flag"]) == (0, 0, 0, None)
        assert [row[name] for name in ("new s ago", "events", "rows", "ms", "p95 ms")] == [None] * 5


def test_the_last_run_and_those_of_ten_minutes(owner, screen):
    owner.execute(
        """INSERT INTO rollup_runs (rollup_name, started_at, start_id, end_id, events, rows, lock_ms, duration_ms)
        SELECT 'live', now() - make_interval(secs => 1 + i), 1, 5, 5, i, 0, i FROM generate_series(0, 100) AS i
        UNION ALL SELECT 'live', now() - interval '11 minutes', 1, 5, 5, 5, 0, 9999"""
    )
    live, *others = screen.rows("18")
    assert (live["events"], live["rows"], live["ms"], live["p95 ms"], live["runs"]) == (5, 0, 0, 95, 101)
    assert 1 <= live["new s ago"] <= 30
    assert [row["runs"] for row in others] == [0, 0]


def test_a_rollup_that_ran_is_up_to_date_and_the_others_are_behind(clickstream, owner, screen):
    clickstream.insert(owner, {}, {}, {})
    clickstream.roll_up(owner, "live_aggregation")
    live, *others = screen.rows("18")
    assert (live["behind s"], live["waiting"], live["runs"]) == (0, 0, 1)
    assert [row["waiting"] for row in others] == [3, 3]
    assert all(row["behind s"] > 0 for row in others)


@pytest.mark.parametrize(
    ("name", "behind_s", "flag"),
    [
        ("live", 2, None),
        ("live", 8, "warn"),
        ("live", 70, "error"),
        ("rollup_events_5min", 120, None),
        ("rollup_events_5min", 200, "warn"),
        ("rollup_events_1hr", 200, "warn"),
        ("rollup_events_1hr", 2000, "error"),
    ],
)
def test_a_rollup_far_behind_is_marked(clickstream, owner, screen, name, behind_s, flag):
    owner.execute("UPDATE rollups SET rolled_up_until = now() - %s * interval '1 second'", (behind_s,))
    assert {row["flag"] for row in screen.rows("18")} == {None}, "nothing waits"
    clickstream.insert(owner, {})
    owner.execute("UPDATE rollups SET rolled_up_until = now() WHERE name <> %s", (name,))
    flags = {row["rollup"]: row["flag"] for row in screen.rows("18")}
    assert flags == {rollup.removeprefix("rollup_events_"): flag if rollup == name else None for rollup in ROLLUPS}


# ── ⑲ rollup versus raw events ───────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def passed(owner):
    """The last whole 5 minutes when the live tables have passed a time that does not move: (from, until)."""

    def settle():
        return owner.execute(
            """UPDATE rollups SET rolled_up_until = now() - interval '7 minutes' WHERE name = 'live'
            RETURNING date_bin('5 minutes', rolled_up_until, 'epoch') - interval '5 minutes',
                date_bin('5 minutes', rolled_up_until, 'epoch')"""
        ).fetchone()

    return settle


def events_around(passed, count=400):
    """Events of two customers, a third of them in the window."""
    since, until = passed
    choose = random.Random(4)
    return [
        {
            "event_time": since + (until - since) * choose.uniform(-1, 2),
            "customer_id": choose.choice([1, 2]),
            "device_id": choose.choice([None, choose.randint(1, 60)]),
            "session_id": choose.randint(1, 90),
        }
        for _ in range(count)
    ]


def text_of(since, until):
    return f"{since.astimezone(UTC):%H:%M}–{until.astimezone(UTC):%H:%M}"


def test_both_sides_give_the_truth_of_the_stated_window(clickstream, owner, screen, passed):
    clickstream.insert(owner, *events_around(passed()))
    clickstream.roll_up(owner, "live_aggregation")
    since, until = passed()
    late = {"event_time": since, "device_id": 77_777}
    clickstream.insert(owner, late, late, {"event_time": until, "device_id": 88_888})
    rollup, raw = screen.rows("19")
    truth = owner.execute(
        """SELECT count(*), count(DISTINCT device_id), count(DISTINCT session_id) FROM events
        WHERE customer_id = 1 AND event_time >= %s AND event_time < %s AND device_id IS DISTINCT FROM 77777""",
        (since, until),
    ).fetchone()
    assert truth[0] > 50
    for row, source in ((rollup, "live rollup"), (raw, "raw")):
        assert (row["source"], row["UTC window"]) == (source, text_of(since, until))
        assert row["events"] == truth[0]
        assert [row["devices"], row["sessions"]] == pytest.approx(truth[1:], rel=0.1)
        assert (row["answers"], row["flag"]) == ("same", None)
        assert row["ms"] > 0
    assert float(rollup["× faster"]) == pytest.approx(float(raw["ms"] / rollup["ms"]), rel=0.2, abs=0.1)
    assert raw["× faster"] is None
    clickstream.roll_up(owner, "live_aggregation")
    passed()
    assert [row["events"] for row in screen.rows("19")] == [truth[0] + 2] * 2


def test_a_customer_without_events_has_none_on_either_side(screen):
    assert [(row["events"], row["devices"], row["sessions"], row["answers"]) for row in screen.rows("19", 9)] == [
        (0, 0, 0, "same")
    ] * 2


@pytest.mark.parametrize(
    "wrong", ["event_count = event_count + 1", "device_distinct_count = hll_add(hll_empty(), hll_hash_bigint(1))"]
)
def test_answers_that_differ_are_marked(clickstream, owner, screen, passed, wrong):
    clickstream.insert(owner, *events_around(passed()))
    clickstream.roll_up(owner, "live_aggregation")
    passed()
    owner.execute(f"UPDATE live_customers SET {wrong} WHERE customer_id = 1")
    assert [(row["answers"], row["flag"]) for row in screen.rows("19", 1)] == [("differ", "error")] * 2
    assert [(row["answers"], row["flag"]) for row in screen.rows("19", 2)] == [("same", None)] * 2


def test_a_window_that_the_live_tables_do_not_keep_is_not_compared(clickstream, owner, screen):
    clickstream.insert(owner, {"event_time": datetime.now(UTC) - timedelta(days=2)})
    clickstream.roll_up(owner, "live_aggregation")
    owner.execute("UPDATE rollups SET rolled_up_until = now() - interval '47 hours'")
    assert screen.rows("19") == []


def test_both_agree_while_late_events_are_rolled_up(clickstream, screen, passed):
    window = passed()
    done = threading.Event()

    def load():
        with clickstream.connect() as writer:
            while not done.is_set():
                clickstream.insert(writer, *events_around(window, 20))
                writer.execute("SELECT live_aggregation()")
                writer.execute("UPDATE rollups SET rolled_up_until = %s WHERE name = 'live'", (window[1],))

    writer = threading.Thread(target=load)
    writer.start()
    try:
        answers = []
        while len({row["events"] for row in answers}) < 30:
            answers += [row for row in screen.rows("19") if row["UTC window"] == text_of(*window)]
    finally:
        done.set()
        writer.join()
    assert "error" not in {row["flag"] for row in answers}
    assert [row["events"] for row in answers[::2] if row["answers"] == "same"] == [
        row["events"] for row in answers[1::2] if row["answers"] == "same"
    ]


def test_a_rollup_that_comes_in_between_is_asked_for_again(clickstream, owner, screen, passed):
    """The id is read before the late event is rolled up, and the rollup after: the first answers differ."""
    since, until = passed()
    clickstream.insert(owner, {"event_time": since})
    clickstream.roll_up(owner, "live_aggregation")
    passed()
    answers = []
    asking = threading.Thread(target=lambda: answers.extend(screen.rows("19")))
    with owner.transaction():
        owner.execute("LOCK TABLE live_customers IN ACCESS EXCLUSIVE MODE")
        asking.start()
        waiting = "SELECT 1 FROM pg_locks WHERE relation = 'live_customers'::regclass AND NOT granted"
        while not owner.execute(waiting).fetchone():
            assert asking.is_alive()
        clickstream.insert(owner, {"event_time": since})
        clickstream.roll_up(owner, "live_aggregation")
        owner.execute("UPDATE rollups SET rolled_up_until = %s WHERE name = 'live'", (until,))
    asking.join()
    assert [(row["events"], row["answers"], row["flag"]) for row in answers] == [(2, "same", None)] * 2
