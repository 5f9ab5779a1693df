"""Every panel is asked when it is due, never twice at once, and never with more than a few queries a server."""

from __future__ import annotations

import time

import pytest

from rtdash.panels.spec import PanelSpec, Source
from rtdash.scheduler.scheduler import Scheduler
from tests.unit.running import INTERVAL_S, idle, running
from tests.unit.server import Samples, Server, eventually, panel

# ── single flight ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_panel_is_in_flight_once_and_each_tick_meanwhile_is_missed(server, samples):
    server.hold("slow")
    with running([panel("slow"), panel("fast")], server, samples) as scheduler:
        scheduler.tick(0.0)
        samples.wait(1, "fast")
        for tick in range(1, 6):
            eventually(lambda: set(scheduler.in_flight()) == {"slow"})
            scheduler.tick(tick * INTERVAL_S)
            samples.wait(tick + 1, "fast")
        assert scheduler.missed() == {"slow": 5}
        assert [name for name, *_ in server.asked].count("slow") == 1
        assert server.running["slow"] == 1
        server.release()
        samples.wait(1, "slow")
        idle(scheduler)
        scheduler.tick(6 * INTERVAL_S)
        samples.wait(2, "slow")
        assert scheduler.missed() == {"slow": 5}, "it was free again"


def test_a_panel_that_is_queued_is_missed_as_well(server, samples):
    server.hold("a", "b")
    with running([panel("a"), panel("b")], server, samples, lanes=1) as scheduler:
        scheduler.tick(0.0)
        server.until(lambda: server.now_running() == {"a"})
        scheduler.tick(INTERVAL_S)
        assert scheduler.missed() == {"a": 1, "b": 1}
        assert set(scheduler.in_flight()) == {"a"}


def test_what_is_in_flight_says_since_when(server, samples):
    server.hold("a")
    with running([panel("a")], server, samples) as scheduler:
        assert scheduler.in_flight() == {}
        before = time.monotonic()
        scheduler.tick(0.0)
        server.until(lambda: server.now_running())
        assert before <= scheduler.in_flight()["a"] <= time.monotonic()


# ── lanes ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("lanes", [1, 2, 4])
def test_no_more_queries_at_once_than_lanes_and_one_heavy_one(server, samples, lanes):
    fast = [panel(f"fast-{number}") for number in range(8)]
    heavy = [panel(f"heavy-{number}", every=5.0) for number in range(2)]
    server.hold(*(spec.id for spec in (*fast, *heavy)))
    with running([*heavy, *fast], server, samples, lanes=lanes) as scheduler:
        scheduler.tick(0.0)
        server.until(lambda: server.running.total() == lanes + 1)
        assert sum(name.startswith("heavy") for name in server.now_running()) == 1
        server.release()
        samples.wait(10)
        assert server.most_running == lanes + 1
        assert len(server.connections) == lanes + 1


def test_without_heavy_panels_there_is_no_lane_for_them(server, samples):
    fast = [panel(f"fast-{number}") for number in range(4)]
    server.hold(*(spec.id for spec in fast))
    with running(fast, server, samples) as scheduler:
        scheduler.tick(0.0)
        server.until(lambda: server.running.total() == 2)
        server.release()
        samples.wait(4)
        assert server.most_running == 2


def test_each_server_has_lanes_of_its_own(samples):
    servers = {Source.DONATIONS: Server(), Source.CITUS: Server()}
    citus = panel("c").model_copy(update={"source": Source.CITUS})
    servers[Source.DONATIONS].hold("a", "b")
    with running([panel("a"), panel("b"), citus], servers, samples, lanes=1) as scheduler:
        scheduler.tick(0.0)
        samples.wait(1, "c")
        assert [name for name, *_ in servers[Source.CITUS].asked] == ["c"]
        assert samples.of("a") == []


def test_panels_of_a_server_that_is_not_set_are_not_asked(server, samples):
    citus = panel("c").model_copy(update={"source": Source.CITUS})
    with running([citus, panel("a")], server, samples) as scheduler:
        scheduler.tick(0.0)
        samples.wait()
        idle(scheduler)
        assert [sample.panel_id for sample in samples.taken] == ["a"]


def test_slow_panels_do_not_starve_fast_ones(server, samples):
    slow = [panel(f"slow-{number}", every=0.1) for number in range(3)]
    names = [spec.id for spec in slow]
    server.hold(*names)
    # The clock of the ticks makes big steps, so that the fast panel's median is below its interval for certain.
    with running([*slow, panel("fast", every=4.9)], server, samples) as scheduler:
        scheduler.tick(0.0)
        for name in names:
            server.until(lambda name=name: name in server.now_running())
            since = time.monotonic()
            eventually(lambda since=since: time.monotonic() > since + 0.11)
            server.release(name)
        samples.wait(4)
        idle(scheduler)
        assert scheduler.missed() == {}
        server.hold(*names)
        for tick in range(1, 6):
            scheduler.tick(5.0 * tick)
            samples.wait(tick + 1, "fast")
            server.until(lambda: len(server.now_running()) == 1)
        assert scheduler.missed().get("fast", 0) == 0
        assert scheduler.missed() == dict.fromkeys(names, 4)


def whole_table(number: int) -> PanelSpec:
    return panel(f"table-{number}").model_copy(update={"stands_for": f"fast-{number}"})


