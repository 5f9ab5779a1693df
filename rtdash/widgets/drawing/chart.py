"""Line charts and outlines, by plotext, as lines of text with roles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.text import Text

from rtdash.widgets.drawing.spans import Line, Span, fit

Points = Sequence[tuple[float, float]]

# plotext colours by number; the numbers are ours, and stand for roles until the text is back.
_FRAME = 9
_ROLES = {1: "series-1", 2: "series-2", 3: "series-3", 4: "series-4", 5: "outline", 6: "warn", _FRAME: "muted"}
COLORS = {role: number for number, role in _ROLES.items()}


@dataclass(frozen=True, slots=True)
class Axis:
    """Range, and where it has labels: `ticks` are (position, label). None hides the axis."""

    low: float
    high: float
    ticks: tuple[tuple[float, str], ...] | None = None


def plot(curves: Sequence[tuple[Points, str]], x: Axis, y: Axis, width: int, height: int) -> list[Line]:
    """`curves` are points and their role, the last on top; exactly `height` lines of `width` cells.

    plotext has one figure for the whole process: call this from one thread.
    """
    # To import it takes a tenth of a second, which the first frame does not wait for.
    from rtdash.widgets.drawing.plotter import plotext

    # The panel is the limit, not what plotext believes the terminal to be.
    plotext.terminal.limit(False, False)
    figure = plotext.figure
    figure.clear()
    figure.plot_size(width, height)
    for points, role in curves:
        marker = plotext.marker("braille", plotext.pixel(COLORS[role]))
        signal = figure.signal([at for at, _ in points], [value for _, value in points], marker=marker)
        signal.lines(True)
        figure.draw(signal)
    figure.axes(False, axis="x", side="upper")
    figure.axes(False, axis="y", side="right")
    for name, axis in (("x", x), ("y", y)):
        ruler = figure.ruler(name)
        ruler.lim(axis.low, axis.high)
        if axis.ticks is None:
            figure.axes(False, axis=name, side="lower" if name == "x" else "left")
            ruler.ticks([], [])
        else:
            ruler.ticks([at for at, _ in axis.ticks], [label for _, label in axis.ticks])
            figure.axes(True, axis=name, side="lower" if name == "x" else "left", pixel=plotext.pixel(_FRAME))
            ruler.pixel(plotext.pixel(_FRAME))
    return [_line(text, width) for text in figure.build().string().split("\n")[:height]]


def _line(ansi: str, width: int) -> Line:
    """A line with its colour numbers turned back into roles."""
    text = Text.from_ansi(ansi)
    spans: list[Span] = []
    for segment in text.divide(sorted({edge for span in text.spans for edge in (span.start, span.end)})):
        color = next((span.style.color for span in segment.spans if not isinstance(span.style, str)), None)
        number = color.number if color is not None and color.number is not None else _FRAME
        spans.append((segment.plain, _ROLES.get(number, "muted")))
    return fit(spans, width)
