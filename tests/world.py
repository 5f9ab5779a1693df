"""Everything between a campaign and the databases, for the tests that look at delivery."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, Self

import psycopg
from confluent_kafka import Producer
from pydantic import SecretStr
from pymysql.connections import Connection

from rtdash.campaigns.runner import CampaignRunner
from rtdash.campaigns.store import CampaignStore, Progress
from rtdash.ingest.reader import TopicReader
from rtdash.ingest.run import run
from rtdash.model.campaign import CampaignPlan
from rtdash.model.kafka import Kafka
from rtdash.settings import Settings
from rtdash.sources import citus, donations
from rtdash.sources.kafka import DONATIONS_TOPIC, client_config

_BALANCE = """
SELECT (SELECT COUNT(*) FROM donation_transactions), (SELECT COALESCE(SUM(donations), 0) FROM donation_totals),
       (SELECT COALESCE(SUM(donations), 0) FROM donation_seconds),
       (SELECT COALESCE(SUM(total_amount), 0) FROM donation_transactions),
       (SELECT COALESCE(SUM(amount), 0) FROM donation_totals), (SELECT COALESCE(SUM(amount), 0) FROM donation_seconds)
"""


def until(condition: Callable[[], Any], deadline_s: float = 15.0) -> Any:
    """Wait until `condition` is true, and return what it said."""
    end_s = time.monotonic() + deadline_s
    while not (found := condition()):
        assert time.monotonic() < end_s, f"not within {deadline_s} s: {condition}"
        threading.Event().wait(0.02)
    return found


class Broker(Protocol):
    """The built-in broker, or Apache Kafka."""

    kafka: Kafka

    def addresses(self) -> dict[str, Any]: ...

    def start(self) -> None: ...

    def stop(self) -> None: ...


@dataclass
class World:
    """Both databases with their schema, a broker of their own, and the settings that lead to them."""

    settings: Settings
    broker: Broker
    donations: Connection[Any]
    clickstream: psycopg.Connection[tuple[Any, ...]]
    folder: Path

    @classmethod
    @contextmanager
    def open(cls, citus_dsn: SecretStr, donations_dsn: SecretStr, broker: Broker, folder: Path) -> Iterator[Self]:
        """A world of databases that have their schema, and of a broker that runs."""
        settings = Settings(citus_dsn=citus_dsn, donations_dsn=donations_dsn, **broker.addresses())
        world = cls(
            settings, broker, donations.connect(donations_dsn, "test"), citus.connect(citus_dsn, "test"), folder
        )
        try:
            yield world
        finally:
            world.close()

    def close(self) -> None:
        self.donations.close()
        self.clickstream.close()

    def reconnect(self) -> None:
        """After a server died."""
        self.close()
        self.donations = donations.connect(self.settings.dsn_of_donations_owner, "test")
        self.clickstream = citus.connect(self.settings.dsn_of_citus_owner, "test")

    @property
    def campaigns(self) -> CampaignStore:
        return CampaignStore(self.donations)

    def rows(self, statement: str, *values: object) -> tuple[tuple[Any, ...], ...]:
        """Ask the donations database."""
        with self.donations.cursor() as cursor:
            cursor.execute(statement, values)
            return tuple(cursor.fetchall())

    def events(self) -> int:
        """Rows of the clickstream."""
        return self.clickstream.execute("SELECT count(*) FROM events").fetchone()[0]

    def balance(self) -> tuple[int, Any]:
        """Donations and amount, when rows, totals and seconds agree to the cent."""
        rows, totals, seconds, row_amount, total_amount, second_amount = self.rows(_BALANCE)[0]
        assert rows == totals == seconds, (rows, totals, seconds)
        assert row_amount == total_amount == second_amount, (row_amount, total_amount, second_amount)
        return rows, row_amount

    def bounds(self, topic: str) -> dict[int, tuple[int, int]]:
        """First offset and end of each partition, as the broker says."""
        reader = TopicReader(self.broker.kafka, topic)
        try:
            return {number: reader.bounds(number) for number in reader.partitions()}
        finally:
            reader.close()

    def delivered(self, column: str, topic: str = DONATIONS_TOPIC) -> int:
        """Sum of a column of `ingest_offsets` over all lives of a topic."""
        statement = f"SELECT COALESCE(SUM({column}), 0) FROM ingest_offsets WHERE topic = %s"
        if topic == DONATIONS_TOPIC:
            return int(self.rows(statement, topic)[0][0])
        return int(self.clickstream.execute(statement, (topic,)).fetchone()[0])

    def campaign(self, stop: threading.Event | None = None, **options: Any) -> Progress:
        """Run a campaign to its end."""
        runner = CampaignRunner(self.settings, CampaignPlan(**options))
        return runner.run(stop or threading.Event())

    @contextmanager
    def campaign_beside(self, **options: Any) -> Iterator[Callable[[], Progress]]:
        """Run a campaign in a thread; the function that is given waits for its end and returns the final counts."""
        stop, finals = threading.Event(), []
        thread = threading.Thread(target=lambda: finals.append(self.campaign(stop, **options)))
        thread.start()

        def final() -> Progress:
            thread.join(20)
            assert finals, "the campaign has not ended"
            return finals[0]

        try:
            yield final
        finally:
            stop.set()
            thread.join()

    def send(self, topic: str, *payloads: bytes | None, partition: int = 0) -> None:
        """Put messages into a topic as they are, and wait until the broker has them."""
        producer = Producer(client_config(self.broker.kafka, "test") | {"message.max.bytes": 4_000_000})
        try:
            for payload in payloads:
                producer.produce(topic, payload, partition=partition)
            assert producer.flush(10) == 0
        finally:
            producer.close()

    @contextmanager
    def ingest(self, settings: Settings | None = None) -> Iterator[threading.Event]:
        """Ingest runs in this process."""
        stop, results = threading.Event(), []
        thread = threading.Thread(target=lambda: results.append(run(settings or self.settings, stop)))
        thread.start()
        try:
            yield stop
        finally:
            stop.set()
            thread.join(5)
        assert results == [0]

    def ingest_process(self, log_file: str = "ingest.log") -> AbstractContextManager[subprocess.Popen[bytes]]:
        """`rtdash ingest` in a process of its own, which may be killed; it logs to a file in `folder`."""
        return self._process(log_file, "ingest")

    def campaign_process(
        self, rate_per_s: int, duration_s: float | None = None
    ) -> AbstractContextManager[subprocess.Popen[bytes]]:
        """`rtdash campaign start` in a process of its own; SIGTERM ends it in good order."""
        end = [] if duration_s is None else [f"--duration={duration_s}"]
        return self._process("campaign.log", "campaign", "start", f"--rate={rate_per_s}", *end)

    @contextmanager
    def _process(self, log_file: str, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
        file = self.folder / "settings.toml"
        self.settings.save(file)
        with (self.folder / log_file).open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "rtdash", *arguments, f"--settings={file}"], stdout=log, stderr=log
            )
        try:
            yield process
        finally:
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(5)
            process.kill()
            process.wait()
