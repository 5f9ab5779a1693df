"""What may wait until nobody waits for the screen is done once a frame is there."""

from __future__ import annotations


async def test_it_is_done_when_what_arrived_is_on_the_screen(stage):
    seen: list[str] = []
    async with stage(after_frame=lambda: seen.append(on.text())) as on:
        await on.inject()
        seen.clear()
        on.app.action_pause()
        await on.until(lambda: seen)
        assert "paused" in seen[0]
