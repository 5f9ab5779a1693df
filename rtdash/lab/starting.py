"""The start of a campaign: on the workshop's tables an UPDATE of every row, on ours an entry in `campaigns`."""

from __future__ import annotations

import time
from contextlib import closing
from dataclasses import dataclass

from rtdash.campaigns.store import CampaignStore
from rtdash.lab.fill import Home
from rtdash.lab.session import LabSession
from rtdash.lab.stop import Stop
from rtdash.model.campaign import CampaignPlan

# The workshop's, at each start. Rows that are 0 already are read, and not counted.
_UPDATE = "UPDATE donation_transactions SET is_campaign_active = 0"
_LOOK = "SELECT campaign_id, `state`, ended_at FROM campaigns"


@dataclass(frozen=True, slots=True)
class Started:
    """What it took, ms, and how many rows it changed."""

    took_ms: float
    rows: int


def start(home: Home, stop: Stop) -> Started:
    """What a layout has to do when a campaign begins. Raises SourceError, Stopped."""
    with closing(LabSession(home.dsn, stop)) as session:
        if not home.keeps_sums:
            begun_s = time.monotonic()
            changed = session.run(_UPDATE)
            return Started(1000 * (time.monotonic() - begun_s), changed)
        before = set(session.rows(_LOOK))
        begun_s = time.monotonic()
        # As the runner of a campaign enters it; those that run are asked to stop.
        CampaignStore(session.connection).register(CampaignPlan(name="Next"))
        took_ms = 1000 * (time.monotonic() - begun_s)
        return Started(took_ms, len(set(session.rows(_LOOK)) - before))
