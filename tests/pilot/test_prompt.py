"""What must not wait: the age of data that are no longer renewed, and what a key does."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(("age_s", "is_marked"), [(0.0, False), (0.54, False), (0.56, True)])
async def test_at_four_polls_a_second_data_are_old_after_two_and_a_bit(stage, age_s, is_marked):
    async with stage(200, 50) as on:
        await on.inject()
        on.clock.now += age_s
        await on.until(lambda: on.app.picture.at == on.clock.now)
        panel = on.app.dashboard.panels["01_donations"]
        assert panel.has_class("-stale") is is_marked
        assert (" s old " in panel.render_line(0).text) is is_marked


async def test_a_key_is_painted_at_once_and_not_with_the_next_samples(stage):
    async with stage(200, 50) as on:
        await on.inject()
        on.app.action_interval(1)
        assert on.app.picture.interval_s == 0.5
        on.app.action_pause()
        assert on.app.picture.is_paused
