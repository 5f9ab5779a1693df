"""How tests open the form of a campaign, and fill it in."""

from __future__ import annotations

from rtdash.model.campaign import CampaignPlan
from rtdash.screens.form import FormScreen

PLAN = CampaignPlan(
    name="spring", rate_per_s=10_000, cities=("Nîmes", "Pau"), organizations=("PureJoy",), duration_s=300.0, count=5_000
)


async def press(on, *keys):
    await on.pilot.press(*keys)
    await on.pilot.pause()


async def opened(on, plan=None):
    """Open the form; what is started from it."""
    if plan is not None:
        on.control.plan = plan
    started = []
    on.control.start_campaign = lambda plan, *, beside: started.append((plan, beside))
    await press(on, "S")
    assert isinstance(on.app.screen, FormScreen)
    return started


async def typed(on, **texts):
    """Put texts into the inputs, as if they had been typed."""
    for part, text in texts.items():
        on.app.screen.query_one(f"#{part}").value = text
    await on.pilot.pause()


def click(on, options, name):
    """Where to click for a name."""
    widget = on.app.screen.query_one(options)
    row = next(row for row in range(widget.size.height) if f" {name}" in widget.render_line(row).text)
    return {"widget": options, "offset": (widget.render_line(row).text.index(f" {name}") + 2, row)}


async def click_key(on, name):
    """Click on a key at the foot of the form."""
    line = on.app.screen.query_one("#form > #keys").render_line(0).text
    await on.pilot.click("#form > #keys", offset=(line.index(name), 0))
