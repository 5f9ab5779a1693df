"""The clickstream's study: all forms answer, alike where they must; it only reads, and stopped it leaves nothing."""

from __future__ import annotations

import random
import threading
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from rtdash.errors import SchemaError
from rtdash.lab import holdings
from rtdash.lab.answers import compare
from rtdash.lab.clickstream import ClickstreamStudy, WantedForms
from rtdash.lab.clickstream_session import ClickstreamSession
from rtdash.lab.place import connected, private
from rtdash.lab.stop import Stop
from rtdash.model.lab import Phase
from rtdash.panels.forms import Form, workshop_questions
from rtdash.widgets.drawing import lab as drawing
from tests.world import until

ROLLED_UP = (Form.ROLLUPS, Form.LIVE)
QUESTIONS = {question.id[:2]: question for question in workshop_questions()}
SESSIONS = """
SELECT application_name, query FROM pg_stat_activity
WHERE application_name IN ('rtdash lab', 'rtdash why') AND datname = current_database()
"""
THINGS = """
SELECT relnamespace::regnamespace::text, relname FROM pg_class
WHERE relnamespace = current_schema()::regnamespace OR relpersistence = 't' ORDER BY 1, 2
"""
OF_THE_LAST_BUCKET = (
    "customer_id = 1 AND width = '5 minutes'"
    " AND bucket = (SELECT max(bucket) FROM live_customers WHERE customer_id = 1 AND width = '5 minutes')"
)
PLANTED = {
    ("08", Form.ROLLUPS): (
        "UPDATE rollup_events_5min SET event_count = event_count + 1"
        " WHERE customer_id = 2 AND minute = (SELECT max(minute) FROM rollup_events_5min WHERE customer_id = 2)"
    ),
    ("10", Form.ROLLUPS): (
        "UPDATE rollup_events_1hr SET session_distinct_count = hll_add(session_distinct_count, hll_hash_bigint(-5))"
        " WHERE customer_id = 2 AND hour = (SELECT max(hour) FROM rollup_events_1hr WHERE customer_id = 2)"
    ),
    ("09", Form.LIVE): (
        "UPDATE live_totals SET event_count = event_count + 2 WHERE width = '1 hour' AND bucket ="
        " (SELECT min(bucket) FROM live_totals WHERE width = '1 hour' AND bucket > now() - interval '6 days')"
    ),
    ("11", Form.LIVE): f"UPDATE live_customers SET event_count = event_count - 1 WHERE {OF_THE_LAST_BUCKET}",
    ("12", Form.LIVE): (
        "UPDATE live_customers SET top_devices_1000 = top_devices_1000 || '{\"999999\": 500}'"
        f" WHERE {OF_THE_LAST_BUCKET}"
    ),
}
LOSE_RAW = (
    "DELETE FROM events WHERE customer_id = 1 AND event_time <= now() AND event_time > now() - interval '10 minutes'"
)


@pytest.fixture
def visited(clickstream):
    """Events of three customers, rolled up: of the last minutes and days, with unknown values, on bounds of buckets."""
    choose = random.Random(7)
    now = datetime.now(UTC)
    this_hour = now.replace(minute=0, second=0, microsecond=0)
    times = [now - timedelta(minutes=choose.uniform(0, span)) for span in (14, 60, 13_000) for _ in range(500)]
    times += [
        this_hour - hours * timedelta(hours=1) + us
        for hours in range(50)
        for us in (timedelta(microseconds=-1), timedelta())
    ]
    with clickstream.connect() as connection:
        clickstream.insert(
            connection,
            *(
                {
                    "event_time": time,
                    "customer_id": choose.choice([1, 1, 2, 3]),
                    "event_type": choose.choice(["click", "page_view", None]),
                    "country": choose.choice(["FR", "BE", None]),
                    "device_id": choose.choice([None, int(400 * choose.random() ** 4)]),
                    "session_id": choose.choice([None, choose.randint(1, 900)]),
                }
                for time in times
            ),
        )
        clickstream.roll_up(connection)
        yield connection


@pytest.fixture
def compared(visited, citus_reader_dsn):
    """What comes of comparing one form's answer to one question."""
    del visited  # its events are what is asked about

    def compare_one(number, form):
        with closing(ClickstreamSession(citus_reader_dsn, Stop(), 20.0)) as session:
            return compare(session, QUESTIONS[number], form, {"customer_id": 1})

    return compare_one


def study(dsn, **wanted):
    return ClickstreamStudy(connected(dsn), WantedForms(**{"rounds": 1, "deadline_s": 20.0} | wanted))


def test_all_forms_answer_and_nothing_is_made(visited, citus_reader_dsn):
    before = visited.execute(THINGS).fetchall()
    told = []
    report = study(citus_reader_dsn, runs=2).run(Stop(), told.append)
    assert report.problems == ()
    assert report.phase is Phase.DONE
    assert (report.store, report.baseline, report.run) == ("clickstream", "raw", 2)
    assert [subject.name for subject in report.subjects] == ["raw", "rollups", "live"]
    assert "hll" in report.server
    assert report.rows == report.subject("raw").rows == 1600
    assert report.subject("rollups").fill_rows_per_s > 0
    assert len(report.cells) == 15
    for cell in report.cells:
        assert (cell.error, cell.count > 0, cell.p50_ms > 0) == (None, True, True)
        assert cell.rows_examined > 0
        assert (cell.ratio is None) == (cell.subject == "raw")
    assert report.cell("09_last_7_days", "raw").rows_examined >= 1400
    assert report.cell("09_last_7_days", "live").rows_examined < report.cell("09_last_7_days", "raw").rows_examined
    assert report.verdict[-1] == "nothing came in while it was measured"
    phases = list(dict.fromkeys(each.phase for each in told))
    assert phases == [Phase.MAKING, Phase.MEASURING, Phase.CHECKING, Phase.DONE]
    # Each run tells how long the next one will take.
    for number in (1, 2):
        assert f"run {number} is measured" in {each.doing for each in told if each.phase is Phase.MEASURING}
    shares = [each.done for each in told]
    assert shares == sorted(shares)
    assert visited.execute(THINGS).fetchall() == before
    until(lambda: not visited.execute(SESSIONS).fetchall())


