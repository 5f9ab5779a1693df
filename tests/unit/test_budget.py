"""Past its budget of a server's time the dashboard asks more seldom; within it, as often as it was told to."""

from __future__ import annotations

from itertools import pairwise

import pytest

from rtdash.model.budget import REVIEW_S, Budget
from rtdash.model.stretch import LONGEST_S, stretched
from rtdash.panels.spec import Source
from tests.unit.running import INTERVAL_S, idle, running
from tests.unit.server import Samples, Server, panel

BUDGET = 0.25


def reviewed(budget: Budget, loads: list[tuple[float, float]], times: int) -> list[float]:
    """The factor after each of so many reviews."""
    factors = []
    for _ in range(times):
        budget.review(0.0, loads)
        factors.append(budget.stretch.factor)
    return factors


def share(loads: list[tuple[float, float]], factor: float) -> float:
    return sum(took_s / max(stretched(every_s, factor), took_s) for every_s, took_s in loads)


def test_it_is_reviewed_once_a_second():
    budget = Budget(BUDGET, most=1.0)
    assert budget.is_due(-1000.0)
    budget.review(10.0, [])
    assert not budget.is_due(10.0 + 0.9 * REVIEW_S)
    assert budget.is_due(10.0 + REVIEW_S)


# ── the factor ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_within_the_budget_nothing_is_stretched():
    budget = Budget(BUDGET, most=1.0)
    assert reviewed(budget, [], 1) == [1.0]
    assert reviewed(budget, [(0.25, 0.05), (60.0, 3.0)], 3) == [1.0] * 3, "exactly 25 %"
    assert budget.stretch.is_enough


def test_past_it_the_factor_grows_until_the_share_is_the_budget_and_stays():
    budget, loads = Budget(BUDGET, most=1.0), [(0.25, 0.1)] * 3 + [(1.0, 0.02)]
    factors = reviewed(budget, loads, 12)
    assert all(after <= 1.5 * before for before, after in pairwise(factors)), "smoothly"
    assert factors == sorted(factors)
    assert share(loads, factors[-1]) == pytest.approx(BUDGET)
    assert factors[-1] == factors[-3]
    assert budget.stretch.is_enough


def test_what_wavers_around_it_does_not_let_the_intervals_waver():
    budget, steady = Budget(BUDGET, most=1.0), [(0.25, 0.1)] * 3
    reviewed(budget, steady, 12)
    factors = [
        factor
        for took_s in (0.098, 0.103, 0.095, 0.1, 0.09, 0.102)
        for factor in reviewed(budget, [(0.25, took_s)] * 3, 1)
    ]
    assert len(set(factors)) == 2, "it has grown once, to what the most needs"


def test_it_comes_back_when_there_is_room():
    budget = Budget(BUDGET, most=1.0)
    high = reviewed(budget, [(0.25, 0.1)] * 3, 12)[-1]
    factors = reviewed(budget, [(0.25, 0.05)] * 3, 12)
    assert 1.0 < factors[-1] < high
    assert all(after >= before / 1.25 for before, after in pairwise([high, *factors])), "smoothly"
    assert 0.8 * BUDGET <= share([(0.25, 0.05)] * 3, factors[-1]) <= BUDGET
    assert reviewed(budget, [(0.25, 0.001)] * 3, 12)[-1] == 1.0


def test_a_query_longer_than_its_interval_takes_all_of_the_time_and_is_stretched_beyond_that():
    budget, loads = Budget(BUDGET, most=1.0), [(0.25, 1.0)]
    factor = reviewed(budget, loads, 12)[-1]
    assert stretched(0.25, factor) == pytest.approx(4.0)
    assert budget.stretch.is_enough


def test_no_interval_is_stretched_beyond_5_s_and_it_says_that_this_is_not_enough():
    budget, loads = Budget(BUDGET, most=1.0), [(0.25, 2.0), (1.0, 2.0), (60.0, 2.0)]
    factors = reviewed(budget, loads, 12)
    assert not budget.stretch.is_enough
    assert [stretched(every_s, factors[-1]) for every_s, _ in loads] == [LONGEST_S, LONGEST_S, 60.0]
    reviewed(budget, [(0.25, 0.05)], 20)
    assert (budget.stretch.factor, budget.stretch.is_enough) == (1.0, True)


