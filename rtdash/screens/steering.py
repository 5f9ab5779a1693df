"""What the keys do to campaigns."""

from __future__ import annotations

from textual.app import App

from rtdash.interfaces import Control
from rtdash.messages import CommandEnded
from rtdash.model.campaign import PRESETS, CampaignPlan, RateChange, next_preset, next_rate, previous_rate
from rtdash.model.text import plain
from rtdash.screens.dashboard import DashboardScreen
from rtdash.screens.form import FormScreen


class Steering(App[int]):
    """The part of the app that starts campaigns and acts on the one that is chosen in the control pane."""

    def __init__(self, control: Control) -> None:
        super().__init__()
        self.control = control

    @property
    def dashboard(self) -> DashboardScreen:
        """The screen below all dialogs."""
        screen = self.screen_stack[0]
        assert isinstance(screen, DashboardScreen)  # noqa: S101 (narrowing: the default screen is one)
        return screen

    def _tell(self, text: str) -> None:
        """In the control pane, or above everything where that is not shown."""
        if self.screen is self.dashboard and self.dashboard.campaigns.is_on_screen:
            self.post_message(CommandEnded(text))
        else:
            self.notify(plain(text), markup=False)

    def action_start(self) -> None:
        """Start a campaign with the last settings, in place of those that run."""
        self._start()

    def action_beside(self) -> None:
        """Start a campaign with the last settings, and leave those that run alone."""
        self._start(beside=True)

    def action_form(self) -> None:
        """Ask for the settings of the next campaign, and start it."""

        def decided(plan: CampaignPlan | None) -> None:
            if plan is not None:
                self._start(plan)

        self.push_screen(FormScreen(self.control.plan), decided)

    def _start(self, plan: CampaignPlan | None = None, *, beside: bool = False) -> None:
        # The keys are meant for it as soon as it is there.
        self.dashboard.campaigns.cursor.follow(None)
        self.control.start_campaign(plan, beside=beside)

    def action_stop(self) -> None:
        """Stop the chosen campaign."""
        campaigns = self.dashboard.campaigns
        if (chosen := campaigns.chosen_id) is None or not campaigns.has_active:
            # One that has just been started may not be in the table yet.
            self.control.stop_campaigns()
            return
        # When it has ended the same key must not mean the next one.
        campaigns.cursor.follow(chosen)
        self.control.stop_campaign(chosen)

    def action_stop_all(self) -> None:
        """Stop every campaign."""
        self.control.stop_campaigns()

    def action_rate(self, step: int) -> None:
        """More or fewer donations a second of the chosen campaign, or of the next one."""
        self._change_rate(next_rate if step > 0 else previous_rate)

    def action_preset(self, name: str = "") -> None:
        """The rate of this preset, or of the next one."""

        def preset(_: int) -> int:
            return PRESETS[name]

        self._change_rate(preset if name else next_preset)

    def _change_rate(self, change: RateChange) -> None:
        self.control.change_rate(change, self.dashboard.campaigns.chosen_id)

    def action_pipeline(self) -> None:
        """Start the pipeline that loads the donations, or stop it."""
        self.control.toggle_pipeline()

    def action_choose(self, rows: int) -> None:
        """Choose the campaign so many rows below, or above when negative."""
        self.dashboard.campaigns.action_move(rows)
