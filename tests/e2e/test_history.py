"""The first start generates history for a while, and can be left meanwhile."""

from __future__ import annotations

import time

import pytest

from tests.e2e.demo import Dashboard
from tests.e2e.processes import family, users_of
from tests.e2e.terminal import ON_ALTERNATE_SCREEN

END_S = 8.0
"""A server is given 4 s to stop; the whole history takes longer than all of it."""


@pytest.mark.parametrize("end", ["Ctrl-C", "closed window"])
def test_an_end_while_history_is_generated_does_not_wait_for_it(server_folder, end):
    parent = server_folder / f"history {end}"
    parent.mkdir(mode=0o711)
    with Dashboard(parent / "demo", "demo", "--data", parent / "demo") as demo:
        demo.until_shown("clickstream    schema is there", within_s=60)
        processes = family(demo.process.pid)
        ended_s = time.monotonic()
        if end == "closed window":
            demo.hang_up()
        else:
            demo.type("\x03")
        assert demo.wait() == 130
        assert time.monotonic() - ended_s < END_S
        assert [each for each in processes if each.lives] + users_of(demo.folder) == []
        assert b"Traceback" not in demo.written
        assert b"events generated" not in demo.written
        assert ON_ALTERNATE_SCREEN not in demo.written
        if end == "Ctrl-C":
            assert demo.written.count(b"PostgreSQL     stopped") == 1
