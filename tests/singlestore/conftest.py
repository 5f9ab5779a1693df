"""The stand-in for a SingleStore server."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.singlestore.peer import Peer


@pytest.fixture
def peer() -> Iterator[Peer]:
    with Peer.open() as peer:
        yield peer
