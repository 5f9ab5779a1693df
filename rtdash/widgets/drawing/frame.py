"""The frame of a panel: title at the left, what concerns time at the right, trouble below."""

from __future__ import annotations

from collections.abc import Sequence

from rtdash.widgets.drawing.spans import Line, Span, fit, width

Spans = Sequence[Span]


def _edge(start: str, rule: str, end: str, left_spans: Spans, right_spans: Spans, keep: int, cells: int) -> Line:
    """A horizontal edge with texts set into it.

    Where there is no room the right texts go, the first of them first, but for the last `keep`; then the left is cut.
    """
    inner = cells - len(start) - len(end)
    while len(right_spans) > keep and width(left_spans) + width(right_spans) + 2 > inner:
        right_spans = right_spans[1:]
    room = max(0, inner - width(right_spans) - 1 - bool(right_spans))
    left_spans = fit(left_spans, room) if width(left_spans) > room else tuple(left_spans)
    gap = inner - width(left_spans) - width(right_spans) - 1 - bool(right_spans)
    return (
        (start + rule, "border"),
        *left_spans,
        (rule * max(0, gap), "border"),
        *right_spans,
        (rule * bool(right_spans) + end, "border"),
    )


def top(title: Spans, corner: Spans, cells: int, *, boxed: bool, keep: int = 0) -> Line:
    """`╭─ Title ───── 0.1 s ─╮`, or the same as an open rule; the last `keep` texts of the corner outlast the title."""
    return _edge("╭" if boxed else "", "─", "╮" if boxed else "", title, corner, keep, cells)


def bottom(note: Spans, corner: Spans, cells: int) -> Line:
    """`╰─ note ───── corner ─╯`."""
    return _edge("╰", "─", "╯", note, corner, 0, cells)


def rule(title: str, cells: int) -> Line:
    """`─ Title ─────────`: what stands above a part of a body."""
    return top([(f" {title} ", "title")], [], cells, boxed=False)
