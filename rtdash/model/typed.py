"""What a person types for a rate, a time, a number of donations or of bytes; ValueError says what is allowed."""

from __future__ import annotations

import re
from contextlib import suppress

from rtdash.model.campaign import AS_FAST_AS_IT_CAN, LONGEST_S, MOST_DONATIONS, PRESETS, RATE_STEPS
from rtdash.model.text import plain

_MAX = "max"
_SECONDS = {"": 1, "s": 1, "m": 60, "h": 3600}
_BYTES = {"": 1, "b": 1, "kb": 1000, "mb": 1_000_000}
LEAST_BYTES_PER_S, MOST_BYTES_PER_S = 1000, 10_000_000
_QUOTED = 12


def _refused(text: str, allowed: str) -> ValueError:
    quoted = plain(text if len(text) <= _QUOTED else text[: _QUOTED - 1] + "…")
    return ValueError(f"{quoted!r}: allowed: {allowed}" if text else f"nothing: allowed: {allowed}")


def _whole(text: str, most: int, allowed: str) -> int:
    with suppress(ValueError):
        number = int(text.replace(",", "").replace(" ", ""))
        if 1 <= number <= most:
            return number
    raise _refused(text, allowed)


def rate_per_s(text: str) -> int:
    """Donations a second from `2000`, `2,000`, the name of a preset, or `max`."""
    if text == _MAX:
        return AS_FAST_AS_IT_CAN
    if text in PRESETS:
        return PRESETS[text]
    return _whole(text, RATE_STEPS[-1], f"1 … {RATE_STEPS[-1]:,} a second, or {_MAX}")


def donations(text: str) -> int:
    """A number of donations, from `10000` or `10,000`."""
    return _whole(text, MOST_DONATIONS, f"1 … {MOST_DONATIONS:,} donations")


def seconds(text: str) -> float:
    """A time in s, 0 or more, from `90`, `90s`, `5m`, `1.5h`."""
    found = re.fullmatch(r"(\d{1,9}(?:\.\d{1,6})?) ?([smh]?)", text, re.ASCII)
    if found and (value := float(found[1]) * _SECONDS[found[2]]) <= LONGEST_S:
        return value
    raise _refused(text, "90, 90s, 5m or 1h, at most a year")


def bytes_per_s(text: str) -> int:
    """Bytes a second from `8000`, `8kB`, `1.5 MB/s`; a kB is 1000."""
    found = re.fullmatch(r"(\d{1,9}(?:\.\d{1,6})?) ?([km]?b)?(?:/s)?", text.lower(), re.ASCII)
    if found and LEAST_BYTES_PER_S <= (value := float(found[1]) * _BYTES[found[2] or ""]) <= MOST_BYTES_PER_S:
        return round(value)
    raise _refused(text, "1kB … 10MB a second, or as many bytes")


def shown_rate(rate_per_s: int) -> str:
    """What `rate_per_s` reads as this rate."""
    return _MAX if rate_per_s == AS_FAST_AS_IT_CAN else f"{rate_per_s:,}"


def shown_seconds(value_s: float) -> str:
    """What `seconds` reads as this time, in the largest unit that it is a whole number of."""
    unit = next((unit for unit in ("h", "m") if value_s and value_s % _SECONDS[unit] == 0), "s")
    return f"{value_s / _SECONDS[unit]:.6f}".rstrip("0").rstrip(".") + unit
