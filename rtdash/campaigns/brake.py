"""The producer's brake: the built-in broker keeps 5 MB of a partition and drops the oldest without a word.

It goes by what grows by itself: donations acknowledged and not known to be settled. When ingest or the database is away
the known stands still and the difference grows, whereas a lag that ingest writes down would stay as it was last seen.
"""

from __future__ import annotations

from typing import Any

from pymysql.connections import Connection

from rtdash.model.campaign import CampaignState
from rtdash.sources.kafka import DONATIONS_TOPIC
from rtdash.sources.mysql import explained

_DONATION_BYTES = 260
_EVENT_BYTES = 180

_PRODUCING = (CampaignState.RUNNING, CampaignState.STOPPING)
_SETTLED = """
SELECT (SELECT COALESCE(SUM(donations), 0) FROM donation_totals WHERE campaign_id = %s),
       (SELECT COALESCE(SUM(dead + duplicates + lost), 0) FROM ingest_offsets WHERE topic = %s),
       (SELECT COUNT(*) FROM campaigns WHERE `state` IN %s)
"""


class Settled:
    """Donations of a campaign that Kafka need not keep any longer, as last asked.

    Loaded, or since the first question dead, a duplicate or lost: these three are not told apart by campaign.
    """

    def __init__(self, campaign_id: int) -> None:
        self._campaign_id = campaign_id
        self._gone_last: int | None = None
        self._gone = 0
        self.donations = 0
        self.campaigns = 1
        """Those that run or stop: each keeps to its part of what may wait, also while it cannot see the others."""

    def ask(self, connection: Connection[Any]) -> None:
        """Ask the donations database anew. Raises SourceError, and then stays as it was."""
        with explained(), connection.cursor() as cursor:
            cursor.execute(_SETTLED, (self._campaign_id, DONATIONS_TOPIC, _PRODUCING))
            ((loaded, gone, campaigns),) = cursor.fetchall()
        # Dead letters become fewer when old ones are replayed: that makes none of ours wait again.
        self._gone += max(0, int(gone) - (self._gone_last if self._gone_last is not None else int(gone)))
        self._gone_last = int(gone)
        self.donations = int(loaded) + self._gone
        self.campaigns = max(1, campaigns)


def waiting_bytes(donations: int, events_a_donation: float) -> float:
    """What these donations take up on the broker, uncompressed, in the topic that fills first.

    How many events wait is not known on the donations side: they are taken to wait as long as their donations do.
    """
    return donations * max(_DONATION_BYTES, _EVENT_BYTES * events_a_donation)


def share(waiting_bytes: float, most_bytes: float) -> float:
    """The share of the wanted rate that this allows: 1 up to half of `most_bytes`, 0 from all of it on."""
    return min(1.0, max(0.0, 2 - 2 * waiting_bytes / most_bytes)) if most_bytes else 1.0
