"""Who gives campaigns up must have seen the database answer, promptly, all the while."""

from __future__ import annotations

from rtdash.campaigns.stale import SILENT_S, StaleWatch
from rtdash.errors import Unreachable


class Store:
    """A table whose answers take `answers_s`, on a clock of its own."""

    def __init__(self) -> None:
        self.now_s = 0.0
        self.answers_s = 0.0
        self.is_away = False
        self.closed_at: list[float] = []

    def ping(self) -> None:
        self.now_s += self.answers_s
        if self.is_away:
            raise Unreachable("away")

    def close_stale(self, silent_s: float) -> int:
        assert silent_s == SILENT_S
        self.closed_at.append(self.now_s)
        return 1


def looks(store: Store, watch: StaleWatch, times: int) -> None:
    for _ in range(times):
        store.now_s += 1.0
        try:
            watch.look(store)
        except Unreachable:
            continue


def test_it_judges_after_five_seconds_of_answers():
    store = Store()
    watch = StaleWatch(lambda: store.now_s)
    looks(store, watch, 7)
    assert store.closed_at == [6.0, 7.0]


def test_after_an_answer_that_was_slow_it_watches_anew():
    store = Store()
    watch = StaleWatch(lambda: store.now_s)
    looks(store, watch, 5)
    store.answers_s = 10.0
    looks(store, watch, 1)
    store.answers_s = 0.0
    looks(store, watch, 4)
    assert store.closed_at == []
    looks(store, watch, 1)
    assert store.closed_at == [21.0]


def test_after_the_database_was_away_or_nobody_looked_it_watches_anew():
    store = Store()
    watch = StaleWatch(lambda: store.now_s)
    looks(store, watch, 5)
    store.is_away = True
    looks(store, watch, 1)
    store.is_away = False
    looks(store, watch, 5)
    assert store.closed_at == []
    store.now_s += 30.0
    looks(store, watch, 5)
    assert store.closed_at == []
