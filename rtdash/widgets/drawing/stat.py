"""One number, large when there is room."""

from __future__ import annotations

from textual.renderables.digits import DIGITS, DIGITS3X3_BOLD

from rtdash.model.data import Stat
from rtdash.widgets.drawing.numbers import amount, rounded
from rtdash.widgets.drawing.spans import Line, fit

DIGIT_ROWS = 3


def large(text: str) -> list[str]:
    """`text` in digits of three rows; fractions, and signs that have no large form, stand on the last row."""
    rows = ["", "", ""]
    whole, point, fraction = text.partition(".")
    for char in whole:
        if char in DIGITS and char != " ":
            start = DIGITS.index(char) * DIGIT_ROWS
            for row in range(DIGIT_ROWS):
                rows[row] += DIGITS3X3_BOLD[start + row].ljust(DIGIT_ROWS)
        else:
            rows = [row + (char if index == DIGIT_ROWS - 1 else " ") for index, row in enumerate(rows)]
    # What nobody reads at that pace need not be drawn in three rows.
    return [*(row + " " * len(point + fraction) for row in rows[:-1]), rows[-1] + point + fraction]


def _under(stat: Stat, rate_per_s: float | None, unit: str) -> Line:
    if stat.value is None or rate_per_s is None:
        return ()
    if rate_per_s < 0.5:
        return (("  ■ 0/s", "muted"),)
    return (("  ▲ ", "good"), (f"{rounded(rate_per_s, unit)}/s", "text"))


def draw(stat: Stat, rate_per_s: float | None, unit: str, width: int, height: int) -> list[Line]:
    """The number, what it is of when the query says so, and how fast it grows."""
    if stat.value is None:
        return [fit(((" nothing yet", "muted"),), width)]
    text = amount(stat.value, unit)
    lines: list[Line] = []
    if stat.label:
        lines.append(((" " + stat.label, "strong"),))
    room = height - len(lines)
    digits = large(text)
    if room >= DIGIT_ROWS and len(digits[0]) + 2 <= width:
        lines += [(("  " + row, "value"),) for row in digits]
    else:
        lines.append((("  " + text, "value"),))
    if not stat.label and len(lines) < height:
        lines.append(_under(stat, rate_per_s, unit))
    spare = height - len(lines)
    return [fit((), width)] * (spare // 2) + [fit(line, width) for line in lines]
