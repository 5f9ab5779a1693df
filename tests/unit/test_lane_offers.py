"""A lane asks no panel for what the server does not offer, and says so."""

from __future__ import annotations

import time

import pytest

from rtdash.errors import Unreachable
from rtdash.model.data import Absent, Stat
from rtdash.panels.feature import Feature
from rtdash.scheduler.job import Job
from tests.unit.lanes import DEADLINE_S, ask
from tests.unit.server import panel

NO_STATISTICS = "no statistics: needs pg_stat_statements and citus.stat_statements_track = all"


def needy(panel_id: str, needs: Feature) -> Job:
    return Job(panel(panel_id, needs=needs), {"customer_id": 3}, time.monotonic(), DEADLINE_S)


@pytest.mark.usefixtures("lane")
@pytest.mark.parametrize(
    ("offers", "needs", "reason"),
    [
        ((), Feature.CITUS, "not a Citus cluster"),
        ((), Feature.CITUS_STAT_STATEMENTS, "not a Citus cluster"),
        (
            (Feature.CITUS,),
            Feature.CITUS_STAT_STATEMENTS,
            NO_STATISTICS,
        ),
    ],
)
def test_a_panel_is_not_asked_for_what_the_server_does_not_offer(server, queue, samples, offers, needs, reason):
    server.offers = frozenset(offers)
    queue.put(needy("nodes", needs))
    sample = samples.wait()
    assert (sample.data, sample.error, sample.latency_ms) == (Absent(reason), None, 0.0)
    assert sample.variables == {"customer_id": 3}
    assert server.asked == []
    assert ask(queue, samples, "b").is_first, "nothing was measured on this connection yet"


def test_a_panel_is_asked_for_what_the_server_offers(lane, server, queue, samples):
    server.offers = frozenset({Feature.CITUS})
    queue.put(needy("nodes", Feature.CITUS))
    assert samples.wait().data == Stat(1)
    queue.put(needy("tenants", Feature.CITUS_STAT_STATEMENTS))
    samples.wait(2)
    lane.check_deadline(time.monotonic() + 1000)
    assert server.abandoned == 0, "nothing runs"


@pytest.mark.usefixtures("lane")
def test_a_server_that_has_come_back_and_lacks_something_is_back(server, queue, samples):
    server.refusal = Unreachable("nobody answers")
    assert ask(queue, samples).is_server_down
    server.refusal = None
    queue.put(needy("nodes", Feature.CITUS))
    samples.wait(2)
    assert not queue._outage.is_on
