"""What the screen writes to its terminal, and what is made of that."""

from __future__ import annotations

import pytest

from rtdash.model.writing import Writing


def written(*frames: tuple[float, int]) -> Writing:
    writing = Writing()
    for at, total in frames:
        writing.frame(at, total)
    return writing


def test_nothing_is_known_at_first():
    writing = written((10.0, 60_000))
    assert writing.bytes_per_s is None
    assert writing.frame_bytes == 0.0


def test_bytes_a_second_over_the_last_five_and_read_once_a_second():
    writing = Writing()
    for tick in range(41):
        writing.frame(tick * 0.25, 60_000 + tick * 500)
    assert writing.bytes_per_s == pytest.approx(2000), "the first frame was drawn before"
    writing.frame(10.5, 90_000)
    assert writing.bytes_per_s == pytest.approx(2000), "not yet a second"
    writing.frame(11.0, 90_000)
    assert writing.bytes_per_s == pytest.approx((90_000 - 72_000) / 5)
    for tick in range(45, 68):
        writing.frame(tick * 0.25, 90_000)
    assert writing.bytes_per_s == 0.0


def test_frames_that_are_far_apart_are_still_known():
    writing = written(*((5.0 * number, 1000 * number) for number in range(20)))
    assert writing.bytes_per_s == pytest.approx(200)
    assert writing.frame_bytes == 1000


def test_what_a_key_has_brought_is_hardly_a_cost_of_a_frame():
    writing = written((0.0, 0), (0.25, 500), (0.5, 1000), (0.75, 41_000), (1.0, 41_500))
    assert writing.frame_bytes == (3 * 500 + 2 * 500) / 4


def test_frames_that_waver_cost_what_they_do_on_average():
    assert written((0.0, 0), (0.25, 500), (0.5, 1000), (0.75, 1900), (1.0, 2400)).frame_bytes == 600


def test_what_comes_between_two_frames_is_part_of_the_next():
    writing = Writing()
    for tick in range(101):
        writing.frame(tick * 0.05, 100 * tick, 0.25)
    assert writing.frame_bytes == 500
    assert writing.bytes_per_s == pytest.approx(2000)