def test_rows_that_take_too_long_to_count_are_not_known_and_nothing_else_is_lost(
    visited, citus_reader_dsn, monkeypatch
):
    del visited  # its events are what is asked about
    monkeypatch.setitem(holdings.LARGEST, Form.RAW, "events, pg_sleep(60)")
    report = study(citus_reader_dsn, deadline_s=2.0).run(Stop(), lambda _: None)
    assert report.phase is Phase.DONE
    assert [subject.rows > 0 for subject in report.subjects] == [False, True, True]
    assert report.rows == 0
    assert all(cell.count for cell in report.cells)
    assert "0 rows" not in "".join(text for line in drawing.printed(report, 200) for text, _ in line)
    assert "row" not in "".join(text for text, _ in drawing.heading(report))


def test_what_is_not_rolled_up_yet_is_no_difference(visited, clickstream, compared):
    clickstream.insert(visited, *([{"customer_id": 1, "device_id": 5, "session_id": 6}] * 9))
    assert [compared(number, form).problem for number in QUESTIONS for form in ROLLED_UP] == [""] * 10


def test_a_planted_difference_is_found(visited, compared):
    for statement in PLANTED.values():
        assert visited.execute(statement).rowcount >= 1
    found = {(number, form): compared(number, form).problem for number in QUESTIONS for form in ROLLED_UP}
    for number, form in PLANTED:
        expected = f"{QUESTIONS[number].title}: {form} and raw cannot be taken for the same"
        assert found[number, form].startswith(expected)
    assert found["11", Form.ROLLUPS] == found["12", Form.ROLLUPS] == found["08", Form.LIVE] == ""


def test_a_difference_is_in_the_report(visited, citus_reader_dsn):
    assert visited.execute(LOSE_RAW).rowcount >= 1
    report = study(citus_reader_dsn).run(Stop(), lambda _: None)
    assert report.phase is Phase.DONE
    for form in ROLLED_UP:
        assert any(problem.startswith(f"Last 15 minutes: {form} and raw") for problem in report.problems)


def test_raw_events_that_were_dropped_are_said_to_be_so(visited, compared):
    for (partition,) in visited.execute(
        "SELECT partition::text FROM event_partitions WHERE until_time < now() - interval '5 days'"
    ).fetchall():
        visited.execute(f"DROP TABLE {partition}")
    assert "raw events are kept since" in compared("09", Form.LIVE).problem
    assert compared("10", Form.LIVE).problem == ""


def test_what_comes_in_meanwhile_is_told(visited, clickstream, citus_reader_dsn):
    def insert(report):
        if report.phase is Phase.MEASURING:
            clickstream.insert(visited, *({"customer_id": 1} for _ in range(200)))

    report = study(citus_reader_dsn).run(Stop(), insert)
    assert "events a second came in" in report.verdict[-1]
    assert report.problems == ()


def test_without_our_schema_it_says_what_helps(citus_dsn):
    with pytest.raises(SchemaError, match=r"no table .*: rtdash init makes it"):
        study(citus_dsn).run(Stop(), lambda _: None)


def test_stopped_in_the_midst_of_a_query_it_leaves_no_session_and_nothing_else(visited, clickstream, citus_reader_dsn):
    before = visited.execute(THINGS).fetchall()
    stop, reports = Stop(), []
    with clickstream.connect() as other, other.transaction():
        # A query of a panel hangs.
        other.execute("LOCK TABLE live_totals IN ACCESS EXCLUSIVE MODE")
        thread = threading.Thread(
            target=lambda: reports.append(study(citus_reader_dsn).run(stop, lambda _: None)), daemon=True
        )
        thread.start()
        waiting = "SELECT 1 FROM pg_locks WHERE NOT granted AND relation = 'live_totals'::regclass"
        until(lambda: visited.execute(waiting).fetchone())
        stop.ask()
        thread.join(5)
        assert not thread.is_alive(), "it has not waited for the lock"
    assert reports[0].phase is Phase.STOPPED
    until(lambda: not visited.execute(SESSIONS).fetchall())
    assert visited.execute(THINGS).fetchall() == before


@pytest.mark.long
def test_stopped_while_the_past_is_made_nothing_is_left_of_its_own_server(monkeypatch):
    folder = Path("/tmp", f"rtdash-test-lab-{random.getrandbits(40)}")
    folder.mkdir(mode=0o711)
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    stop = Stop()

    def at_once(report):
        if report.phase is Phase.FILLING and "made" in report.doing:
            stop.ask()

    try:
        report = ClickstreamStudy(private(400_000), WantedForms(events=400_000)).run(stop, at_once)
        assert report.phase is Phase.STOPPED
        assert list(folder.iterdir()) == []
    finally:
        folder.rmdir()


@pytest.mark.long
def test_a_server_of_its_own_is_filled_measured_and_gone():
    wanted = WantedForms(events=30_000, runs=2, rounds=2)
    report = ClickstreamStudy(private(30_000), wanted).run(Stop(), lambda _: None)
    assert report.phase is Phase.DONE
    assert report.problems == ()
    assert report.rows == 30_000
    assert report.subject("raw").rows >= 30_000
    assert report.subject("raw").fill_rows_per_s > 0
    assert all(cell.count for cell in report.cells)
