"""Modules are imported without a look for garbage in them."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def importing() -> Iterator[None]:
    """What is imported meanwhile stays: to look for garbage in it takes a tenth of the start, and later a frame."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
