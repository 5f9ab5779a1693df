"""The conservation of messages as equations: `=` when it holds, `≈` while it moves, red when something is missing."""

from __future__ import annotations

from collections.abc import Sequence

from rtdash.model.conservation import Balance
from rtdash.widgets.drawing.numbers import grouped
from rtdash.widgets.drawing.spans import Line, Span, fit, width

Term = tuple[str, int]

_PLACES = {"in flight": 5, "lag": 6}
"""Of these, which come and go, cells of the number: they are always said, and last, so that nothing else moves."""
_SILENT = "lag as last seen: ingest or Kafka is silent"
_NOT_AT_WORK = "lag not known: no pipeline is seen at work"


def verdict(balance: Balance, what: str) -> Span | None:
    """What is wrong, in a few words; None when nothing is, or nobody can tell yet."""
    if not balance.is_wrong:
        return None
    if balance.missing:
        return f"✗ {grouped(balance.missing)} {what} missing", "error"
    return f"✗ {grouped(balance.surplus)} {what} more than were sent", "error"


def _side(terms: Sequence[Term], bad: Sequence[str] = ()) -> list[Span]:
    """`acked 5 + in flight 2`; terms that are 0 are left out, but for the first and those that have a place."""
    spans: list[Span] = []
    for index, (name, value) in enumerate(terms):
        place = _PLACES.get(name, 0)
        if value or place or not index:
            spans.append((" + " * bool(index) + f"{name} ", "muted"))
            said = grouped(value)
            spans.append((said, "error" if value and name in bad else "text"))
            if len(said) < place:
                spans.append((" " * (place - len(said)), "text"))
    return spans


def generated(balance: Balance) -> list[Span]:
    """`generated 10 = acked 8 + in flight 2`: true at every moment, as one reading has all of it."""
    sent = balance.sent
    made: list[Term] = [("generated", sent.generated)]
    became: list[Term] = [
        ("acked", sent.acked), ("failed", sent.failed), ("unknown", sent.unknown), ("in flight", sent.in_flight)
    ]  # fmt: skip
    return [*_side(made), (" = ", "muted"), *_side(became, bad=("failed",))]


def arrived(balance: Balance) -> list[Span]:
    """`acked 8 = loaded 7 + lag 1`; behind it what is on no side, and why the lag is not known."""
    sent, received = balance.sent, balance.received
    came: list[Term] = [
        ("acked", sent.acked), ("unknown that arrived", balance.unknown_arrived), ("untold", balance.untold)
    ]  # fmt: skip
    became: list[Term] = [
        ("loaded", received.loaded), ("dead letters", received.dead), ("lost", received.lost),
        ("duplicates", received.duplicates), *[("lag", received.lag)] * (received.is_attended or received.lag > 0),
    ]  # fmt: skip
    if not balance.is_settled:
        # Sides that are read at different moments differ by what moved in between: no term is put down to it.
        came = came[:1]
        is_equal = sent.acked == received.total
    else:
        is_equal = not balance.is_wrong
    sign: Span = (" = ", "good") if is_equal else (" ≠ ", "error") if balance.is_settled else (" ≈ ", "muted")
    spans = [*_side(came), sign, *_side(became, bad=("dead letters", "lost"))]
    if received.no_json:
        spans += [("  aside: ", "muted"), *_side([("no JSON", received.no_json)], bad=("no JSON",))]
    if not received.is_attended:
        spans.append(("  " + (_NOT_AT_WORK if received.is_by_pipeline else _SILENT), "warn"))
    return spans


def draw(donations: Balance | None, events: Balance | None, cells: int) -> list[Line]:
    """Two lines for the donations and one for the events, each as far as it is known; one where two have room."""
    lines: list[Line] = []
    if donations is not None:
        first, second = generated(donations), _judged(donations, "donations")
        if width(first) + width(second) + 4 <= cells:
            lines.append((*first, ("   ", "text"), *second))
        else:
            lines += [tuple(first), tuple(second)]
    if events is not None:
        lines.append((("events: ", "muted"), *_judged(events, "events")))
    return [fit(((" ", "text"), *_ended(line)), cells) for line in lines]


def _ended(line: Line) -> Line:
    """Without the blanks of the last place: where there is no room they are not what is cut."""
    return line if line[-1][0].strip() else line[:-1]


def _judged(balance: Balance, what: str) -> list[Span]:
    """What has arrived, behind what is wrong with it: that must not be cut."""
    wrong = verdict(balance, what)
    return [*([wrong, ("  ", "text")] if wrong else []), *arrived(balance)]
