"""How many shards of a cluster answer a query."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Shards:
    """The tasks that a query is split into; `is_all` when as many as some distributed table has shards."""

    count: int
    is_all: bool = False

    def __str__(self) -> str:
        if self.count == 1:
            return "1 shard"
        return f"all {self.count} shards" if self.is_all else f"{self.count} shards"
