"""The address of a dead letter, as it is printed and typed."""

from __future__ import annotations

import re
from dataclasses import dataclass

_OF_PIPELINE = -1
_ADDRESS = re.compile(r"([\w.-]{1,249}):(-1|[0-9]{1,10}):([0-9]{1,18})(?:@(\S{1,64}))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class LetterAddress:
    """topic:partition:offset, and @incarnation where a later life of the topic has a letter of the same three.

    A pipeline does not tell where a message stood: the partition of its letters is -1, the last number our own.
    """

    topic: str
    partition_id: int
    offset: int
    incarnation: str = ""
    """Empty: the newest that has such a letter."""

    @property
    def is_of_pipeline(self) -> bool:
        """Whether its numbers say nothing of a place in Kafka."""
        return self.partition_id == _OF_PIPELINE

    def __str__(self) -> str:
        place = f"{self.topic}:{self.partition_id}:{self.offset}"
        return f"{place}@{self.incarnation}" if self.incarnation else place

    @classmethod
    def parse(cls, text: str) -> LetterAddress:
        """Raises ValueError on anything else than an address."""
        found = _ADDRESS.fullmatch(text)
        if found is None:
            raise ValueError(f"{text!r}: allowed: TOPIC:PARTITION:OFFSET, or TOPIC:PARTITION:OFFSET@INCARNATION")
        topic, partition_id, offset, incarnation = found.groups(default="")
        return cls(topic, int(partition_id), int(offset), incarnation)
