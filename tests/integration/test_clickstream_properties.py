"""Whatever comes in whatever order: once all is rolled up, every rollup equals the raw events."""

from __future__ import annotations

from contextlib import closing

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test
from interleaving import Interleaving, Sessions

from tests.shared_server import SharedServer

SETTINGS = settings(
    deadline=None,
    database=None,
    derandomize=True,
    max_examples=40,
    stateful_step_count=25,
    suppress_health_check=[HealthCheck.too_slow],
)
FEW = settings(SETTINGS, max_examples=8)
LONG = settings(SETTINGS, derandomize=False, max_examples=300, stateful_step_count=60)


@pytest.fixture
def sessions(request, clickstream, citus_server):
    with clickstream.connect() as connection:
        (is_superuser,) = connection.execute("SELECT current_setting('is_superuser')::boolean").fetchone()
    clerk = request.getfixturevalue("clerk") if is_superuser else None
    with closing(Sessions(clickstream, clerk, own_database=not isinstance(citus_server, SharedServer))) as sessions:
        yield sessions


@pytest.mark.parametrize(
    ("citus_server", "chosen"), [("postgres", SETTINGS), ("bare_postgres", FEW)], indirect=["citus_server"]
)
def test_every_interleaving_is_counted_once(sessions, chosen):
    run_state_machine_as_test(lambda: Interleaving(sessions), settings=chosen)


@pytest.mark.long
def test_many_more_interleavings_are_counted_once(sessions):
    run_state_machine_as_test(lambda: Interleaving(sessions), settings=LONG)
