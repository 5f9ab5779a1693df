"""What a value on the command line may be; anything else is refused with what is allowed."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

T = TypeVar("T")


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


def told(read: Callable[[str], T], more: str = "") -> Callable[[str], T]:
    """`read`, with what its ValueError says, and `more`: argparse keeps the text of one to itself."""

    def read_and_tell(text: str) -> T:
        try:
            return read(text)
        except ValueError as error:
            raise argparse.ArgumentTypeError(f"{error}{more}") from None

    return read_and_tell
