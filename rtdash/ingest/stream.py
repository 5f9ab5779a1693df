"""Brings one topic into its database: reads, stores, and begins again from the stored offsets after any trouble."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import Generic

from rtdash.errors import Refused, SourceError, Unreachable
from rtdash.ingest.batch import Stretch
from rtdash.ingest.offsets import OffsetTable, OffsetTaken, is_attended
from rtdash.ingest.reader import TopicReader
from rtdash.ingest.retry import Retry
from rtdash.ingest.sink import Prepared, Sink
from rtdash.ingest.writer import Writer
from rtdash.model.kafka import Kafka

log = logging.getLogger(__name__)

_SLICE_S = 0.05
_TOUCH_S = 0.5
_REVIEW_S = 5.0
_NO_TOPIC_S = 0.2
_STANDBY_S = 0.25
_BEGIN_S = 2.0
_CONFIRM_S = 0.9
_GLANCE_S = 0.5
"""Each, with `_ENDS_S`, is shorter than the silence after which a standby takes over: Kafka being away is no reason."""
_ENDS_S = 0.3


class Stream(Generic[Prepared]):
    """One topic and its sink. Of two processes with the same topic one works and the other stands by."""

    def __init__(self, sink: Sink[Prepared], kafka: Kafka, incarnation_of: Callable[[str, float], str]) -> None:
        self._sink = sink
        self._kafka = kafka
        self._incarnation_of = incarnation_of
        self._retry = Retry(f"ingest of {sink.topic}")
        self._standing_by = False

    def run(self, stop: threading.Event) -> None:
        """Work until `stop`. A server that is away is waited for; nothing but a fault of the program ends this."""
        try:
            while not stop.is_set():
                try:
                    self._sink.connect()
                    self._stand_by(stop)
                    if not stop.is_set():
                        self._follow(stop)
                except OffsetTaken as taken:
                    if not self._standing_by:
                        log.info("%s: another ingest is at work (%s); standing by", self._sink.topic, taken)
                    self._standing_by = True
                except SourceError as error:
                    stop.wait(self._retry.failed(error))
        finally:
            self._sink.close()

    def _follow(self, stop: threading.Event) -> None:
        """Follow the life that the topic has now; returns when another begins."""
        offsets = OffsetTable(self._sink.topic, self._incarnation_of(self._sink.topic, _BEGIN_S))
        reader = TopicReader(self._kafka, self._sink.topic)
        try:
            # While the database takes one batch the next is read and prepared.
            with Writer(f"{self._sink.topic} writer") as writer:
                self._pump(reader, offsets, writer, stop)
        finally:
            reader.close()

    def _pump(self, reader: TopicReader, offsets: OffsetTable, writer: Writer, stop: threading.Event) -> None:
        """Returns when it shall stop, or when another life of the topic has begun: nothing of that is stored as this.

        Lives follow one another, so what was read before the topic still had its old id is of the old life. It is held
        until Kafka has said so.
        """
        partitions: list[int] = []
        held: list[Stretch] = []
        reviewed_s = touched_s = float("-inf")
        writing = writer.submit(lambda: None)
        while not stop.is_set():
            now_s = time.monotonic()
            if not held and now_s - reviewed_s >= _REVIEW_S:
                found = self._look(reader, offsets, partitions)
                if found is None:
                    break
                if found != partitions:
                    writing.result()
                    self._begin(reader, offsets, found)
                    partitions = found
                reviewed_s = now_s if partitions else now_s - _REVIEW_S + _NO_TOPIC_S
            held = held or reader.read(_SLICE_S)
            if held:
                goes_on = self._goes_on(offsets, _CONFIRM_S)
                if goes_on is None:
                    stop.wait(_SLICE_S)
                elif goes_on:
                    prepared, held = self._sink.prepare(held), []
                    writing.result()
                    writing = writer.submit(partial(self._sink.store, offsets, prepared))
                else:
                    break
            if now_s - touched_s >= _TOUCH_S:
                writing.result()
                writing = writer.submit(partial(self._touch, reader, offsets))
                touched_s = now_s
            if writing.done():
                writing.result()
        else:
            writing.result()
            # When the built-in broker ends as well, what it takes with it is known by what is written now.
            writing = writer.submit(partial(self._touch, reader, offsets))
        writing.result()

    def _look(self, reader: TopicReader, offsets: OffsetTable, known: list[int]) -> list[int] | None:
        """The partitions there are, those that are known while Kafka is away; None when another life has begun."""
        goes_on = self._goes_on(offsets, _GLANCE_S)
        if not goes_on:
            return known if goes_on is None else None
        try:
            return reader.partitions()
        except (Refused, Unreachable):
            return known

    def _goes_on(self, offsets: OffsetTable, within_s: float) -> bool | None:
        """Whether the topic still has this life; None when Kafka does not say so in time."""
        try:
            return self._incarnation_of(self._sink.topic, within_s) == offsets.incarnation
        except (Refused, Unreachable):
            # The reader complains, and goes on by itself when the broker is back.
            return None

    def _touch(self, reader: TopicReader, offsets: OffsetTable) -> None:
        ends = reader.ends(_ENDS_S)
        if any(end is not None for end in ends.values()) and not self._goes_on(offsets, _GLANCE_S):
            # They may be those of a life that has just begun: the old one would seem to have held more than it did.
            ends = dict.fromkeys(ends)
        with self._sink.transaction() as cursor:
            offsets.touch(cursor, ends)
        self._standing_by = False
        self._retry.succeeded()

    def _stand_by(self, stop: threading.Event) -> None:
        """Wait until whoever is at work has been silent for 1.5 s; the topic may have another life by then."""
        while self._standing_by and not stop.wait(_STANDBY_S):
            with self._sink.transaction() as cursor:
                self._standing_by = is_attended(cursor, self._sink.topic)
            if not self._standing_by:
                log.info("%s: the other ingest has fallen silent; taking over", self._sink.topic)

    def _begin(self, reader: TopicReader, offsets: OffsetTable, partitions: list[int]) -> None:
        """Read on where the database says; a partition that was never read from its oldest message on.

        The topic has just been seen to have this life, so the others have ended.
        """
        with self._sink.transaction() as cursor:
            if lost := offsets.settle(cursor):
                log.error("%s: %d messages of an earlier broker were never read; they are lost", self._sink.topic, lost)
            stored = offsets.stored(cursor)
            for partition_id in partitions:
                if partition_id not in stored:
                    stored[partition_id], _ = reader.bounds(partition_id)
                    offsets.begin(cursor, partition_id, stored[partition_id])
        reader.seek({partition_id: stored[partition_id] for partition_id in partitions})
