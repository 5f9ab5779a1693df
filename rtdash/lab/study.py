"""A study: what the lab does on one store. `rtdash lab run` runs one after the other."""

from __future__ import annotations

from abc import ABC, abstractmethod

from rtdash.errors import RtdashError
from rtdash.lab.account import Account, Say
from rtdash.lab.stop import Stop, Stopped
from rtdash.model.lab import LabReport, Phase


class Study(ABC):
    """One store: `run` measures it to the end, and leaves nothing behind, however it ends."""

    def run(self, stop: Stop, say: Say) -> LabReport:
        """Measure, and return the last report, whose phase is an end.

        Raises RtdashError after it was told as failed.
        """
        account = self._account(say)
        try:
            self._work(account, stop)
        except Stopped as stopped:
            why = str(stopped)
            account.enter(Phase.STOPPED, why or "stopped: nothing is left behind")
            if why:
                account.change(problems=(*account.report.problems, why))
        except RtdashError as error:
            account.enter(Phase.FAILED, "failed")
            account.change(problems=(*account.report.problems, str(error)))
            raise
        else:
            account.enter(Phase.DONE, "done")
        return account.report

    @abstractmethod
    def _account(self, say: Say) -> Account:
        """The empty report, with the plan."""

    @abstractmethod
    def _work(self, account: Account, stop: Stop) -> None:
        """Raises RtdashError, and Stopped once `stop` is asked."""
