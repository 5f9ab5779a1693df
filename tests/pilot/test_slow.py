"""What is over the threshold is flagged in the very next frame, and recorded with its parts and what else went on."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, timedelta

from tests.pilot.samples import NOW, sample


async def test_200_ms_is_not_recorded_and_200_1_is(stage):
    async with stage(200, 50) as on:
        await on.inject(**{"03_best": {"latency_ms": 200.0}})
        assert on.slow == []
        assert "▲" not in on.text().splitlines()[1]
        await on.inject(**{"03_best": {"latency_ms": 200.1}})
        (slow,) = on.slow
        assert (slow.panel_id, slow.title, slow.server) == ("03_best", "Best city and organisation", "MariaDB")
        assert (slow.latency_ms, slow.threshold_ms) == (200.1, 200.0)
        assert "▲ 200 ms" in on.text()


async def test_what_was_slow_while_it_was_left_is_recorded(stage):
    async with stage() as on:
        await on.inject()
        late = sample("03_best", on.clock.now, latency_ms=700.0)
        on.poller.stop = lambda: on.poller.deliver(late)
        await on.pilot.press("q")
        await on.until(lambda: on.control.told)
        assert [slow.latency_ms for slow in on.slow] == [700.0]


async def test_a_slow_query_has_its_parts_and_what_else_went_on(stage):
    async with stage(200, 50) as on:
        await on.inject()
        on.clock.now += 1.0
        found = sample("11_customer_last_15_minutes", on.clock.now - 0.5, latency_ms=400.0)
        on.poller.deliver(
            replace(
                found,
                waited_ms=3.0,
                connect_ms=4.0,
                fetch_ms=5.0,
                decode_ms=6.0,
                beside=frozenset({"12_top_devices", "08_last_15_minutes"}),
                variables={"customer_id": 1},
            )
        )
        await on.painted()
        (slow,) = on.slow
        assert slow.at == NOW.astimezone(UTC) - timedelta(seconds=0.5)
        parts = dict(slow.parts)
        assert parts.pop("draw") > 0.0
        assert parts == {"waited": 3.0, "connect": 4.0, "execute": 400.0, "fetch": 5.0, "decode": 6.0}
        assert slow.parameters == {"customer_id": 1}
        assert slow.beside == ("Last 15 minutes", "Top devices, 30 min")
        assert slow.campaigns != ()
        assert slow.lag is not None
        assert (slow.rolling_up, slow.is_checkpoint) == (("live", "5min"), True)
        assert {"rollups live, 5min", "checkpoint of the clickstream"} <= set(slow.around)


async def test_what_cannot_be_known_any_more_is_not_said_to_have_gone_on(stage):
    async with stage(200, 50) as on:
        await on.inject()
        on.clock.now += 10.0
        on.poller.deliver(sample("03_best", on.clock.now, latency_ms=400.0))
        await on.painted()
        (slow,) = on.slow
        assert (slow.rolling_up, slow.is_checkpoint, slow.behind_s, slow.lag) == ((), None, None, None)
        assert slow.campaigns == ()


async def test_one_that_was_never_answered_says_why(stage):
    async with stage(120, 36) as on:
        await on.inject()
        overdue = sample("03_best", on.clock.now, latency_ms=5000.0, error="no answer within 5 s")
        on.poller.deliver(overdue)
        await on.painted()
        (slow,) = on.slow
        assert (slow.error, slow.latency_ms) == ("no answer within 5 s", 5000.0)


async def test_the_first_on_a_connection_is_not_recorded(stage):
    async with stage(120, 36) as on:
        on.poller.deliver(replace(sample("03_best", on.clock.now, latency_ms=900.0), is_first=True))
        await on.painted()
        assert on.slow == []
