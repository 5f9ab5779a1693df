"""Says in one line how things stand. Numbers that waver have a place that is wide enough: nothing moves sideways."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, tzinfo

from rtdash.model.campaign import CampaignState
from rtdash.model.stretch import Stretch
from rtdash.screens.frames import Thrift
from rtdash.screens.picture import SILENT_S, Picture
from rtdash.widgets.drawing import lab
from rtdash.widgets.drawing.numbers import age, grouped, milliseconds
from rtdash.widgets.drawing.record import Record, cities, elapsed, is_live, number, remaining, sign, state, text
from rtdash.widgets.drawing.spans import Line, left
from rtdash.widgets.drawing.status import Status

LONGEST_NAME = 24


def _campaign(campaigns: Sequence[Record], chosen: Record | None, zone: tzinfo | None) -> list[tuple[int, Line]]:
    """The chosen campaign, if it runs or stops, and how many do beside it; without one that does, the chosen itself."""
    if chosen is None:
        return [(6, (("no campaign", "muted"), (" s ", "key"), ("starts one", "muted")))]
    live = [record for record in campaigns if is_live(record)]
    shown = chosen if not live or is_live(chosen) else live[0]
    mark, role = sign(shown)
    others = f" +{len(live) - 1}" if len(live) > 1 else ""
    head: Line = ((f"{mark} {_short(text(shown, 'name'))}{others}  ", role),)
    return [(8, head), (2, ((cities(shown) + "  ", "muted"),)), *_course(shown, zone)]


def _course(shown: Record, zone: tzinfo | None) -> list[tuple[int, Line]]:
    """How far it is."""
    word, role = state(shown)
    if is_live(shown):
        # That it runs is seen by its sign.
        said = () if word == CampaignState.RUNNING else ((7, ((f"{word}  ", role),)),)
        rate = f"{grouped(round(number(shown, 'real_rate_per_s'))) + '/s':<8}  "
        return [*said, (7, ((rate, "strong"),)), (4, ((elapsed(shown), "text"),))]
    ended = shown.get("ended_at")
    when = f"{ended.astimezone(zone):%H:%M:%S %Z}" if isinstance(ended, datetime) else remaining(shown)
    return [(7, ((f"{word} {when}", "muted"),))]


def _lab(picture: Picture) -> list[tuple[int, Line]]:
    """How far the lab is, while it is at work."""
    return [] if picture.lab is None else [(8, (("  lab", "muted"), *lab.corner(picture.lab)))]


def _worst(picture: Picture) -> list[tuple[int, Line]]:
    """The panel over the threshold; while none is, the slowest, where there is room. A small screen says it below."""
    if picture.worst is not None:
        title, latency_ms = picture.worst
        return [(6, ((f"  ▲ {_short(title)} {milliseconds(latency_ms)} ms", "warn"),))]
    if picture.slowest is None:
        return []
    title, p95_ms = picture.slowest
    return [(1, ((f"  slowest {_short(title)} p95 {milliseconds(p95_ms)} ms", "muted"),))]


def _short(name: str) -> str:
    return left(name, LONGEST_NAME).rstrip()


def _often(every_s: float) -> str:
    return f"{1000 * every_s:.0f} ms" if every_s < 1 else age(every_s)


def _budget(stretch: Stretch, interval_s: float, server: str) -> Line:
    """That a server is asked more seldom than wanted, and why."""
    over = "" if stretch.is_enough else "over "
    return ((f"{server} every {_often(stretch.every_s(interval_s))}: {over}budget {100 * stretch.budget:g} %", "warn"),)


def _line(thrift: Thrift) -> list[tuple[int, Line]]:
    """What the terminal is sent, and that it is painted more seldom than wanted, and why."""
    said: list[tuple[int, Line]] = []
    stretch = thrift.stretch
    budget = "" if stretch is None else f"{stretch.budget / 1000:g}"
    if thrift.bytes_per_s is not None:
        bound = "" if stretch is None else f" {'of' if stretch.is_enough else 'over'} {budget}"
        said.append((9, (("line ", "muted"), (f"{thrift.bytes_per_s / 1000:4.1f}{bound} kB/s", "text"))))
    if stretch is not None:
        why = "" if said else f": {'' if stretch.is_enough else 'over '}budget {budget} kB/s"
        said.append((9, ((f"screen every {_often(thrift.frame_s)}{why}", "warn"),)))
        said.append((4, ((f"charts every {_often(thrift.chart_s)}", "warn"),)))
    return said


def status(picture: Picture, chosen: Record | None) -> Status:
    """The parts of the status line, each with its importance, when `chosen` is the campaign that the keys act on."""
    live: Line = (
        (("❚❚ paused  ", "warn"),)
        if picture.is_paused
        else (("● ", "good"), (f"{1000 * picture.interval_s:.0f} ms  ", "text"))
    )
    right: list[tuple[int, Line]] = []
    for source, server in picture.servers.items():
        latency_ms = picture.server_ms(source)
        answer: Line = (
            ((f"{server} ", "muted"), (f"{milliseconds(latency_ms):>4} ms", "text"))
            if latency_ms is not None
            else ((f"✗ {server}", "error"),)
        )
        right.append((5 if latency_ms is not None else 9, answer))
        if (share := picture.shares.get(source)) is not None:
            right.append((3, (("own ", "muted"), (f"{100 * share:.1f} %", "text"))))
        if (stretch := picture.stretches.get(source)) is not None:
            right.append((9, _budget(stretch, picture.interval_s, server)))
    right += _line(picture.thrift)
    if (delivery := picture.delivery) is not None and picture.old("delivery") is None:
        silent_s = number(delivery, "silent_s")
        if delivery.get("silent_s") is None:
            right.append((9, ((f"✗ {text(delivery, 'trouble')}", "warn"),)))
        elif silent_s > SILENT_S:
            right.append((9, ((f"✗ {text(delivery, 'trouble')} {age(silent_s)}", "error"),)))
        elif delivery.get("lag") is None:
            right.append((6, (("lag ", "muted"), ("not known", "warn"))))
        else:
            waiting = sum(number(topic, "lag") for topic in (delivery, *picture.records("clickstream_lag")))
            right.append((6, (("lag ", "muted"), (f"{grouped(round(waiting)):>5}", "text"))))
    if picture.visible_p95_ms is not None:
        role = "text" if picture.visible_p95_ms <= 1000 else "warn"
        right.append((7, (("visible p95 ", "muted"), (f"{picture.visible_p95_ms:4.0f} ms", role))))
    right.append((2, ((f"{picture.now:%H:%M:%S %Z}", "text"),)))
    found = (picture.unbalanced, picture.failing, picture.old("campaigns"), picture.thinned)
    marks = [mark for mark in found if mark is not None]
    by_workshop = any(spec.stands_for for spec in picture.specs)
    left = [
        (9, ((" rtdash ", "header"), ("  ", "text"))),
        (8, live),
        *([(8, (("workshop's SQL  ", "accent"),))] if by_workshop else []),
        *_campaign(picture.campaigns, chosen, picture.now.tzinfo),
        *_lab(picture),
        *((8, (("  ", "text"), mark)) for mark in marks),
        *_worst(picture),
    ]
    return Status(tuple(left), tuple(right))
