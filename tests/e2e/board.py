"""Reads the dashboard from the text of a screen of 200x50: what a panel shows, as a user would read it."""

from __future__ import annotations

import re
from decimal import Decimal

from rtdash.widgets.drawing.stat import DIGIT_ROWS, large

DONATIONS = (
    "Donations",
    "Total amount",
    "Best city and organisation",
    "Last 35 s by city",
    "Amount by city",
    "Amount by organisation",
    "Last 28 s by organisation",
)
PANELS = (
    *DONATIONS,
    "Clickstream by hour",
    "Last 15 minutes",
    "Last 15 minutes · SmileFund",
    "Last 7 days",
    "Top devices, 30 min · SmileFund",
)
CAMPAIGNS = "Campaigns"
LATENCY = "Latency, ms ▲ over 200"

_GLYPHS = {tuple(large(sign)): sign for sign in "0123456789€"}
_SMALL = {tuple(large(sign)): sign for sign in ",."} | {(" ", " ", digit): digit for digit in "0123456789"}
"""Behind the point digits are small."""


def framed(screen: str, title: str) -> list[str]:
    """A framed widget with its edges, line by line; nothing when it is not, or only half, on the screen."""
    lines = screen.split("\n")
    row = next((number for number, line in enumerate(lines) if f"╭─ {title} ─" in line), None)
    if row is None:
        return []
    start = lines[row].index(f"╭─ {title} ─")
    end = lines[row].find("╮", start) + 1
    last = next((number for number in range(row, len(lines)) if lines[number][start] == "╰"), None)
    return [] if last is None else [line[start:end] for line in lines[row : last + 1]]


def body(screen: str, title: str) -> list[str]:
    """What stands inside the frame; nothing when it is not on the screen."""
    return [line[1:-1] for line in framed(screen, title)[1:-1]]


def large_number(screen: str, title: str) -> Decimal | None:
    """The number that a panel shows in digits of three rows; None when it shows none."""
    lines = body(screen, title)
    for first in range(len(lines) - DIGIT_ROWS + 1):
        text = _read_digits([line[2:].rstrip() for line in lines[first : first + DIGIT_ROWS]])
        if text:
            return Decimal(text.replace(",", "").removeprefix("€"))
    return None


def _read_digits(rows: list[str]) -> str:
    width = max(map(len, rows))
    rows = [row.ljust(width + DIGIT_ROWS) for row in rows]
    text, column = "", 0
    while column < width:
        for signs, cells in ((_GLYPHS, DIGIT_ROWS), (_SMALL, 1)):
            if sign := signs.get(tuple(row[column : column + cells] for row in rows)):
                text, column = text + sign, column + cells
                break
        else:
            return ""
    return text


def bars(screen: str, title: str) -> dict[str, Decimal]:
    """Labels and whole euros of a panel of bars."""
    rows = [line.split() for line in body(screen, title) if "€" in line]
    return {row[0]: Decimal(row[-1].removeprefix("€").replace(",", "")) for row in rows}


BALANCE = ("generated ", "acked ", "events: ", "✗ ")


def campaigns(screen: str) -> list[dict[str, str]]:
    """Rows of the table of campaigns, the newest first, by the names of its columns."""
    found = [line.strip() for line in body(screen, CAMPAIGNS) if line.strip()]
    # The balance of all of them stands below.
    lines = [re.split(r"\s{2,}", line) for line in found if not line.startswith(BALANCE)]
    # The first column, a sign, has no name.
    return [dict(zip(["sign", *lines[0]], row, strict=False)) for row in lines[1:]]


def number(cell: str) -> int:
    """`3,473 =` as 3473."""
    return int(cell.replace(",", "").split()[0])
