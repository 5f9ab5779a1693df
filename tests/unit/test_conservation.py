"""Every message is accounted for, and a difference is believed only when nothing moves."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtdash.model.conservation import QUIET_S, Balance, ConservationWatch, Received, Sent
from rtdash.widgets.drawing import conservation
from rtdash.widgets.drawing.spans import width

QUIET, MOVING = QUIET_S, QUIET_S - 0.1
counts = st.integers(0, 10**9)


def said(balance: Balance, cells: int = 120) -> list[str]:
    return ["".join(text for text, _ in line).strip() for line in conservation.draw(balance, None, cells)]


def test_both_sides_are_read_from_the_columns_of_the_probes():
    record = {
        "generated": Decimal(10), "acked": 8, "failed": 0, "unknown": 1,
        "events_generated": 5, "events_acked": 5, "events_failed": 0, "events_unknown": 0,
        "loaded": Decimal(7), "lag": 1, "dead": 0, "lost": None, "duplicates": 0, "unseen_s": Decimal("0.4"),
    }  # fmt: skip
    sent, events = Sent.read(record), Sent.read(record, "events_")
    assert (sent, sent.in_flight, events) == (Sent(10, 8, 0, 1), 1, Sent(5, 5))
    received = Received.read(record, is_own=True)
    assert (received, received.total) == (Received(loaded=7, lag=1), 8)


@pytest.mark.parametrize(("unseen_s", "attended"), [(None, False), (0, True), (1.5, True), (1.6, False)])
def test_the_lag_of_an_ingest_that_is_silent_is_not_known(unseen_s, attended):
    assert Received.read({"unseen_s": unseen_s}, is_own=True).is_attended is attended


def test_nothing_is_wrong_when_all_is_accounted_for():
    balance = Balance(Sent(100, 90, 4, 6), Received(loaded=80, lag=5, dead=1, lost=2, duplicates=4), QUIET)
    assert (balance.unknown_arrived, balance.missing, balance.surplus, balance.untold) == (2, 0, 0, 0)
    assert not balance.is_wrong
    assert said(balance) == [
        "generated 100 = acked 90 + failed 4 + unknown 6 + in flight 0",
        "acked 90 + unknown that arrived 2 = loaded 80 + dead letters 1 + lost 2 + duplicates 4 + lag 5",
    ]


def test_what_is_missing_turns_red_only_when_nothing_moves():
    sent, received = Sent(100, 90), Received(loaded=85)
    assert not Balance(sent, received, MOVING).is_wrong
    assert said(Balance(sent, received, MOVING))[0].endswith("acked 90 ≈ loaded 85 + lag 0")
    quiet = Balance(sent, received, QUIET)
    assert quiet.is_wrong
    assert conservation.verdict(quiet, "donations") == ("✗ 5 donations missing", "error")
    assert said(quiet, 40)[-1] == "✗ 5 donations missing  acked 90 ≠ load…"


def test_nothing_is_judged_while_ingest_is_silent():
    balance = Balance(Sent(100, 90), Received(loaded=85, is_attended=False), QUIET)
    assert not balance.is_wrong
    assert said(balance, 80)[-1] == "acked 90 ≈ loaded 85  lag as last seen: ingest or Kafka is silent"


def test_more_than_was_sent_is_wrong_unless_others_sent_it():
    sent = Sent(100, 100)
    assert Balance(sent, Received(loaded=101), QUIET).is_wrong
    poison = Balance(sent, Received(loaded=100, dead=3), QUIET)
    assert (poison.untold, poison.is_wrong) == (3, False)
    assert "acked 100 + untold 3 = loaded 100 + dead letters 3" in said(poison)[-1]
    assert not Balance(sent, Received(loaded=101, is_own=False), QUIET).is_wrong
    assert not Balance(sent, Received(loaded=101, dead=2, replayed=1), QUIET).is_wrong


def test_what_nobody_knows_may_have_arrived_or_not():
    sent = Sent(100, 90, 0, 10)
    for arrived in (90, 95, 100):
        assert not Balance(sent, Received(loaded=arrived), QUIET).is_wrong
    assert Balance(sent, Received(loaded=89), QUIET).missing == 1
    assert Balance(sent, Received(loaded=101), QUIET).surplus == 1


@given(counts, counts, counts, counts, counts, counts, counts, counts)
def test_each_message_is_somewhere(acked, failed, unknown, loaded, lag, dead, lost, duplicates):
    sent = Sent(acked + failed + unknown, acked, failed, unknown)
    balance = Balance(sent, Received(loaded, lag, dead, lost, duplicates), QUIET)
    assert sent.acked + balance.unknown_arrived + balance.untold - balance.missing == balance.received.total
    assert not (balance.missing and balance.untold)
    assert 0 <= balance.unknown_arrived <= unknown
    for cells in (40, 78, 200):
        assert all(width(line) == cells for line in conservation.draw(balance, balance, cells))


def test_quiet_is_since_the_last_move_of_either_side_until_the_last_reading():
    watch = ConservationWatch()
    assert (watch.donations, watch.events) == (None, None)
    campaigns = {"generated": 1, "acked": 1, "loaded": 1, "unseen_s": 0.1, "events_generated": 3, "events_acked": 3}
    for at in (10.0, 11.0, 12.5):
        watch.take_campaigns(campaigns, at)
    assert watch.donations == Balance(Sent(1, 1), Received(loaded=1), 2.5)
    assert watch.donations.is_settled
    assert watch.events is None
    watch.take_events({"loaded": 2, "unseen_s": 0.1}, 13.0)
    watch.take_campaigns(campaigns | {"lag": 1}, 14.0)
    assert watch.donations == Balance(Sent(1, 1), Received(loaded=1, lag=1), 0.0)
    # Nobody has looked at the events since they moved last.
    assert watch.events == Balance(Sent(3, 3), Received(loaded=2, is_own=False), 0.0)
    for at in (14.5, 15.5):
        watch.take_events({"loaded": 2, "unseen_s": 0.1}, at)
        watch.take_campaigns(campaigns | {"lag": 1}, at)
    assert watch.events.is_wrong
    assert watch.events.missing == 1
    assert not watch.donations.is_settled


# ── a pipeline's procedure keeps the account, and the server's views tell the lag ─────────────────────────────────────

ACCOUNT = {
    "generated": 100, "acked": 100, "loaded": Decimal(80), "lag": None, "dead": Decimal(2), "lost": 0,
    "duplicates": Decimal(1), "unseen_s": None, "replayed": 0,
}  # fmt: skip
VIEWS = {"lag": Decimal(17), "dead": Decimal(3), "lost": None, "duplicates": None, "silent_s": 0, "unseen_s": 0}


def followed(views: dict[str, object] | None, account: dict[str, object] = ACCOUNT) -> Balance:
    """Both read every second for as long as makes them quiet; the views a bit before."""
    watch = ConservationWatch()
    for at in (10.0, 11.0, 12.0, 13.0):
        if views is not None:
            watch.take_delivery(views, at - 0.5)
        watch.take_campaigns(account, at)
    assert watch.donations is not None
    return watch.donations


def test_a_pipelines_balance_is_made_of_its_account_and_the_views():
    balance = followed(VIEWS)
    assert balance.received == Received(80, lag=17, dead=2, duplicates=1, no_json=3, is_by_pipeline=True)
    assert (balance.is_settled, balance.missing, balance.untold) == (True, 0, 0)
    assert (
        said(balance, 90)[-1] == "acked 100 = loaded 80 + dead letters 2 + duplicates 1 + lag 17      aside: no JSON 3"
    )


def test_a_log_that_the_server_forgets_takes_nothing_from_the_balance():
    """No campaign sends what is no JSON: neither what stands in the log nor what stood there belongs to either side."""
    forgotten = followed(VIEWS | {"dead": 0})
    assert (forgotten.is_settled, forgotten.missing, forgotten.untold) == (True, 0, 0)
    assert "no JSON" not in said(forgotten)[-1]
    assert followed(VIEWS | {"dead": 999, "lag": 4}).missing == 13, "it stands in for nothing that is missing"


def test_what_is_missing_of_a_pipeline_is_red():
    balance = followed(VIEWS | {"lag": 4})
    assert (balance.is_wrong, balance.missing) == (True, 13)


@pytest.mark.parametrize(
    "views",
    [None, VIEWS | {"unseen_s": None}, VIEWS | {"lag": None, "unseen_s": None}],
    ids=["unread", "rests", "asks"],
)
def test_a_pipeline_whose_lag_is_not_known_is_not_judged(views):
    balance = followed(views)
    assert not balance.is_settled
    assert not balance.is_wrong
    assert said(balance, 140)[-1].endswith("  lag not known: no pipeline is seen at work")


def test_a_lag_that_was_seen_long_ago_is_not_known():
    watch = ConservationWatch()
    watch.take_delivery(VIEWS, 10.0)
    for at, attended in ((10.0, True), (11.5, True), (11.6, False), (13.0, False)):
        watch.take_campaigns(ACCOUNT, at)
        assert watch.donations is not None
        assert watch.donations.received.is_attended is attended, at


def test_the_lag_that_ingest_has_seen_is_its_own():
    watch = ConservationWatch()
    watch.take_delivery({"lag": 999, "dead": 999, "unseen_s": 0}, 10.0)
    watch.take_campaigns(ACCOUNT | {"lag": 17, "unseen_s": Decimal("0.2")}, 10.0)
    assert watch.donations is not None
    assert watch.donations.received == Received(80, lag=17, dead=2, duplicates=1)


def test_where_there_is_room_both_lines_are_one():
    balance = Balance(Sent(384_198, 384_190), Received(loaded=383_978, lag=212), 0.0)
    wide = conservation.draw(balance, balance, 120)
    assert ["".join(text for text, _ in line).rstrip() for line in wide] == [
        " generated 384,198 = acked 384,190 + in flight 8       acked 384,190 = loaded 383,978 + lag 212",
        " events: acked 384,190 = loaded 383,978 + lag 212",
    ]


@pytest.mark.parametrize("cells", [78, 118, 140])
def test_what_comes_and_goes_moves_nothing_at_its_side(cells):
    def drawn(in_flight: int, lag: int) -> list[str]:
        sent = Sent(384_198 + in_flight, 384_198)
        received = Received(loaded=384_195 - lag, lag=lag, dead=3, no_json=2)
        lines = conservation.draw(Balance(sent, received, 0.0), Balance(sent, received, 0.0), cells)
        return ["".join(text for text, _ in line) for line in lines]

    def columns(lines: list[str]) -> list[list[int]]:
        return [
            [line.find(word) for word in ("in flight", "acked 3", "=", "dead letters", "lag", "aside")]
            for line in lines
        ]

    assert columns(drawn(0, 0)) == columns(drawn(8, 212)) == columns(drawn(9_999, 83_978))
    assert "in flight 0 " in drawn(0, 0)[0]


def test_a_lag_that_is_not_known_is_not_called_nothing():
    balance = Balance(Sent(7, 7), Received(loaded=7, is_attended=False), 0.0)
    assert "lag 0" not in "".join(text for line in conservation.draw(balance, None, 140) for text, _ in line)