def test_what_is_asked_seldom_by_itself_may_be_too_much_alone():
    budget = Budget(BUDGET, most=1.0)
    assert reviewed(budget, [(10.0, 5.0)], 2) == [1.0, 1.0]
    assert not budget.stretch.is_enough


# ── the scheduler ─────────────────────────────────────────────────────────────────────────────────────────────────────


class Clock:
    """Passes only when something takes time."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class CostlyServer(Server):
    """Each answer takes so long, by the clock of the test."""

    def __init__(self, clock: Clock, cost_s: float) -> None:
        super().__init__()
        self.clock, self.cost_s = clock, cost_s

    def run(self, connection, panel_id):
        answer = super().run(connection, panel_id)
        self.clock.now += self.cost_s
        return answer


def run(scheduler, clock: Clock, seconds: float) -> float:
    """Let the dashboard run for a while, one query at a time; the share of the time that its queries took."""
    tick = clock.now = clock.now + INTERVAL_S
    scheduler.busy_shares()
    until = tick + seconds
    while tick < until:
        clock.now = max(clock.now, tick)
        scheduler.tick(clock.now)
        idle(scheduler)
        tick += INTERVAL_S
    clock.now = max(clock.now, until)
    return scheduler.busy_shares()[Source.DONATIONS]


def test_the_dashboards_share_comes_down_to_the_budget_and_the_intervals_come_back():
    clock, samples = Clock(), Samples()
    server, specs = CostlyServer(clock, 0.05), [panel("a"), panel("b"), panel("c", every=1.0)]
    with running(specs, server, samples, lanes=1, clock=clock, budget=BUDGET) as scheduler:
        run(scheduler, clock, 20.0)
        assert scheduler.stretches()[Source.DONATIONS].is_enough
        assert run(scheduler, clock, 20.0) == pytest.approx(BUDGET, rel=0.1)
        before = dict(scheduler.missed())
        factor = scheduler.stretches()[Source.DONATIONS].factor
        assert run(scheduler, clock, 20.0) == pytest.approx(BUDGET, rel=0.1)
        assert scheduler.stretches()[Source.DONATIONS].factor == factor, "it holds still"
        assert scheduler.missed() == before == {}, "a tick on which nothing is due is not missed"
        server.cost_s = 0.001
        run(scheduler, clock, 20.0)
        assert scheduler.stretches() == {}
        asked = len(server.asked)
        run(scheduler, clock, 5.0)
        assert len(server.asked) - asked == pytest.approx(45, abs=2), "as often as without a budget"


def test_without_a_budget_nothing_is_stretched():
    clock, samples = Clock(), Samples()
    server = CostlyServer(clock, 0.2)
    with running([panel("a")], server, samples, lanes=1, clock=clock) as scheduler:
        assert run(scheduler, clock, 10.0) == pytest.approx(0.8, rel=0.05)
        assert scheduler.stretches() == {}


def test_the_load_on_one_server_stretches_nothing_on_another():
    clock, samples = Clock(), Samples()
    servers = {Source.DONATIONS: CostlyServer(clock, 0.2), Source.CITUS: CostlyServer(clock, 0.001)}
    specs = [panel("a"), panel("c").model_copy(update={"source": Source.CITUS})]
    with running(specs, servers, samples, lanes=1, clock=clock, budget=BUDGET) as scheduler:
        run(scheduler, clock, 10.0)
        assert set(scheduler.stretches()) == {Source.DONATIONS}


def test_what_is_not_watched_is_no_load():
    clock, samples = Clock(), Samples()
    with running(
        [panel("a"), panel("b")], CostlyServer(clock, 0.1), samples, clock=clock, lanes=1, budget=BUDGET
    ) as on:
        run(on, clock, 10.0)
        both = on.stretches()[Source.DONATIONS].factor
        on.watch(["a"])
        run(on, clock, 10.0)
        assert on.stretches()[Source.DONATIONS].factor < both
