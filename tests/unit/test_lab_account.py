"""How much of a study is done, and how long the rest will take."""

from __future__ import annotations

import pytest

from rtdash.lab import account as lab_account
from rtdash.lab.account import Account
from rtdash.model.lab import LabReport, Phase


class Clock:
    def __init__(self) -> None:
        self.now_s = 100.0

    def monotonic(self) -> float:
        return self.now_s


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(lab_account, "time", clock)
    return clock


def begun(*plan: tuple[Phase, float]) -> tuple[Account, list[LabReport]]:
    told: list[LabReport] = []
    report = LabReport("donations", "", 10, 1, 0, 200.0, "baseline")
    return Account(report, plan, told.append), told


def test_at_first_the_rest_is_what_the_plan_expects(clock: Clock):
    account, told = begun((Phase.MAKING, 1.0), (Phase.FILLING, 60.0), (Phase.CLEANING, 9.0))
    account.enter(Phase.MAKING, "making")
    assert told[-1].left_s == 70.0
    clock.now_s += 1.0
    account.enter(Phase.FILLING, "filling")
    assert told[-1].left_s == 69.0
    assert told[-1].done == pytest.approx(1 / 70)


def test_the_step_itself_tells_better(clock: Clock):
    account, told = begun((Phase.FILLING, 60.0), (Phase.CLEANING, 10.0))
    account.enter(Phase.FILLING, "filling")
    clock.now_s += 30.0
    account.advance(0.25, "a quarter")
    assert told[-1].left_s == pytest.approx(90.0 + 10.0)
    assert told[-1].done == pytest.approx(30 / 130)


def test_a_step_that_comes_again_takes_as_long_as_it_did(clock: Clock):
    account, told = begun((Phase.MEASURING, 10.0), (Phase.STARTING, 1.0), (Phase.MEASURING, 10.0))
    account.enter(Phase.MEASURING, "measuring")
    clock.now_s += 50.0
    account.advance(1.0, "measured")
    account.enter(Phase.STARTING, "starting")
    assert told[-1].left_s == pytest.approx(1.0 + 50.0)


def test_what_is_done_never_goes_back_and_an_end_is_an_end(clock: Clock):
    account, told = begun((Phase.FILLING, 60.0), (Phase.CLEANING, 10.0))
    account.enter(Phase.FILLING, "filling")
    clock.now_s += 40.0
    account.advance(0.9, "nearly")
    clock.now_s += 400.0
    account.advance(0.91, "it got slow")
    assert [report.done for report in told] == sorted(report.done for report in told)
    account.enter(Phase.STOPPED, "stopped")
    assert told[-1].left_s == 0.0
    assert told[-1].done < 1.0
    account.enter(Phase.DONE, "done")
    assert told[-1].done == 1.0
