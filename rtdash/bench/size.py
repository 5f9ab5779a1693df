"""Sizes of a terminal."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, slots=True)
class Size:
    """Of a terminal."""

    columns: int
    rows: int

    @classmethod
    def read(cls, text: str) -> Self:
        """From `80x24`; ValueError says what is allowed."""
        found = re.fullmatch(r"(\d{2,3})x(\d{1,3})", text)
        if found is None:
            raise ValueError(f"{text!r}: allowed: columns and rows, such as 80x24")
        return cls(*map(int, found.groups()))

    def __str__(self) -> str:
        return f"{self.columns}x{self.rows}"


SIZES = (Size(80, 24), Size(120, 36), Size(200, 50))
EXTREMES = (SIZES[0], SIZES[-1])
