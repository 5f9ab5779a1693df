"""What the keys do to queries: one in flight is cancelled, those that were slow are shown."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from rtdash.errors import RtdashError
from rtdash.interfaces import Poller
from rtdash.messages import CommandEnded
from rtdash.model.slow import Recorded
from rtdash.model.text import plain
from rtdash.panels.spec import PanelSpec
from rtdash.screens.dashboard import CHOOSE_FIRST
from rtdash.screens.slow import SlowScreen
from rtdash.screens.steering import Steering
from rtdash.screens.view import View


class Queries(Steering):
    """The part of the app that ends a query by hand, and opens the slow log."""

    specs: Sequence[PanelSpec]
    poller: Poller
    view: View
    read_slow: Callable[[float], Recorded]
    """The slow queries of the last so many seconds, newest first. Blocks; raises RtdashError."""

    def action_cancel(self) -> None:
        """Cancel the query of the chosen panel on its server."""
        spec = next((spec for spec in self.specs if spec.id == self.dashboard.chosen_id), None)
        if spec is None:
            self._tell(CHOOSE_FIRST)
        else:
            self.run_worker(self._cancel(spec), name="cancel")

    async def _cancel(self, spec: PanelSpec) -> None:
        server = self.view.servers[spec.source]
        try:
            was_running = await asyncio.to_thread(self.poller.cancel, spec.id)
        except RtdashError as error:
            self.post_message(CommandEnded("", f"{spec.title}: could not be cancelled: {plain(error)}"))
            return
        self._tell(f"{spec.title}: " + (f"cancelled on {server}" if was_running else f"nothing runs on {server} now"))

    def action_slow(self) -> None:
        """What was slow, as the slow log has it."""
        self.push_screen(SlowScreen(self.read_slow, self.view.threshold_ms, self.view.zone))
