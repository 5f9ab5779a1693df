"""The table `campaigns`: what is wanted of each campaign, and what its runner says of itself.

The dashboard's control pane uses it with an account that may SELECT, INSERT and UPDATE this one table.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

from pymysql.connections import Connection

from rtdash.errors import SourceError
from rtdash.model.campaign import ACTIVE, Campaign, CampaignPlan, CampaignState
from rtdash.model.transaction_id import MAX_CAMPAIGN_ID
from rtdash.sources.mysql import explained

_COLUMNS = ", ".join(f"`{field.name}`" for field in fields(Campaign))
_ATTEMPTS = 20
_STOPPABLE = (CampaignState.PLANNED, CampaignState.RUNNING)
# Nothing is inserted when another runner was quicker with the same id.
_ENTER = """
INSERT IGNORE INTO campaigns
    (campaign_id, name, cities, organizations, `state`, rate_per_s, wanted,
     heartbeat_at, starts_at, ends_at, started_at)
SELECT %(campaign_id)s, %(name)s, %(cities)s, %(organizations)s, %(state)s, %(rate_per_s)s, %(wanted)s,
       n.moment, n.moment + INTERVAL %(delay_us)s MICROSECOND,
       CASE WHEN %(has_end)s THEN n.moment + INTERVAL %(end_us)s MICROSECOND END,
       CASE WHEN NOT %(is_planned)s THEN n.moment END
