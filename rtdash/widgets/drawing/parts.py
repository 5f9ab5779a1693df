"""Where the time of one slow execution went, as one bar, and what else went on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import tzinfo
from itertools import accumulate

from rtdash.model.slow import SlowQuery
from rtdash.model.text import plain
from rtdash.widgets.drawing.numbers import milliseconds
from rtdash.widgets.drawing.spans import Line, Span, fit, width, wrapped

_BAR_CELLS = 72
_SEEN_MS = 0.05
"""What takes less is not worth its place."""
_SIGNS: Mapping[str, Span] = {
    "waited": ("░", "muted"),
    "connect": ("▒", "series-4"),
    "execute": ("█", "series-1"),
    "fetch": ("▓", "series-3"),
    "decode": ("▒", "series-4"),
    "draw": ("░", "muted"),
}
"""Neighbours differ by sign as well: the bar can be read without colours."""


def draw(slow: SlowQuery, zone: tzinfo, cells: int) -> list[Line]:
    """When and how slow, the bar and its legend, and the rest in words."""
    at = slow.at.astimezone(zone)
    head: Line = (
        (f" ▲ {milliseconds(slow.latency_ms)} ms ", "warn"),
        (f"at {at:%a %d %b %H:%M:%S}.{at.microsecond // 1000:03d}, over {slow.threshold_ms:g} ms", "text"),
    )
    lines = [
        fit(head, cells),
        fit(((" ", "text"), *bar(slow.parts, min(_BAR_CELLS, cells - 2))), cells),
        *_legend(slow.parts, cells),
    ]
    if slow.around:
        lines += [fit(((f" {line}", "muted"),), cells) for line in wrapped(f"then: {_around(slow)}", cells - 2)]
    return lines


def _around(slow: SlowQuery) -> str:
    return plain(" · ".join(slow.around))


def bar(parts: Mapping[str, float], cells: int) -> Line:
    """All of the parts in so many cells."""
    whole_ms = sum(parts.values())
    ends = [round(cells * end_ms / whole_ms) if whole_ms else 0 for end_ms in accumulate(parts.values())]
    places = zip(parts, [0, *ends], ends, strict=False)
    return tuple((_SIGNS[name][0] * (end - start), _SIGNS[name][1]) for name, start, end in places)


def _legend(parts: Mapping[str, float], cells: int) -> Iterator[Line]:
    """As many lines as it takes."""
    line: list[Span] = []
    for name, took_ms in parts.items():
        if took_ms < _SEEN_MS:
            continue
        sign, role = _SIGNS[name]
        entry: Line = ((f" {sign}", role), (f" {name} ", "muted"), (f"{milliseconds(took_ms)} ", "text"))
        if width([*line, *entry]) > cells:
            yield fit(line, cells)
            line = []
        line += entry
    yield fit([*line, ("ms", "muted")], cells)