@pytest.mark.parametrize("lanes", [1, 2])
def test_what_reads_whole_tables_holds_up_no_other_from_its_first_query_on(server, samples, lanes):
    tables = [whole_table(number) for number in range(3)]
    server.hold(*(spec.id for spec in tables))
    with running([*tables, panel("fast")], server, samples, lanes=lanes) as scheduler:
        for tick in range(5):
            scheduler.tick(tick * INTERVAL_S)
            samples.wait(tick + 1, "fast")
            server.until(lambda: server.now_running() == {"table-0"})
            eventually(lambda: set(scheduler.in_flight()) == {"table-0"})
        assert scheduler.missed() == {spec.id: 4 for spec in tables}
        assert server.most_running <= 2, "one table at a time"


def test_one_query_in_the_place_of_another_is_asked_at_once_and_what_was_queued_is_not(server, samples):
    tables = [whole_table(number) for number in range(3)]
    ours = [panel(f"fast-{number}") for number in range(3)]
    server.hold(*(spec.id for spec in tables))
    with running([*ours, *tables], server, samples) as scheduler:
        scheduler.watch([spec.id for spec in tables])
        scheduler.tick(0.0)
        server.until(lambda: server.now_running() == {"table-0"})
        scheduler.watch([spec.id for spec in ours])
        scheduler.tick(INTERVAL_S)
        samples.wait(3)
        assert {sample.panel_id for sample in samples.taken} == {spec.id for spec in ours}, "none waits for the other"
        server.release()
        late = samples.wait(1, "table-0")
        idle(scheduler)
        assert [name for name, *_ in server.asked if name.startswith("table")] == ["table-0"]
        assert late.data is not None
        assert late.missed_ms == ()
        assert scheduler.missed() == {}


# ── cadence ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def asked_at(scheduler: Scheduler, server: Server, samples: Samples, ticks: list[float]) -> list[float]:
    """The ticks at which the only panel was asked."""
    asked = []
    for tick in ticks:
        before = len(server.asked)
        scheduler.tick(tick)
        idle(scheduler)
        asked += [tick] * (len(server.asked) - before)
    samples.wait(len(asked))
    return asked


def test_a_panel_with_an_interval_of_its_own(server, samples):
    with running([panel("a", every=1.0)], server, samples) as scheduler:
        ticks = [step * INTERVAL_S for step in range(13)]
        assert asked_at(scheduler, server, samples, ticks) == [0.0, 1.0, 2.0, 3.0]


def test_a_tick_that_comes_a_little_early_or_late_shifts_nothing(server, samples):
    with running([panel("a", every=1.0)], server, samples) as scheduler:
        ticks = [0.0, 0.25, 0.5, 0.76, 0.99, 1.26, 1.5, 1.75, 2.01, 2.24, 2.99]
        assert asked_at(scheduler, server, samples, ticks) == [0.0, 0.99, 2.01, 2.99]


def test_a_long_pause_is_no_debt(server, samples):
    with running([panel("a")], server, samples) as scheduler:
        assert asked_at(scheduler, server, samples, [0.0, 60.0, 60.1, 60.25]) == [0.0, 60.0, 60.25]
        assert scheduler.missed() == {}


def test_another_interval_holds_from_the_next_tick(server, samples):
    with running([panel("a")], server, samples) as scheduler:
        scheduler.interval_s = 5.0
        assert asked_at(scheduler, server, samples, [0.0, 0.25, 1.0]) == [0.0]
        scheduler.interval_s = 0.1
        assert asked_at(scheduler, server, samples, [1.1, 1.2, 1.3]) == [1.1, 1.2, 1.3]


def test_another_question_is_asked_at_the_next_tick(server, samples):
    with running([panel("a", every=4.0), panel("b", every=4.0)], server, samples) as scheduler:
        scheduler.tick(0.0)
        samples.wait(2)
        idle(scheduler)
        scheduler.variables["customer_id"] = 2
        scheduler.ask_now(["b", "unknown"])
        scheduler.tick(INTERVAL_S)
        assert samples.wait(3).panel_id == "b"
        assert samples.wait(3).variables == {"customer_id": 2}
        assert samples.of("a")[0].variables == {"customer_id": 1}
        assert server.asked[-1] == ("b", {"customer_id": 2}, 100.0)


def test_only_what_is_watched_is_asked_and_probes_always(server, samples):
    specs = [panel("board"), panel("hidden", every=60.0), panel("probe", is_probe=True)]
    with running(specs, server, samples) as scheduler:
        scheduler.watch(["board", "unknown"])
        scheduler.tick(0.0)
        samples.wait(2)
        idle(scheduler)
        assert {name for name, *_ in server.asked} == {"board", "probe"}
        scheduler.watch([])
        scheduler.tick(INTERVAL_S)
        samples.wait(3)
        idle(scheduler)
        assert [name for name, *_ in server.asked[2:]] == ["probe"]
        assert scheduler.missed() == {}


def test_what_comes_into_view_is_asked_at_once_and_not_before(server, samples):
    with running([panel("a", every=60.0), panel("b", every=60.0)], server, samples) as scheduler:
        scheduler.tick(0.0)
        samples.wait(2)
        scheduler.watch(["a"])
        scheduler.watch(["a", "b"])
        scheduler.tick(INTERVAL_S)
        samples.wait(3)
        idle(scheduler)
        assert [name for name, *_ in server.asked[2:]] == ["b"], "the other was in view all the time"


def test_a_panel_may_have_a_deadline_of_its_own(server, samples):
    with running([panel("a", deadline=0.5), panel("b")], server, samples) as scheduler:
        scheduler.tick(0.0)
        samples.wait(2)
        assert {name: deadline_s for name, _, deadline_s in server.asked} == {"a": 0.5, "b": 100.0}
