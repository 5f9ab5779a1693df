"""What a SingleStore might answer to each panel and probe of the donations."""

from __future__ import annotations

import re
from datetime import datetime
from decimal import Decimal

from rtdash.model.engine import Engine
from rtdash.panels import catalog
from rtdash.panels.spec import PanelSpec, Source
from tests.singlestore.peer import Peer
from tests.singlestore.wire import Rows

AT = datetime(2026, 11, 25, 22, 15, 35, 250_000)  # noqa: DTZ001 (as the driver gives it)
AFTER_ARRIVAL = 1_795_731_335_000_000
SPECS = [spec for spec in catalog.load(engine=Engine.SINGLESTORE) if spec.source is Source.DONATIONS]

ANSWERS = {
    "01_donations": Rows(("value",), [(Decimal(81_204),)]),
    "02_amount": Rows(("value",), [(Decimal("4060200.17"),)]),
    "03_best": Rows(("value", "label"), [(Decimal("61044.20"), "Nîmes · PureJoy")]),
    "04_map": Rows(("label", "latitude", "longitude", "value"), [("Brest", 48.39, -4.486, Decimal("9000.10"))]),
    "05_organizations": Rows(("label", "value"), [("PureJoy", Decimal("9000.10")), ("SunriseAid", Decimal(5))]),
    "06_cities_live": Rows(("label", "at", "value"), [("Brest", AT.replace(microsecond=0), Decimal("81.50"))]),
    "07_organizations_live": Rows(("label", "value"), [("PureJoy", Decimal("9000.10"))]),
    "25_pipeline": Rows(
        ("pipeline", "state", "seen", "lag", "rows/s", "batches/s", "errors", "last error", "flag"),
        [("donations", "running", AT, 0, Decimal(2000), Decimal("9.8"), 0, None, None)],
    ),
    "26_lag": Rows(
        ("partition", "next offset", "end", "lag", "errors", "updated", "flag"),
        [(0, 20_301, 20_301, 0, 0, AT, None), (1, 19_001, 22_400, 3_399, 1, AT, "warn")],
    ),
    "27_batches": Rows(
        ("begun", "state", "rows", "rows/s", "ms", "errors", "duplicates", "flag"),
        [(AT, "succeeded", 204, 4000.0, 51.2, 0, None, None)],
    ),
    "28_dead_letters": Rows(
        ("recorded", "address", "reason", "message", "flag"),
        [(AT, "donations:-1:1795731335000001", "city: not one of the 20", b'{"city": "Atlantis"}', "error")],
    ),
    "29_pipeline_errors": Rows(
        ("recorded", "batch", "partition", "code", "reason", "message", "flag"),
        [(AT, 77, "1", 1262, "Invalid JSON \x1b[2J", "{", "warn")],
    ),
    "arrivals": Rows(
        ("arrival_id", "produced_at", "donations", "server_now"),
        [(None, None, None, AT), (AFTER_ARRIVAL + 1, AT, 40, AT)],
    ),
    "campaigns": Rows(
        ("campaign_id", "name", "state", "cities", "rate_per_s", "real_rate_per_s", "generated", "acked", "failed",
         "unknown", "loaded", "raised", "starts_at", "ends_at", "wanted", "started_at", "ended_at", "heartbeat_age_s",
         "visit_fraction", "note", "server_now"),
        [(7, "Advent", "running", '["Brest", "Pau", "Caen", "Tours"]', 2000, 1999.5, 90_000, 89_800, 0, 0,
          Decimal(81_204), Decimal("4060200.17"), AT, None, None, AT, None, Decimal("0.2"), 1.0, "", AT)],
    ),
    "conservation": Rows(
        ("generated", "acked", "failed", "unknown", "events_generated", "events_acked", "events_failed",
         "events_unknown", "loaded", "lag", "dead", "lost", "duplicates", "unseen_s", "replayed"),
        [(*map(Decimal, (90_000, 89_800, 0, 0, 400, 400, 0, 0, 81_204)), None, *map(Decimal, (1, 0, 2)), None, 0)],
    ),
    "delivery": Rows(
        ("lag", "dead", "lost", "duplicates", "silent_s", "unseen_s", "trouble"),
        [(Decimal(3_399), Decimal(1), None, None, 0, 0, "pipeline running")],
    ),
}  # fmt: skip


def asked(spec: PanelSpec) -> str:
    """What the server hears: values are bound, and a doubled sign is one."""
    return spec.sql.replace("%(after_arrival)s", str(AFTER_ARRIVAL)).replace("%%", "%")


def answer_panels(peer: Peer) -> None:
    """Tell a peer all of them, whatever was bound."""
    for spec in SPECS:
        pattern = re.escape(asked(spec)).replace(str(AFTER_ARRIVAL), r"\d+")
        peer.tell(f"^{pattern}$", ANSWERS[spec.id])