FROM (SELECT UTC_TIMESTAMP(6) AS moment) n
"""


@dataclass(frozen=True, slots=True)
class Progress:
    """What a runner says with each heartbeat. Counts are donations unless they say events."""

    generated: int = 0
    acked: int = 0
    failed: int = 0
    unknown: int = 0
    events_generated: int = 0
    events_acked: int = 0
    events_failed: int = 0
    events_unknown: int = 0
    visit_fraction: float = 1.0
    real_rate_per_s: float = 0.0
    note: str = ""


_COUNTS = ", ".join(f"`{field.name}` = %({field.name})s" for field in fields(Progress))
_SAY = f"UPDATE campaigns SET heartbeat_at = UTC_TIMESTAMP(6), {_COUNTS}"  # noqa: S608 (names of our own fields)


@dataclass(frozen=True, slots=True)
class Orders:
    """What the table wants of a runner."""

    state: CampaignState
    rate_per_s: int


class CampaignStore:
    """Functions over the table; each raises SourceError when the database fails. Times are the database's."""

    def __init__(self, connection: Connection[Any]) -> None:
        self._connection = connection

    def register(self, plan: CampaignPlan) -> Campaign:
        """Enter a new campaign in the cities and for the organisations that `plan` names.

        It runs from now on, and those that run are asked to stop unless it shall run beside them; or it is planned
        when it has a delay. Without a name it is called by its number.
        """
        is_planned = plan.delay_s > 0
        for _ in range(_ATTEMPTS):
            # Dense ids of few bits, which AUTO_INCREMENT is not on SingleStore. Old donations may be in the totals
            # although their campaign is not in the table: a broker outlives a database.
            (newest,) = self._row(
                "SELECT GREATEST(COALESCE((SELECT MAX(campaign_id) FROM campaigns), 0),"
                " COALESCE((SELECT MAX(campaign_id) FROM donation_totals), 0))"
            )
            campaign_id = newest + 1
            if campaign_id > MAX_CAMPAIGN_ID:
                raise SourceError(f"no campaign beyond {MAX_CAMPAIGN_ID}: its donations would have no ids")
            mine = self._change(
                _ENTER,
                campaign_id=campaign_id,
                name=plan.name or f"Campaign {campaign_id}",
                cities=json.dumps(plan.cities, ensure_ascii=False),
                organizations=json.dumps(plan.organizations, ensure_ascii=False),
                state=CampaignState.PLANNED if is_planned else CampaignState.RUNNING,
                rate_per_s=plan.rate_per_s,
                delay_us=round(plan.delay_s * 1e6),
                has_end=plan.duration_s is not None,
                end_us=round((plan.delay_s + (plan.duration_s or 0)) * 1e6),
                wanted=plan.count,
                is_planned=is_planned,
            )
            campaign = self.get(campaign_id) if mine else None
            if campaign is not None:
                if not (is_planned or plan.beside):
                    self._stop_before(campaign)
                return campaign
        raise SourceError(f"no free campaign id after {_ATTEMPTS} attempts")

    def begin(self, campaign_id: int, *, beside: bool) -> bool:
        """A planned campaign runs from now on; False when somebody has stopped it before.

        Those that run are asked to stop unless it shall run `beside` them.
        """
        begun = self._change(
            # Lost: given up while the database was away. Running: an attempt whose answer did not arrive.
            "UPDATE campaigns SET `state` = %s, started_at = UTC_TIMESTAMP(6)"
            " WHERE campaign_id = %s AND `state` IN %s AND NOT is_stop_wanted",
            CampaignState.RUNNING,
            campaign_id,
            (CampaignState.PLANNED, CampaignState.LOST, CampaignState.RUNNING),
        )
        campaign = self.get(campaign_id) if begun else None
        if campaign is not None and not beside:
            self._stop_before(campaign)
        return bool(begun)

    def get(self, campaign_id: int) -> Campaign | None:
        """The campaign as the table has it now."""
        rows = self._rows(f"SELECT {_COLUMNS} FROM campaigns WHERE campaign_id = %s", campaign_id)  # noqa: S608
        return _campaign(rows[0]) if rows else None

    def latest(self, limit: int = 20) -> tuple[Campaign, ...]:
        """The newest campaigns, newest first."""
        rows = self._rows(f"SELECT {_COLUMNS} FROM campaigns ORDER BY campaign_id DESC LIMIT %s", limit)  # noqa: S608
        return tuple(_campaign(row) for row in rows)

    def active(self) -> tuple[Campaign, ...]:
        """Those with a runner, newest first."""
        rows = self._rows(
            f"SELECT {_COLUMNS} FROM campaigns WHERE `state` IN %s ORDER BY campaign_id DESC",  # noqa: S608
            ACTIVE,
        )
        return tuple(_campaign(row) for row in rows)

    def set_rate(self, campaign_id: int, rate_per_s: int) -> None:
        """Want another rate of a campaign that runs or is planned; any other stays as it is."""
        self._change(
            "UPDATE campaigns SET rate_per_s = %s WHERE campaign_id = %s AND `state` IN %s",
            rate_per_s,
            campaign_id,
            _STOPPABLE,
        )

    def request_stop(self, campaign_id: int) -> bool:
        """Ask a campaign to stop, or not to begin; False when it neither runs nor is planned."""
        return self._stop("campaign_id = %s AND `state` IN %s", campaign_id, _STOPPABLE) > 0

    def stop_all(self) -> int:
        """Ask every campaign that runs or is planned to stop; how many were asked."""
        return self._stop("`state` IN %s", _STOPPABLE)

    def _stop(self, which: str, *values: object) -> int:
        # Our own conditions.
        ask = f"UPDATE campaigns SET `state` = %s, is_stop_wanted = TRUE WHERE {which}"  # noqa: S608
        return self._change(ask, CampaignState.STOPPING, *values)

    def _stop_before(self, campaign: Campaign) -> None:
        """Ask those that began before it to stop: of two that begin at once the later one stays."""
        earlier = "`state` = %s AND campaign_id <> %s AND started_at <= %s"
        self._stop(earlier, CampaignState.RUNNING, campaign.campaign_id, campaign.started_at)

    def heartbeat(self, campaign_id: int, state: CampaignState, progress: Progress) -> Orders | None:
        """Say that the runner lives, in `state`, and what it has done; returns what is wanted of it.

        A campaign that was given up as lost is taken back. None: the campaign is no longer in the table.
        """
        self._change(
            # One that a server carries out late must not change the account of an end.
            _SAY + " WHERE campaign_id = %(campaign_id)s AND `state` <> %(ended)s",
            campaign_id=campaign_id,
            ended=CampaignState.ENDED,
            **asdict(progress),
        )
        rows = self._rows("SELECT `state`, rate_per_s FROM campaigns WHERE campaign_id = %s", campaign_id)
        if not rows:
            return None
        orders = Orders(CampaignState(rows[0][0]), rows[0][1])
        if orders.state is not CampaignState.LOST:
            return orders
        self._change(
            "UPDATE campaigns SET `state` = CASE WHEN is_stop_wanted THEN %s ELSE %s END, ended_at = NULL"
            " WHERE campaign_id = %s AND `state` = %s",
            CampaignState.STOPPING,
            state,
            campaign_id,
            CampaignState.LOST,
        )
        # The next heartbeat hears what it is by now.
        return Orders(state, orders.rate_per_s)

    def finish(self, campaign_id: int, progress: Progress) -> None:
        """Enter the campaign as ended, with its final counts; one that never began has no time of its end."""
        self._change(
            _SAY + ", `state` = %(state)s, ended_at = CASE WHEN started_at IS NOT NULL THEN UTC_TIMESTAMP(6) END"
            " WHERE campaign_id = %(campaign_id)s",
            campaign_id=campaign_id,
            state=CampaignState.ENDED,
            **asdict(progress),
        )

    def ping(self) -> None:
        """Ask the database whether it answers."""
        self._rows("SELECT 1")

    def close_stale(self, silent_s: float) -> int:
        """Give up campaigns whose runner has been silent for `silent_s`; how many.

        They end with their last heartbeat, and what had no report by then is unknown. Only who has himself seen the
        database answer all that time may judge: see `StaleWatch`.
        """
        return self._change(
            "UPDATE campaigns SET `state` = %s, ended_at = CASE WHEN started_at IS NOT NULL THEN heartbeat_at END,"
            " real_rate_per_s = 0, `unknown` = generated - acked - failed,"
            " events_unknown = events_generated - events_acked - events_failed"
            " WHERE `state` IN %s AND heartbeat_at < UTC_TIMESTAMP(6) - INTERVAL %s MICROSECOND",
            CampaignState.LOST,
            tuple(ACTIVE),
            int(silent_s * 1e6),
        )

    def _rows(self, statement: str, *values: object) -> tuple[tuple[Any, ...], ...]:
        with explained(), self._connection.cursor() as cursor:
            cursor.execute(statement, values)
            return tuple(cursor.fetchall())

    def _row(self, statement: str) -> tuple[Any, ...]:
        return self._rows(statement)[0]

    def _change(self, statement: str, *values: object, **named: object) -> int:
        with explained(), self._connection.cursor() as cursor:
            changed: int = cursor.execute(statement, named or values)
            return changed


def _campaign(row: Sequence[Any]) -> Campaign:
    values: Mapping[str, Any] = dict(zip((field.name for field in fields(Campaign)), row, strict=True))
    return Campaign(
        **{
            **values,
            "cities": tuple(json.loads(values["cities"])),
            "organizations": tuple(json.loads(values["organizations"])),
            "state": CampaignState(values["state"]),
        }
    )
