"""Says in one line how things stand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, tzinfo

from rtdash.screens.picture import SILENT_S, Picture
from rtdash.widgets.drawing.campaigns import SIGNS, Record, cities, elapsed_s, is_active, number, text
from rtdash.widgets.drawing.numbers import age, clock, grouped, milliseconds
from rtdash.widgets.drawing.spans import Line
from rtdash.widgets.drawing.status import Status


def current(campaigns: Sequence[Record]) -> Sequence[Record]:
    """The campaigns that run or stop."""
    return [record for record in campaigns if is_active(record)]


def _campaign(campaigns: Sequence[Record], zone: tzinfo | None) -> list[tuple[int, Line]]:
    if not campaigns:
        return [(6, (("no campaign", "muted"), (" s ", "key"), ("starts one", "muted")))]
    running = current(campaigns)
    shown = running[0] if running else campaigns[0]
    state = text(shown, "state")
    role = "good" if state == "running" else "warn" if state == "stopping" else "muted"
    head: Line = (
        (f"{SIGNS.get(state, '?')} {text(shown, 'name')}", role),
        (f" +{len(running) - 1}" * (len(running) > 1), role),
    )
    parts: list[tuple[int, Line]] = [(8, (*head, ("  ", "text"))), (2, ((cities(shown) + "  ", "muted"),))]
    if running:
        parts.append((7, ((f"{grouped(round(number(shown, 'real_rate_per_s')))}/s  ", "strong"),)))
        parts.append((4, ((clock(elapsed_s(shown)), "text"),)))
    else:
        ended = shown.get("ended_at")
        at = f" {ended.astimezone(zone):%H:%M:%S %Z}" if isinstance(ended, datetime) else ""
        parts.append((7, ((f"{state}{at}", "muted"),)))
    return parts


def status(picture: Picture) -> Status:
    """The parts of the status line, each with its importance."""
    live: Line = (
        (("❚❚ paused  ", "warn"),)
        if picture.is_paused
        else (("● ", "good"), (f"{1000 * picture.interval_s:.0f} ms  ", "text"))
    )
    right: list[tuple[int, Line]] = []
    for source, server in picture.servers.items():
        latency_ms = picture.server_ms(source)
        answer: Line = (
            ((f"{server} ", "muted"), (f"{milliseconds(latency_ms)} ms", "text"))
            if latency_ms is not None
            else ((f"✗ {server}", "error"),)
        )
        right.append((5 if latency_ms is not None else 9, answer))
    if (delivery := picture.delivery) is not None and picture.old("delivery") is None:
        silent_s = number(delivery, "silent_s")
        if delivery.get("silent_s") is None:
            right.append((9, (("✗ no ingest yet", "warn"),)))
        elif silent_s > SILENT_S:
            right.append((9, ((f"✗ ingest silent {age(silent_s)}", "error"),)))
        else:
            waiting = sum(number(topic, "lag") for topic in (delivery, *picture.records("clickstream_lag")))
            right.append((6, (("lag ", "muted"), (grouped(round(waiting)), "text"))))
    if picture.visible_p95_ms is not None:
        role = "text" if picture.visible_p95_ms <= 1000 else "warn"
        right.append((7, (("visible p95 ", "muted"), (f"{picture.visible_p95_ms:.0f} ms", role))))
    right.append((2, ((f"{picture.now:%H:%M:%S %Z}", "text"),)))
    marks = [mark for mark in (picture.failing, picture.old("campaigns"), picture.thinned) if mark is not None]
    left = [
        (9, ((" rtdash ", "header"), ("  ", "text"))),
        (8, live),
        *_campaign(picture.campaigns, picture.now.tzinfo),
        *((8, (("  ", "text"), mark)) for mark in marks),
    ]
    return Status(tuple(left), tuple(right))
