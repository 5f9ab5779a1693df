"""Who comes first: nobody always does, so that nobody is favoured by it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


def in_turn(items: Sequence[T], number: int) -> tuple[T, ...]:
    """All of them, in the order of turn `number`, from 0."""
    first = number % len(items)
    return (*items[first:], *items[:first])
