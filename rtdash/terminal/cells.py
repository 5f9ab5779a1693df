"""Text as cells, in a form that terminals agree on how wide it is."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache

from rich.cells import get_character_cell_size, split_graphemes

_NARROW = frozenset(
    map(
        chr,
        (*range(0x20, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x300), *range(0x2500, 0x25FD), *range(0x2800, 0x2900)),
    )
) | frozenset("–…€↑→↓≈≠✓✗❚❯")
"""One cell each, without a look into a table: Latin, what frames are made of, braille, and what stands by numbers."""
_VARIATIONS = range(0xFE00, 0xFE10)
_LETTERS_OF_FLAGS = range(0x1F1E6, 0x1F200)
_BESIDE = frozenset({"Mc", "Lo"})
"""Of what takes no cell of its own by now, and does to some terminals."""


def pieces(text: str) -> Sequence[str]:
    """What stands in each cell of `text`; a wide character is followed by an empty piece.

    Terminals differ in sequences that are joined to one picture, in flags and in narrow signs that were asked to be a
    picture: they come as their first sign, or the letters of the flag, with blanks behind, which everyone draws alike.
    What does not print is left out: nothing in a cell can steer the terminal.
    """
    return text if _NARROW.issuperset(text) else _pieces(text)


@lru_cache(1024)
def _pieces(text: str) -> tuple[str, ...]:
    return tuple(
        piece
        for start, end, cells in split_graphemes(text)[0]
        for piece in _piece(text[start], text[start + 1 : end], cells)
    )


def _piece(first: str, others: str, cells: int) -> Iterator[str]:
    if not cells:
        return
    if ord(first) in _LETTERS_OF_FLAGS:
        first = chr(ord("A") + ord(first) - _LETTERS_OF_FLAGS[0])
    yield first + "".join(filter(_combines, others))
    taken = get_character_cell_size(first)
    yield from ("",) * (taken - 1)
    yield from (" ",) * (cells - taken)


def _combines(char: str) -> bool:
    """Also the vowels of Indic scripts and the later letters of a Korean syllable, which are no marks to Unicode."""
    return (
        not get_character_cell_size(char)
        and unicodedata.category(char) in {"Mn", "Me", *_BESIDE}
        and ord(char) not in _VARIATIONS
    )


def spilled(piece: str) -> int:
    """In how many cells more than it takes some terminals draw it."""
    return sum(unicodedata.category(char) in _BESIDE for char in piece[1:])


def is_wide(text: str) -> bool:
    """Whether a piece takes two cells."""
    return text != "" and text not in _NARROW and get_character_cell_size(text[0]) == 2
