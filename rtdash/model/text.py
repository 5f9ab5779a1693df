"""Text from a database or from Kafka is data: nothing in it may steer the terminal."""

from __future__ import annotations

import unicodedata

# Controls, formats (bidi overrides, zero widths), surrogates, private use, unassigned, line and paragraph separators.
_UNSAFE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def plain(value: object) -> str:
    """`value` as one line of printable text; what is not printable becomes `·`."""
    text = value if isinstance(value, str) else str(value)
    if text.isascii() and text.isprintable():
        return text
    return "".join("·" if unicodedata.category(char) in _UNSAFE else char for char in text)
