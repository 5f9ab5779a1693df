"""The bytes of a message as lines that a terminal can show."""

from __future__ import annotations

from collections.abc import Iterator

from rtdash.model.text import plain

_A_LINE = 16


def as_text(payload: bytes) -> str | None:
    """Its text; None where it is not UTF-8."""
    try:
        return payload.decode()
    except UnicodeDecodeError:
        return None


def is_printable(payload: bytes) -> bool:
    """Whether a terminal shows these very bytes, and nothing in them steers it."""
    text = as_text(payload)
    return text is not None and all(plain(line) == line for line in text.split("\n"))


def shown(payload: bytes, most_bytes: int) -> Iterator[str]:
    """The first `most_bytes`: lines of text, what is not printable as `·`; a hex dump where it is not UTF-8."""
    if as_text(payload) is None:
        yield from _hex_dump(payload[:most_bytes])
    else:
        # A character that is cut in two is left out.
        yield from map(plain, payload[:most_bytes].decode(errors="ignore").split("\n"))


def _hex_dump(payload: bytes) -> Iterator[str]:
    """Offset, bytes and their ASCII characters, 16 a line."""
    for start in range(0, len(payload), _A_LINE):
        line = payload[start : start + _A_LINE]
        characters = "".join(chr(byte) if 0x20 <= byte < 0x7F else "·" for byte in line)
        yield f"{start:08x}  {line.hex(' '):<{3 * _A_LINE - 1}}  {characters}"
