"""One good message of each topic, and what it is with something else in it."""

from __future__ import annotations

import json
from datetime import UTC, datetime

NOW = datetime.now(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")
DONATION = {
    "transaction_id": 1,
    "city": "Béziers",
    "latitude": 43.3442,
    "longitude": 3.215,
    "organization": "PureJoy",
    "transaction_date": NOW,
    "total_amount": 7.25,
    "campaign_id": 9,
    "is_campaign_active": True,
}
EVENT = {
    "event_time": NOW,
    "customer_id": 3,
    "event_type": "click",
    "country": "FR",
    "browser": "Fire\\fox",
    "device_id": 5,
    "session_id": 1 << 62,
}


def donation(**changes: object) -> bytes:
    return json.dumps(DONATION | changes, ensure_ascii=False).encode()


def event(**changes: object) -> bytes:
    return json.dumps(EVENT | changes, ensure_ascii=False).encode()
