"""`rtdash check --conservation` on SingleStore: the account of the procedure with the lag of the pipeline's views."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from rtdash import cli
from tests.singlestore.peer import Peer
from tests.singlestore.wire import Rows

ACCOUNT = {
    "generated": 1000, "acked": 1000, "failed": 0, "unknown": 0, "events_generated": 0, "events_acked": 0,
    "events_failed": 0, "events_unknown": 0, "loaded": 940, "lag": None, "dead": 0, "lost": 0, "duplicates": 0,
    "unseen_s": None, "replayed": 0,
}  # fmt: skip
VIEWS = {
    "lag": 60, "dead": 0, "lost": None, "duplicates": None, "silent_s": 0, "unseen_s": 0, "trouble": "pipeline running",
}  # fmt: skip


def record(row: dict[str, Any]) -> Rows:
    return Rows(tuple(row), [tuple(row.values())])


@pytest.fixture
def check(peer: Peer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Any]:
    """`check(**views)`: exit status and findings where the views tell this."""
    monkeypatch.setenv("RTDASH_DONATIONS_DSN", peer.dsn().get_secret_value())
    monkeypatch.delenv("RTDASH_CITUS_DSN", raising=False)
    peer.tell("donation_transactions", record({"rows": 940, "totals": 940, "loaded": 940}))
    peer.tell("CROSS JOIN donation_delivery", record(ACCOUNT))

    def run(wait_s: int, **views: Any) -> tuple[int, dict[str, Any]]:
        peer.tell("PIPELINES_CURSORS", record(VIEWS | views))
        status = cli.main(["check", "--conservation", "--json", f"--wait={wait_s}"])
        return status, json.loads(capsys.readouterr().out)

    return run


def test_what_is_accounted_for_passes(check):
    status, found = check(10)
    assert (status, found["conserved"], found["faults"]) == (0, True, [])
    assert (found["donations"]["received"]["lag"], found["donations"]["missing"]) == (60, 0)


def test_what_is_missing_is_said(check):
    status, found = check(10, lag=50, dead=3)
    assert (status, found["faults"]) == (1, ["10 donations missing"])


@pytest.mark.parametrize("views", [{"unseen_s": None}, {"lag": None, "unseen_s": None}], ids=["rests", "asks"])
def test_what_nobody_knows_is_not_judged(check, views):
    status, found = check(0, **views)
    assert (status, found["conserved"]) == (1, False)
    (fault,) = found["faults"]
    assert fault == "donations: the lag is not known, as no pipeline is seen at work, or Kafka is away"
