"""Nobody waits while Python looks for garbage: it is done between frames."""

from __future__ import annotations

import gc
import weakref

import pytest

from rtdash.cli.garbage import Garbage, importing


@pytest.fixture(autouse=True)
def unfrozen():
    yield
    gc.unfreeze()
    gc.enable()


class Ring:
    """Refers to itself, so only a look for garbage frees it."""

    def __init__(self):
        self.me = self


def many():
    return [[] for _ in range(3_000)]


@pytest.fixture
def garbage():
    with Garbage() as garbage:
        settle(garbage)
        yield garbage


def settle(garbage):
    while not gc.get_freeze_count():
        garbage.collect()


def test_what_was_imported_is_not_looked_at_again():
    frozen = gc.get_freeze_count()
    with importing():
        assert not gc.isenabled()
    assert gc.isenabled()
    assert gc.get_freeze_count() > frozen


def test_an_import_that_fails_leaves_the_look_for_garbage_on():
    with pytest.raises(ModuleNotFoundError), importing():
        raise ModuleNotFoundError
    assert gc.isenabled()


def test_garbage_waits_until_nobody_else_does(garbage):
    ring = weakref.ref(Ring())
    _kept = many()
    assert ring() is not None
    garbage.collect()
    assert ring() is None


def test_a_little_of_it_is_left(garbage):
    ring = weakref.ref(Ring())
    garbage.collect()
    assert ring() is not None


def test_what_is_there_after_the_first_frames_is_not_looked_through_again():
    with Garbage() as garbage:
        kept = Ring()
        settle(garbage)
        assert not any(each is kept for each in gc.get_objects())


def test_what_was_in_use_for_a_while_is_freed_as_well(garbage):
    kept = Ring()
    ring = weakref.ref(kept)
    new = [many()]
    garbage.collect()
    del kept
    while ring() is not None:
        new.append(many())
        garbage.collect()
        assert len(new) <= 8
    assert len(new) > 2


def test_afterwards_python_looks_as_it_did():
    before = gc.get_threshold()
    with Garbage() as garbage:
        settle(garbage)
        assert gc.get_threshold() != before
    assert gc.get_threshold() == before
