"""The frame of a panel: title at the left, what concerns time at the right, trouble below."""

from __future__ import annotations

from collections.abc import Sequence

from rtdash.widgets.drawing.spans import Line, Span, fit, width

Spans = Sequence[Span]


def _edge(start: str, rule: str, end: str, left_spans: Spans, right_spans: Spans, cells: int) -> Line:
    """A horizontal edge with texts set into it; where there is no room the last of the right ones go first."""
    inner = cells - len(start) - len(end)
    while right_spans and width(left_spans) + width(right_spans) + 2 > inner:
        right_spans = right_spans[:-1]
    left_spans = fit(left_spans, inner - 1) if width(left_spans) > inner - 1 else tuple(left_spans)
    gap = inner - width(left_spans) - width(right_spans) - 1 - bool(right_spans)
    return (
        (start + rule, "border"),
        *left_spans,
        (rule * max(0, gap), "border"),
        *right_spans,
        (rule * bool(right_spans) + end, "border"),
    )


def top(title: Spans, corner: Spans, cells: int, *, boxed: bool) -> Line:
    """`╭─ Title ───── 0.1 s ─╮`, or the same as an open rule."""
    return _edge("╭" if boxed else "", "─", "╮" if boxed else "", title, corner, cells)


def bottom(note: Spans, corner: Spans, cells: int) -> Line:
    """`╰─ note ───── corner ─╯`."""
    return _edge("╰", "─", "╯", note, corner, cells)
