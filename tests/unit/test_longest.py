"""The longest execution of an hour."""

from __future__ import annotations

from rtdash.model.longest import Execution, Longest


def test_the_longest_stands_until_its_hour_is_over_then_the_longest_of_those_after_it():
    longest = Longest()
    assert longest.read(0.0) is None
    for at, took_ms in ((0.0, 250.0), (10.0, 900.0), (20.0, 300.0), (30.0, 400.0), (40.0, 400.0)):
        longest.add(Execution(at, took_ms))
    assert longest.read(40.0) == Execution(10.0, 900.0)
    assert longest.read(3609.9) == Execution(10.0, 900.0)
    assert longest.read(3610.0) == Execution(40.0, 400.0)
    assert longest.read(3640.0) is None


def test_what_is_never_read_does_not_pile_up():
    longest = Longest()
    for second in range(10_000):
        longest.add(Execution(float(second), 1e6 - second))
    assert len(longest._falling) <= 3600
