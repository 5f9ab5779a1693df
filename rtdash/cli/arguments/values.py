"""What a value on the command line may be; anything else is refused with what is allowed."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from contextlib import suppress


def whole(least: int, most: int | None = None) -> Callable[[str], int]:
    """A whole number within bounds."""
    allowed = f"{least} or more" if most is None else f"{least} … {most:,}"

    def read(text: str) -> int:
        with suppress(ValueError):
            number = int(text)
            if number >= least and (most is None or number <= most):
                return number
        raise argparse.ArgumentTypeError(f"{text!r}: allowed: {allowed}")

    return read


def seconds(text: str) -> float:
    """A time above 0."""
    with suppress(ValueError):
        number = float(text)
        if 0 < number < float("inf"):
            return number
    raise argparse.ArgumentTypeError(f"{text!r}: allowed: seconds above 0")
