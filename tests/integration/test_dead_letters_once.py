"""A dead letter is loaded once and whole, whoever else replays or ingests."""

from __future__ import annotations

import threading
import tracemalloc
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest
from letters import COUNTERS, LETTERS, Letters

from rtdash.ingest.letters import Letter, LetterTable
from rtdash.ingest.replay import Outcome, replay, waiting
from tests.world import World, until


def test_a_replay_that_breaks_off_has_changed_nothing(letters: Letters, monkeypatch):
    letters.bury(letters.message(1), letters.message(2))
    before = letters.ask(COUNTERS), letters.ask(LETTERS)

    def break_off(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        # The last thing in the transaction.
        patched.setattr("rtdash.ingest.replay._Account.bury", break_off)
        assert letters.run("replay", "--all")[0] == 130
    assert (letters.ask(COUNTERS), letters.ask(LETTERS)) == before
    assert letters.stored() == 0
    assert letters.run("replay", "--all") == (0, "2 loaded\n", "")
    assert letters.stored() == 2


def test_a_letter_that_is_not_counted_is_not_loaded(dead_donations: Letters):
    letters = dead_donations
    letters.bury(letters.message())
    letters.ask("UPDATE ingest_offsets SET dead = 0")
    status, _, errors = letters.run("replay", f"{letters.topic}:0:0")
    assert (status, errors) == (2, f"rtdash: {letters.topic}:0:0: ingest_offsets counts no dead letters there\n")
    assert letters.stored() == 0
    assert letters.ask(LETTERS)[0][5]


def test_two_replays_at_once_load_each_letter_once(letters: Letters):
    count = 40
    letters.bury(*(letters.message(number + 1) for number in range(count)))
    together = threading.Barrier(2)

    def replay_all() -> Sequence[Outcome]:
        sink = letters.sink()
        try:
            found = list(waiting(sink))
            together.wait()
            return [replay(sink, letter).outcome for letter in found]
        finally:
            sink.close()

    with ThreadPoolExecutor(2) as pool:
        one, other = (run.result() for run in [pool.submit(replay_all) for _ in range(2)])
    assert [sorted(pair) for pair in zip(one, other, strict=True)] == [
        [Outcome.LOADED, Outcome.REPLAYED_BEFORE]
    ] * count
    assert letters.stored() == count
    assert letters.ask(COUNTERS) == [("a life", 0, count, count, 0, 0, 0)]


@pytest.mark.parametrize("topic", ["donations", "clickstream"])
def test_a_replay_beside_a_running_ingest(world: World, dead_letters, topic):
    """Both write the same partition, totals and seconds; half of the donations come on both ways."""
    ask = world.rows if topic == "donations" else lambda statement: world.clickstream.execute(statement).fetchall()
    letters, count = Letters(topic, world.settings, ask, dead_letters(world.settings)), 100
    mine = [letters.message(1 + number) for number in range(count)]
    others = [letters.message(1 + number) for number in range(count // 2, 2 * count)]

    def send() -> None:
        for start in range(0, len(others), 10):
            world.send(letters.topic, *others[start : start + 10], partition=1)

    with world.ingest(), ThreadPoolExecutor(1) as pool:
        world.send(letters.topic, *(b"{" for _ in mine), partition=1)
        dead = (
            f"SELECT dead FROM ingest_offsets WHERE topic = '{letters.topic}' AND partition_id = 1 AND dead = {count}"
        )
        until(lambda: letters.ask(dead))
        sink = letters.sink()
        with sink.transaction() as cursor:
            cursor.executemany(
                "UPDATE dead_letters SET payload = %s WHERE message_offset = %s",
                [(message, number) for number, message in enumerate(mine)],
            )
        sink.close()
        sending = pool.submit(send)
        status, said, _ = letters.run("replay", "--all")
        sending.result()
        read = f"SELECT 1 FROM ingest_offsets WHERE topic = '{letters.topic}' AND next_offset = {count + len(others)}"
        until(lambda: letters.ask(read))
    ((loaded, dead, duplicates, lost),) = [row[3:] for row in letters.ask(COUNTERS) if row[1] == 1]
    twice = count // 2 if letters.topic == "donations" else 0
    assert (status, dead, lost, duplicates) == (0, 0, 0, twice), said
    assert loaded == letters.stored() == count + len(others) - twice


def test_letters_are_never_all_in_memory(letters: Letters):
    letters.bury(*(b"x" * 1_000_000 for _ in range(12)), letters.message())
    tracemalloc.start()
    try:
        status, said, _ = letters.run("replay", "--all")
        _, peak_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert (status, said.splitlines()[-1]) == (1, "1 loaded, 12 dead")
    assert peak_bytes < 8_000_000


def test_letters_are_read_page_by_page(dead_donations: Letters, monkeypatch):
    monkeypatch.setattr("rtdash.ingest.letters._A_PAGE", 2)
    dead_donations.bury(*(b"{" for _ in range(5)))
    dead_donations.bury(*(b"{" for _ in range(2)), partition=1)
    sink = dead_donations.sink()
    found = [str(letter.address) for letter in waiting(sink)]
    sink.close()
    assert found == [f"donations:0:{offset}" for offset in range(5)] + ["donations:1:0", "donations:1:1"]


def test_a_letter_that_is_dropped_meanwhile_is_gone_and_the_next_is_loaded(letters: Letters, monkeypatch):
    """Retention does not wait for a replay that has read its page."""
    letters.bury(letters.message(1), letters.message(2))

    def and_drop(table: LetterTable, *page: object) -> list[Letter]:
        found = read(table, *page)
        letters.ask("DELETE FROM dead_letters WHERE message_offset = 0 RETURNING 1")
        return found

    read = LetterTable.page
    monkeypatch.setattr(LetterTable, "page", and_drop)
    assert letters.run("replay", "--all") == (0, "1 loaded, 1 gone\n", "")
    assert letters.stored() == 1


def test_a_letter_that_is_dropped_meanwhile_is_not_shown(letters: Letters, monkeypatch):
    letters.bury(letters.message())
    monkeypatch.setattr(LetterTable, "contents", lambda *_: None)
    status, said, errors = letters.run("show", f"{letters.topic}:0:0")
    assert (status, said, errors.count("\n")) == (2, "", 1)
    assert f"there is no dead letter {letters.topic}:0:0" in errors
