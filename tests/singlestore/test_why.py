"""Why a query is slow, as SingleStore is asked for it: a profile, the event trace, and a query ended by hand."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from rtdash.cli.dashboard import explainer
from rtdash.errors import Overdue, SourceError
from rtdash.model.explanation import BreakOff
from rtdash.resources import sql_folder
from rtdash.settings import Settings
from rtdash.sources.plans import donations as plans
from rtdash.sources.singlestore import POOL_S
from rtdash.sources.views import donations as views
from tests.singlestore.peer import Peer
from tests.singlestore.scripted_panels import ANSWERS, SPECS, asked
from tests.singlestore.test_lanes import running
from tests.singlestore.wire import Refusal, Rows

BEST = next(spec for spec in SPECS if spec.id == "03_best")
QUERY = "SELECT city FROM donation_totals WHERE campaign_id = %(customer_id)s"
VALUES = {"customer_id": 3}
SENT = "SELECT city FROM donation_totals WHERE campaign_id = 3"
PROFILE = {
    "profile": [
        {"executor": "Gather", "actual_row_count": {"value": 2}, "actual_total_time": {"value": 3},
         "inputs": [{"executor": "TableScan", "table": "donation_totals", "actual_row_count": {"value": 80},
                     "actual_total_time": {"value": 250}}]}
    ],
    "query_info": {"total_runtime_ms": "253"},
}  # fmt: skip
TRACE = ("age_us", "took_ms", "returned", "query_text")


@pytest.fixture(autouse=True)
def no_session_is_left(peer: Peer) -> Iterator[None]:
    yield
    peer.until(lambda: not peer.holds() and not peer.open_connections)


@pytest.fixture
def profiled(peer: Peer) -> Peer:
    peer.tell("^PROFILE ", Rows(("city",), [("Pau",), ("Brest",)]))
    peer.tell("^SHOW PROFILE JSON$", Rows(("PROFILE",), [(json.dumps(PROFILE),)]))
    return peer


def traced(peer: Peer, *rows: tuple[object, ...]) -> None:
    peer.tell(r"MV_TRACE_EVENTS", Rows(TRACE, rows))


# ── the plan ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("deadline_s", "pool"), [(POOL_S - 1.0, "rtdash_dashboard"), (20.0, "'default_pool'")])
def test_a_query_is_profiled_on_a_connection_of_its_own(profiled, deadline_s, pool):
    plan = plans.explain(profiled.dsn(), f"{QUERY};", VALUES, deadline_s)
    said = [heard.statement for heard in profiled.statements(purpose="why")]
    # The pool would end it before its deadline; and nothing stands between the query and its profile.
    assert said[-3:] == [f"SET resource_pool = {pool}", f"PROFILE {SENT}", "SHOW PROFILE JSON"]
    assert len({heard.connection for heard in profiled.heard}) == 1
    assert (plan.engine, plan.rows, plan.total_ms) == ("SingleStore", 2, 253.0)
    (scan,) = plan.root.children
    assert (scan.name, scan.rows_scanned, scan.own_ms) == ("TableScan", 80, 250.0)


def test_what_writes_is_not_sent(profiled):
    with pytest.raises(SourceError, match="not explained, since that would run it: DELETE"):
        plans.explain(profiled.dsn(), "DELETE FROM campaigns", {}, 5.0)
    assert profiled.heard == []


@pytest.mark.parametrize("hanging", ["^PROFILE ", "^SHOW PROFILE JSON$"])
def test_past_its_deadline_it_is_killed_over_another_connection(profiled, hanging):
    profiled.hold(hanging)
    with pytest.raises(Overdue, match=r"no answer within 0\.2 s; the query was ended by KILL QUERY"):
        plans.explain(profiled.dsn(), QUERY, VALUES, 0.2)
    (hung,), (kill,) = profiled.statements(hanging), profiled.statements("^KILL ")
    assert kill.statement == f"KILL QUERY {hung.connection} 8"
    assert kill.purpose == "kill"
    assert kill.connection != hung.connection


def test_what_nobody_waits_for_any_more_is_killed_once(profiled):
    profiled.hold("^PROFILE ")
    handed_out: list[BreakOff] = []
    failures: list[str] = []

    def explained() -> None:
        try:
            plans.explain(profiled.dsn(), QUERY, VALUES, 20.0, handed_out.append)
        except SourceError as error:
            failures.append(str(error))

    thread = threading.Thread(target=explained)
    thread.start()
    hung = profiled.wait_for("^PROFILE ")
    handed_out[0]()
    thread.join(5)
    assert not thread.is_alive()
    assert len(failures) == 1
    assert [heard.statement for heard in profiled.statements("^KILL ")] == [f"KILL QUERY {hung.connection} 8"]


def test_a_panel_is_explained_by_the_account_that_only_reads(profiled):
    traced(profiled, (4_000_000, 310.0, 2.0, asked(BEST)))
    # Nobody is where the owner would be asked.
    owner = "mysql://owner@127.0.0.1:1/donations"
    asking = explainer(Settings(donations_dsn=profiled.dsn(), donations_owner_dsn=owner))
    explanation = asking.explain(BEST, VALUES)
    assert explanation.failure == ""
    assert explanation.plan is not None
    assert explanation.plan.total_ms == 253.0
    assert [each.took_ms for each in explanation.server.slow] == [310.0]
    assert profiled.wait_for("^PROFILE ").statement == f"PROFILE {asked(BEST)}"


def test_why_there_is_no_plan_is_one_line(peer):
    traced(peer)
    peer.tell("^PROFILE ", Refusal(1142, "SELECT command denied to user 'reader'"))
    explanation = explainer(Settings(donations_dsn=peer.dsn())).explain(BEST, VALUES)
    assert explanation.plan is None
    assert explanation.failure == "donations database: SELECT command denied to user 'reader'"


# ── the server's own account ──────────────────────────────────────────────────────────────────────────────────────────


def test_the_event_trace_is_asked_and_the_query_found_in_it(peer):
    traced(
        peer,
        (1_000_000, 310.0, 2.0, SENT),
        (2_000_000, 900.0, 1.0, f"PROFILE {SENT}"),
        (3_000_000, 500.0, None, None),
        (60_000_000, 205.5, 2.0, SENT.replace("3", "4").encode()),
    )
    view = views.ask(peer.dsn(), QUERY, VALUES, 100.0)
    assert (view.source, view.absence, view.floor_ms) == ("event trace", "", views.TRACED_MS)
    assert [(slow.took_ms, slow.rows) for slow in view.slow] == [(310.0, 2), (205.5, 2)]
    assert view.kept_since is not None
    assert timedelta(seconds=59) < datetime.now(UTC) - view.kept_since < timedelta(seconds=90)
    assert [heard.purpose for heard in peer.statements("MV_TRACE_EVENTS")] == ["view"]
    assert "DETAILS::%duration_ms" in peer.statements("MV_TRACE_EVENTS")[0].statement


@pytest.mark.parametrize(
    ("answer", "absence"),
    [
        (
            Rows(TRACE),
            "the event trace is empty, off (rtdash init switches it on), or hidden from an account without PROCESS",
        ),
        (Rows(TRACE, [(1_000_000, 310.0, 2.0, None)]), "the event trace has no texts of queries: Query_text is off"),
        (
            Refusal(1227, "Access denied; you need the PROCESS privilege\x1b[2J"),
            "donations database: Access denied; you need the PROCESS privilege·[2J (1227)",
        ),
        (Refusal(1146, "no such view"), "donations database: no such view"),
    ],
)
def test_what_the_trace_lacks_is_said_in_words_and_no_failure(peer, caplog, answer, absence):
    peer.tell("MV_TRACE_EVENTS", answer)
    view = views.ask(peer.dsn(), QUERY, VALUES, 200.0)
    assert (view.absence, view.slow) == (absence, ())
    assert caplog.records == []


def test_a_trace_that_does_not_answer_is_killed(peer):
    peer.hold("MV_TRACE_EVENTS")
    view = views.ask(peer.dsn(), QUERY, VALUES, 200.0, deadline_s=0.2)
    said = r"donations database: no answer within 0\.[12] s; the query was ended by KILL QUERY"
    assert re.fullmatch(said, view.absence)
    assert peer.statements("^KILL QUERY ", purpose="kill")


def test_what_the_trace_leaves_out_is_what_the_schema_says():
    (trace,) = sql_folder("singlestore", "schema").glob("*_event_trace.sql")
    said = re.search(r"^CREATE EVENT TRACE .*\bDuration_threshold_ms = (\d+)\)", trace.read_text(), re.MULTILINE)
    assert said is not None
    assert float(said[1]) == views.TRACED_MS


# ── ended by hand ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_query_is_cancelled_by_hand(peer):
    peer.tell("^(slow|quick)$", ANSWERS["01_donations"])
    peer.hold("^slow$")
    with running(peer, "slow", "quick", deadline_s=100.0) as (scheduler, samples):
        scheduler.tick(time.monotonic())
        slow = peer.wait_for("^slow$")
        done: list[bool] = []
        hand = threading.Thread(target=lambda: done.append(scheduler.cancel("slow")))
        hand.start()
        sample = samples.wait(1, "slow")
        hand.join()
        assert done == [True]
        assert (sample.error or "").startswith("cancelled by hand after ")
        assert not sample.is_server_down
        (kill,) = peer.statements("^KILL")
        assert kill.statement == f"KILL QUERY {slow.connection} 8"
        assert (kill.purpose, kill.connection != slow.connection) == ("kill", True)
        assert samples.wait(1, "quick").error is None, "asked at once, on a new connection"
        assert not scheduler.cancel("slow"), "it does not run any more"


def test_a_server_that_refuses_to_end_a_query_goes_on_with_it(peer):
    peer.tell("^slow$", ANSWERS["01_donations"])
    peer.tell("^KILL QUERY ", Refusal(1095, "You are not owner of thread"))
    peer.hold("^slow$")
    with running(peer, "slow", deadline_s=100.0) as (scheduler, samples):
        scheduler.tick(time.monotonic())
        peer.wait_for("^slow$")
        with pytest.raises(SourceError, match=r"You are not owner of thread \(1095\)"):
            scheduler.cancel("slow")
        peer.release()
        assert samples.wait(1, "slow").error is None
