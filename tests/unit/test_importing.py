"""The look for garbage goes on after an import, also after one that fails."""

from __future__ import annotations

import gc

import pytest

from rtdash.cli.importing import importing


@pytest.fixture(autouse=True)
def unfrozen():
    yield
    gc.unfreeze()
    gc.enable()


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
